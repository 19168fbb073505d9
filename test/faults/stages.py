# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Pipelines of real stages beside known ones, as builds of the node."""

from analyzer_helpers import make_graph

from sageiq_ros.analyzer.combination import BLENDS
from sageiq_ros.analyzer.prior_analyzer import PriorAnalyzer
from sageiq_ros.analyzer.word_analyzer import WordAnalyzer
from sageiq_ros.pipeline import Pipeline
from sageiq_ros.scorer.build import build_scorer
from sageiq_ros.types import Quality

STREET = make_graph(
    ('building', 'along', 'street', 0.9),
    ('car', 'on', 'street', 0.8),
    ('man', 'walking on', 'sidewalk', 0.7),
)


class KnownGraph:
    """Find the same street in every image."""

    name = 'known-graph'

    def generate(self, image, config):
        return STREET


class KnownScores:
    """Score every crop alike, or do ``instead`` while there is something."""

    name = 'known-scores'

    def __init__(self):
        self.instead = None

    def score(self, crops):
        if self.instead is not None:
            return self.instead(crops)
        return [Quality(0.8, 0.7, 0.2, 0.1) for _ in crops]


class WithScorer:
    """Build pipelines whose scorer is an engine, loaded as the node loads it."""

    def __init__(self):
        self.built = []

    def __call__(self, config):
        scorer = build_scorer(config.scorer.engine, 1, config.runtime.backend)
        self.built.append(Pipeline(KnownGraph(), PriorAnalyzer(), scorer, config))
        return self.built[-1]


class WithKnownScores:
    """Build pipelines whose scorer does as it is told: ``scorer.instead``."""

    def __init__(self):
        self.built = []
        self.scorer = KnownScores()

    def __call__(self, config):
        self.built.append(Pipeline(KnownGraph(), PriorAnalyzer(), self.scorer, config))
        return self.built[-1]


class WithWorker:
    """Build pipelines whose analyzer asks a process that does as it is told."""

    def __init__(self, model, memo, limits):
        self.built = []
        self._parts = model, memo
        self._limits = limits

    def __call__(self, config):
        query = config.analyzer.query
        analyzer = WordAnalyzer('fake', BLENDS['combined'], *self._parts, query, self._limits)
        self.built.append(Pipeline(KnownGraph(), analyzer, KnownScores(), config))
        return self.built[-1]
