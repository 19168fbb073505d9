# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Read a checkpoint that lies in several files, one at a time and without running any code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sageiq_ros.deployment.checkpoint import read_checkpoint
from sageiq_ros.models.reltr_checkpoint import CheckpointError, state_of

if TYPE_CHECKING:
    from torch import Tensor

SAFE, PICKLED = '.safetensors', '.bin'
# Of several forms that lie side by side the safe one is taken.
INDICES = ('model.safetensors.index.json', 'pytorch_model.bin.index.json')
SINGLES = ('model.safetensors', 'pytorch_model.bin')


@dataclass(frozen=True, slots=True)
class Shard:
    """Show an open file's shapes, and its tensors by their keys as they are asked for."""

    path: Path
    shapes: dict[str, tuple[int, ...]]
    _content: Any

    def tensor(self, key: str) -> Tensor:
        """Return one tensor, on the cpu."""
        if self.path.suffix == SAFE:
            return self._content.get_tensor(key)
        return self._content[key]


def find_shards(folder: Path) -> dict[Path, set[str] | None]:
    """List the files of a checkpoint folder and the keys its index expects of each.

    The only file of a checkpoint without an index has None. Raises CheckpointError for a folder
    without weights, an index that is damaged, and naming the first shard that is missing.
    """
    if not folder.is_dir():
        raise CheckpointError(f'There is no checkpoint folder {folder}.')
    for name in INDICES:
        if (folder / name).is_file():
            return _indexed(folder / name)
    for name in SINGLES:
        if (folder / name).is_file():
            return {folder / name: None}
    if (folder / 'adapter_config.json').is_file():
        raise CheckpointError(
            f'{folder} holds a LoRA adapter only; merge it into its base model first.'
        )
    raise CheckpointError(
        f'{folder} holds no weights: {", ".join((*INDICES, *SINGLES))} are all missing.'
    )


@contextmanager
def open_shard(path: Path, expected: set[str] | None) -> Iterator[Shard]:
    """Open one file of ``find_shards``; its tensors are read when they are asked for.

    Raises CheckpointError for a file that is damaged, asks for foreign Python objects or does
    not hold the ``expected`` keys.
    """
    if path.suffix == SAFE:
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(path, 'pt') as content:
                names = list(content.keys())
                shapes = {key: tuple(content.get_slice(key).get_shape()) for key in names}
                yield Shard(path, _checked(path, shapes, expected), content)
        except SafetensorError as error:
            raise CheckpointError(
                f'{path} is no readable safetensors file ({error}); fetch it again.'
            ) from error
        return
    try:
        state = state_of(read_checkpoint(path))
    except CheckpointError as error:
        text = str(error)
        raise CheckpointError(
            text if str(path) in text else f'{path} is not read: {text}.'
        ) from error
    shapes = {key: tuple(value.shape) for key, value in state.items()}
    yield Shard(path, _checked(path, shapes, expected), state)


def _indexed(index: Path) -> dict[Path, set[str] | None]:
    try:
        places: dict[str, str] = json.loads(index.read_text(encoding='utf-8'))['weight_map']
        names = sorted(set(places.values()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(f'{index} is no index of shards; fetch it again.') from error
    suffix = SAFE if SAFE in index.name else PICKLED
    found: dict[Path, set[str] | None] = {}
    for name in names:
        if not isinstance(name, str) or Path(name).name != name or Path(name).suffix != suffix:
            raise CheckpointError(
                f'{index} names the shard {name!r}, which is no {suffix} beside it.'
            )
        path = index.parent / name
        if not path.is_file():
            raise CheckpointError(
                f'{index.parent} lacks the shard {name}, which its index names; fetch it again.'
            )
        found[path] = {key for key, place in places.items() if place == name}
    return found


def _checked(
    path: Path, shapes: dict[str, tuple[int, ...]], expected: set[str] | None
) -> dict[str, tuple[int, ...]]:
    if expected is not None and set(shapes) != expected:
        key = sorted(set(shapes) ^ expected)[0]
        fault = 'lacks' if key in expected else 'holds the foreign key'
        raise CheckpointError(
            f'{path} {fault} {key}, against its index; fetch the shard and the index again.'
        )
    return shapes
