# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The analyzer that weighs by the curated prior and asks no language model."""

from __future__ import annotations

from sageiq_ros.analyzer.prior import prior, prior_weights
from sageiq_ros.analyzer.selection import Weights, select_triplets
from sageiq_ros.analyzer.text import clean_words, triplet_words
from sageiq_ros.config import QUERY_LIMIT, AnalyzerConfig
from sageiq_ros.types import SceneGraph, WeightedTriplet, WeightSource


class PriorAnalyzer:
    """Weigh entities by the curated table alone."""

    name = 'prior'

    def __init__(self) -> None:
        # Read now, not in the first frame.
        prior()

    def analyze(self, graph: SceneGraph, config: AnalyzerConfig) -> tuple[WeightedTriplet, ...]:
        """Select and weigh triplets; the source is always ``PRIOR``."""
        query = clean_words(config.query, QUERY_LIMIT)
        weights: list[Weights] = [
            (*prior_weights(query, *triplet_words(graph, triplet)), WeightSource.PRIOR)
            for triplet in graph.triplets
        ]
        return select_triplets(graph, weights, config)

    def answered(self, graph: SceneGraph, config: AnalyzerConfig) -> bool:
        """Return True: nothing is asked."""
        return True

    def status(self) -> None:
        """Return None: there is no worker process."""

    def close(self) -> None:
        """Nothing runs beside this analyzer."""
