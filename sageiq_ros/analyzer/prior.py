# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The curated table of importance for driving, and the analyzer that uses nothing else."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import yaml

from sageiq_ros.analyzer.selection import select_triplets
from sageiq_ros.config import AnalyzerConfig
from sageiq_ros.types import SceneGraph, WeightedTriplet, WeightSource

UNKNOWN_WEIGHT = 5.0
"""Weight of a word that nothing is known about: what is unknown on a road is not dismissed."""

LONGEST_WORD = 48
_NOT_PLAIN = re.compile(r"[^\w '&-]+")


def clean_words(text: str, limit: int = LONGEST_WORD) -> str:
    """Reduce text to lower-case words, digits, ``'``, ``&`` and ``-``, at most ``limit`` long.

    Neither a line break nor a marker of a chat template survives, so that a label or a query can
    change a prompt in nothing but its words.
    """
    plain = _NOT_PLAIN.sub(' ', text.replace('_', ' ').lower())
    return ' '.join(plain.split())[:limit].rstrip()


@cache
def driving_weights() -> dict[str, float]:
    """Read the importance for driving, 1 to 10, of the 150 entity labels of Visual Genome."""
    table = _document()['labels']
    return {label: float(weight) for weight, labels in table.items() for label in labels}


@lru_cache(maxsize=4096)
def prior_weight(label: str) -> float | None:
    """Look up a label's importance for driving in [1, 10]; None where the table is silent.

    A label of several words counts as its last one (*police car* as *car*), a plural as its
    singular.
    """
    table, aliases = driving_weights(), _document()['aliases']
    words = clean_words(label)
    head = words.rpartition(' ')[2]
    for word in (words, head, head.removesuffix('s'), head.removesuffix('es')):
        word = aliases.get(word, word)
        if word in table:
            return table[word]
    return None


def fallback_weight(label: str) -> float:
    """Return a label's prior weight, or the middle of the scale where the table is silent."""
    weight = prior_weight(label)
    return UNKNOWN_WEIGHT if weight is None else weight


class PriorAnalyzer:
    """Weigh entities by the curated table alone, whatever the query."""

    name = 'prior'

    def analyze(self, graph: SceneGraph, config: AnalyzerConfig) -> tuple[WeightedTriplet, ...]:
        """Select and weigh triplets; the source is always ``PRIOR``."""
        return select_triplets(graph, _weigh, config)

    def status(self) -> None:
        """Return None: there is no worker process."""

    def close(self) -> None:
        """Nothing runs beside this analyzer."""


@cache
def _document() -> dict[str, Any]:
    source = resources.files('sageiq_ros.analyzer') / 'prior_driving.yaml'
    return yaml.safe_load(source.read_text(encoding='utf-8'))


def _weigh(label: str) -> tuple[float, WeightSource]:
    return fallback_weight(label), WeightSource.PRIOR
