# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The labelled sets of stage 2: triplets and words with their importance for tasks.

What the annotators were told is in docs/analyzer_labels.md. No label of an entity stands in both
splits, so that what is tuned on one can be reported on the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from sageiq_ros.quoting import shortened
from sageiq_ros.types import Box, Region, SageIQError, SceneGraph, Triplet

SPLITS = ('tuning', 'reporting')
TUNING_QUERIES = (
    'cyclist safety',
    'wildlife monitoring',
    'road surface inspection',
    'garbage collection',
    'bus stop approach',
    'emergency braking',
    'house number reading',
    'truck platooning',
)
"""Queries of the words' set that choices may be made in view of; the others are reported."""


@dataclass(frozen=True, slots=True)
class LabelledTriplet:
    """Hold one triplet and what annotators say of it, by query.

    ``votes[query]`` has a row an annotator: relevant (0 or 1), importance of the subject and of
    the object (1 to 10).
    """

    subject: str
    predicate: str
    object: str
    split: str
    votes: Mapping[str, tuple[tuple[float, float, float], ...]]

    def relevant(self, query: str) -> bool:
        """Tell whether at least half of the annotators find it relevant."""
        return float(np.mean([vote[0] for vote in self.votes[query]])) >= 0.5

    def importance(self, query: str) -> tuple[float, float]:
        """Return the mean importance of subject and object in [1, 10]."""
        return (
            float(np.mean([vote[1] for vote in self.votes[query]])),
            float(np.mean([vote[2] for vote in self.votes[query]])),
        )

    def graph(self) -> SceneGraph:
        """Return a scene graph of nothing but this triplet."""
        box = Box(0.0, 0.0, 1.0, 1.0)
        regions = Region(self.subject, 1.0, box), Region(self.object, 1.0, box)
        return SceneGraph(regions, (Triplet(0, self.predicate, 1, 1.0),))


@dataclass(frozen=True, slots=True)
class LabelledWord:
    """Hold one entity label and its importance (1 to 10, a number an annotator) by query."""

    label: str
    split: str
    votes: Mapping[str, tuple[float, ...]]


def load_triplets(path: Path | None = None) -> list[LabelledTriplet]:
    """Read labelled triplets from JSON lines, those of the package where no file is named.

    A line has ``subject``, ``predicate``, ``object``, maybe ``split`` (``reporting`` if not),
    and for every query a list of ``[relevant, subject importance, object importance]``, one an
    annotator. Raises SageIQError naming the line that is not so.
    """
    found = []
    for number, row in _rows(path, 'triplets.jsonl'):
        try:
            head = [str(row.pop(key)) for key in ('subject', 'predicate', 'object')]
            split = str(row.pop('split', 'reporting'))
            found.append(LabelledTriplet(*head, split, {q: _votes(v) for q, v in row.items()}))
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise SageIQError(
                f'Line {number} of {path} is no labelled triplet ({shortened(str(error))}); see '
                'docs/analyzer_labels.md for the form.'
            ) from error
    return found


def load_words() -> list[LabelledWord]:
    """Read the labelled words of the package."""
    return [
        LabelledWord(
            row.pop('label'), row.pop('split'), {q: tuple(votes) for q, votes in row.items()}
        )
        for _, row in _rows(None, 'words.jsonl')
    ]


def _votes(value: Any) -> tuple[tuple[float, float, float], ...]:
    votes = tuple((float(a), float(b), float(c)) for a, b, c in value)
    if not votes:
        raise ValueError('a query without a vote')
    if not all(r in (0.0, 1.0) and 1 <= s <= 10 and 1 <= o <= 10 for r, s, o in votes):
        raise ValueError(f'votes out of range: {value}')
    return votes


def _rows(path: Path | None, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    source = path or resources.files('sageiq_ros.datasets') / 'importance' / name
    try:
        lines = source.read_text(encoding='utf-8').splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SageIQError(f'The labels {source} cannot be read: {error}.') from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError('not an object')
        except (ValueError, RecursionError) as error:
            raise SageIQError(f'Line {number} of {source} is not JSON ({error}).') from error
        yield number, row
