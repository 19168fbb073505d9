# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What is asked of the size-bias experiment: words of the command line, checked and read."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sageiq_ros.datasets.photos import list_pictures
from sageiq_ros.datasets.varied_quality import DrawRule
from sageiq_ros.scorer.base import SIZE_MODULES
from sageiq_ros.types import SageIQError

LEAST_SIDE_PX = 16
LEAST_PICTURES = 3
DEFAULT_VERSIONS = 4
MOST_EXAMPLES = 12


@dataclass(frozen=True, slots=True)
class Wanted:
    """Name a row to measure: its label, the scorers that are its members, its modules.

    ``modules`` are those on, None where the row is no part of the ablation.
    """

    label: str
    members: tuple[str, ...]
    modules: frozenset[str] | None = None


def wanted_scorers(
    scorers: Sequence[str], groups: Sequence[str], baseline: str | None
) -> tuple[list[Wanted], str]:
    """Read ``--scorer``, ``--group`` and ``--baseline``; return rows and the baseline's label."""
    rows = [Wanted(_short(name), (name,)) for name in scorers]
    for text in groups:
        label, members = _assignment(text, '--group', 'NAME=FOLDER,FOLDER')
        rows.append(Wanted(label, members))
    if not rows:
        raise SageIQError('Name what to measure with --scorer or --group.')
    labels = [row.label for row in rows]
    double = next((label for label in labels if labels.count(label) > 1), None)
    if double is not None:
        raise SageIQError(
            f'Two scorers are called {double!r}; give them apart names with --group NAME=FOLDER.'
        )
    if baseline is not None and _short(baseline) not in labels:
        raise SageIQError(
            f'The baseline {baseline!r} is not measured; choose one of {", ".join(labels)}.'
        )
    return rows, labels[0] if baseline is None else _short(baseline)


def wanted_ablation(texts: Sequence[str]) -> list[Wanted]:
    """Read every ``--ablation MODULES=FOLDER``; the modules are those that are on."""
    rows: list[Wanted] = []
    for text in texts:
        words, members = _assignment(text, '--ablation', 'MODULES=FOLDER')
        modules = _modules(words)
        if any(row.modules == modules for row in rows):
            raise SageIQError(
                f'The modules {words!r} are given twice; join their folders with commas.'
            )
        label = ' + '.join(_short(member) for member in members)
        rows.append(Wanted(label, members, modules))
    return sorted(rows, key=lambda row: module_order(row.modules or frozenset()))


def module_order(modules: frozenset[str]) -> tuple[bool, ...]:
    """Sort sets of modules as Table VI does: none first, all last, LSQ the slowest to change."""
    return tuple(module in modules for module in SIZE_MODULES)


def draw_rule(side: str, versions: int | None, degrade: str, seed: int) -> DrawRule:
    """Read ``--side``, ``--versions`` and ``--degrade``."""
    bounds = _side(side)
    degraded = degrade == 'random'
    repeats = not degraded and bounds is None
    if versions is None:
        versions = 1 if repeats else DEFAULT_VERSIONS
    if versions < 1:
        raise SageIQError(f'--versions must be at least 1, not {versions}.')
    if repeats and versions > 1:
        raise SageIQError(
            'Whole pictures that are not degraded are the same in every version; '
            'ask for --versions 1.'
        )
    return DrawRule(bounds, versions, degraded, seed)


def find_pictures(folders: str, most: int | None) -> list[Path]:
    """List the pictures of folders joined by commas, at most ``most``, evenly spaced by name."""
    found = [
        path for folder in folders.split(',') if folder for path in list_pictures(Path(folder))
    ]
    if most is not None and most < len(found):
        found = [found[int(i)] for i in np.linspace(0, len(found) - 1, max(most, 0))]
    if len(found) < LEAST_PICTURES:
        raise SageIQError(
            f'A correlation needs at least {LEAST_PICTURES} pictures, not {len(found)}.'
        )
    return found


def check_numbers(args: argparse.Namespace) -> None:
    """Refuse counts that make no sense."""
    for name, least in (('resamples', 20), ('examples', 0), ('threads', 1), ('seed', 0)):
        if getattr(args, name) < least:
            raise SageIQError(f'--{name} must be at least {least}, not {getattr(args, name)}.')
    if args.examples > MOST_EXAMPLES:
        raise SageIQError(f'--examples must be at most {MOST_EXAMPLES}, not {args.examples}.')


def _short(name: str) -> str:
    return Path(name).name if Path(name).is_dir() else name


def _assignment(text: str, option: str, form: str) -> tuple[str, tuple[str, ...]]:
    label, _, members = text.partition('=')
    names = tuple(name for name in members.split(',') if name)
    if not label or not names:
        raise SageIQError(f'{option} takes {form}, not {text!r}.')
    return label, names


def _modules(words: str) -> frozenset[str]:
    if words in ('none', 'all'):
        return frozenset(SIZE_MODULES if words == 'all' else ())
    modules = frozenset(words.split(','))
    if not modules <= set(SIZE_MODULES):
        raise SageIQError(
            f'There are no modules {words!r}; join some of {", ".join(SIZE_MODULES)} with '
            'commas, or write none or all.'
        )
    return modules


def _side(text: str) -> tuple[int, int] | None:
    if text == 'whole':
        return None
    match = re.fullmatch(r'(\d+)(?:\.\.(\d+))?', text)
    low, high = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not LEAST_SIDE_PX <= low <= high:
        raise SageIQError(
            f'--side takes whole, or pixels such as 128 or 96..192 from {LEAST_SIDE_PX} on, '
            f'not {text!r}.'
        )
    return low, high
