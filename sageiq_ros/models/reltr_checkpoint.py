# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Check a foreign RelTR state dict against the network it should fill; no input or output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from sageiq_ros.models.reltr import RelTR, RelTRConfig
from sageiq_ros.types import SageIQError

# Classes without the last column: official models/reltr.py, build().
HEADS = {
    'vg': RelTRConfig(),
    'open-images': RelTRConfig(classes=289, predicates=31),
}
CLASS_KEY, PREDICATE_KEY = 'entity_class_embed.weight', 'rel_class_embed.layers.1.weight'
PARALLEL = 'module.'
COUNTER = 'num_batches_tracked'
NAMED = 5
# What changes the computation and leaves no trace in keys or shapes; official main.py.
UNSEEN = {'dilation': False, 'pre_norm': False, 'position_embedding': 'sine'}

State = dict[str, Tensor]
Shapes = Mapping[str, tuple[int, ...]]


class CheckpointError(SageIQError):
    """A checkpoint that cannot be read safely or holds another network."""


def state_of(content: Any) -> State:
    """Return the state dict of an official container, or of ``content`` itself.

    The prefix that data-parallel training puts before every key is taken off. Raises
    CheckpointError where there is no state dict.
    """
    state = content.get('model', content) if isinstance(content, Mapping) else None
    if not isinstance(state, Mapping) or not state:
        raise CheckpointError(
            "it holds no state dict; give a file whose entry 'model', or whose whole, is one"
        )
    strange = [
        key
        for key, value in state.items()
        if not (isinstance(key, str) and isinstance(value, Tensor))
    ]
    if strange:
        raise CheckpointError(
            f'it holds no state dict: {_few(list(map(str, strange)))} no tensor; give a file '
            "whose entry 'model', or whose whole, is one"
        )
    if all(key.startswith(PARALLEL) for key in state):
        return {key.removeprefix(PARALLEL): value for key, value in state.items()}
    return dict(state)


def find_head(state: Mapping[str, Tensor], heads: Mapping[str, RelTRConfig] = HEADS) -> str:
    """Name the head whose counts of classes and predicates the state dict has.

    Raises CheckpointError where the deciding keys are absent or fit no head.
    """
    rows = []
    for key in (CLASS_KEY, PREDICATE_KEY):
        if key not in state or not state[key].dim():
            raise CheckpointError(
                f'it lacks the key {key}, by which the head is recognised; is it a RelTR?'
            )
        rows.append(len(state[key]))
    for name, config in heads.items():
        if rows == [config.classes + 1, config.predicates + 1]:
            return name
    known = ', '.join(f'{c.classes + 1} and {c.predicates + 1} ({n})' for n, c in heads.items())
    raise CheckpointError(
        f'its heads have {rows[0]} and {rows[1]} rows, where only these are known: {known}'
    )


def check_arguments(arguments: Mapping[str, Any], config: RelTRConfig) -> None:
    """Refuse training arguments that make another network of the same keys and shapes.

    Raises CheckpointError naming the argument.
    """
    for name, wanted in {**UNSEEN, 'nheads': config.heads}.items():
        value = arguments.get(name, wanted)
        if value != wanted:
            raise CheckpointError(
                f'it was trained with {name}={value!r}, where only {wanted!r} is supported'
            )


def fitted(state: Mapping[str, Tensor], config: RelTRConfig) -> State:
    """Return the state dict that fills ``RelTR(config)``: float32, contiguous, every key.

    Batch counters play no part in inference: those of the frozen norms are dropped, absent ones
    are 0. Raises CheckpointError naming what is missing, too much, of another shape or not a
    finite number.
    """
    with torch.device('meta'):
        expected = RelTR(config).state_dict()
    counters = {key for key in expected if key.endswith(COUNTER)}
    given = {
        key: value
        for key, value in state.items()
        if key in expected or not key.endswith(f'.{COUNTER}')
    }
    faults = compare(
        {key: tuple(value.shape) for key, value in given.items()},
        {
            key: tuple(value.shape)
            for key, value in expected.items()
            if key in given or key not in counters
        },
    )
    if faults:
        raise CheckpointError('; '.join(faults))
    result = {}
    for key in expected:
        if key in counters:
            result[key] = torch.zeros((), dtype=torch.int64)
            continue
        value = given[key].detach()
        if not value.is_floating_point() or value.layout is not torch.strided:
            raise CheckpointError(f'its key {key} holds {value.dtype}, not plain real numbers')
        value = value.to(torch.float32).contiguous()
        if not value.isfinite().all():
            raise CheckpointError(f'its key {key} holds numbers that are not finite')
        result[key] = value
    return result


def compare(given: Shapes, expected: Shapes) -> list[str]:
    """Say in phrases how the shapes of state dicts differ; nothing where they agree.

    A missing and an extra key of one shape are called a renaming where no other pair could be.
    """
    missing = [key for key in expected if key not in given]
    extra = [key for key in given if key not in expected]
    lost = Counter(expected[key] for key in missing)
    found = Counter(given[key] for key in extra)
    renamed = [
        f'{new} looks like {old} renamed'
        for old in missing
        for new in extra
        if given[new] == expected[old] and lost[expected[old]] == found[given[new]] == 1
    ]
    misshapen = [
        f'{key} has shape {given[key]}, not {expected[key]}'
        for key in expected
        if key in given and given[key] != expected[key]
    ]
    faults = []
    for kind, keys in (('missing', missing), ('unknown', extra)):
        if keys:
            faults.append(f'{len(keys)} {kind} key{"s" * (len(keys) > 1)} ({_few(keys)})')
    if misshapen:
        faults.append(f'{len(misshapen)} of another shape ({_few(misshapen)})')
    if renamed:
        faults.append(_few(renamed))
    return faults


def _few(names: Sequence[str]) -> str:
    rest = len(names) - NAMED
    return ', '.join(names[:NAMED]) + (f' and {rest} more' if rest > 0 else '')
