# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""SageIQ-P with one part taken away, spoilt or mended: Figs. 12 and 14, section IV-C3 and C5.

Each variant is a stage put around one of the pipeline's own, so that everything else is the
pipeline that runs on the car.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from sageiq_ros.analyzer.base import TripletAnalyzer, WorkerStatus
from sageiq_ros.config import AnalyzerConfig, PipelineConfig, SceneGraphConfig
from sageiq_ros.pipeline import Pipeline
from sageiq_ros.scene_graph.base import SceneGraphGenerator
from sageiq_ros.scene_graph.ensemble import EnsembleGenerator
from sageiq_ros.schema import updated
from sageiq_ros.scorer.base import RegionScorer
from sageiq_ros.types import Image, SceneGraph, Triplet, WeightedTriplet

Selected = tuple[WeightedTriplet, ...]

EQUAL_WEIGHT = 5.0
RUNS = 5
"""Runs that the paper's error-tolerant mechanisms unite or average."""
RATES = (0.2, 0.4, 0.6)

WITHOUT, WITH = 'without', 'with'
DETECTOR = 'detector'
NO_PREDICATE, NO_TRIPLET, NO_WEIGHTS = 'no_predicate', 'no_triplet', 'no_weights'


@dataclass(frozen=True, slots=True)
class Stages:
    """Hold what every variant is put together from; ``detector`` is None where none was named.

    ``generator`` looks once, whatever the configuration says.
    """

    generator: SceneGraphGenerator
    detector: SceneGraphGenerator | None
    analyzer: TripletAnalyzer
    scorer: RegionScorer
    config: PipelineConfig


@dataclass(frozen=True, slots=True)
class ErrorVariant:
    """Name a pipeline with an error: ``kind`` is missing or noise, ``rate`` its size in [0, 1].

    ``tolerant`` has the paper's mechanism against it; ``repeat`` numbers independent draws.
    """

    kind: str
    rate: float
    tolerant: bool
    repeat: int

    @property
    def name(self) -> str:
        """Name the variant in rows."""
        mended = '_tolerant' if self.tolerant else ''
        return f'{self.kind}_{round(100 * self.rate)}{mended}_{self.repeat}'


def build_variant(stages: Stages, name: str) -> Pipeline:
    """Put together one of ``with`` and the ablations of Fig. 12."""
    generator: SceneGraphGenerator = EnsembleGenerator(stages.generator)
    analyzer = stages.analyzer
    if name == DETECTOR and stages.detector is not None:
        generator = EnsembleGenerator(stages.detector)
    elif name == NO_PREDICATE:
        generator = Changed(generator, drop_predicates)
    elif name == NO_TRIPLET:
        generator = Changed(generator, entities_alone)
    elif name == NO_WEIGHTS:
        analyzer = Reweighed(analyzer, equal_weights)
    elif name != WITH:
        raise ValueError(f'There is no variant {name!r} of the pipeline.')
    return _pipeline(stages, generator, analyzer, stages.config)


def build_error(
    stages: Stages, variant: ErrorVariant, draw: Callable[[], np.random.Generator]
) -> Pipeline:
    """Put together a pipeline with an error of Fig. 14 for one picture.

    ``draw`` makes the generator that draws the error, the same at every call.
    """
    generator, analyzer, config = stages.generator, stages.analyzer, stages.config
    if variant.kind == 'missing':
        rng = draw()
        # Inside the ensemble: each look loses its own.
        generator = Changed(generator, lambda graph: drop_triplets(graph, variant.rate, rng))
        if variant.tolerant:
            config = updated(config, {'scene_graph.looks': RUNS})
    else:
        runs = RUNS if variant.tolerant else 1
        # Drawn anew at every call: an analyzer may be asked several times for one picture.
        analyzer = Reweighed(
            analyzer, lambda selected: noisy_weights(selected, variant.rate, runs, draw())
        )
    return _pipeline(stages, EnsembleGenerator(generator), analyzer, config)


def drop_predicates(graph: SceneGraph) -> SceneGraph:
    """Leave the pairs of a graph and take away how they are related."""
    return replace(graph, triplets=tuple(replace(t, predicate='') for t in graph.triplets))


def entities_alone(graph: SceneGraph) -> SceneGraph:
    """Leave the entities of a graph and take away their pairs.

    Algorithm 1 scores pairs, so that an entity stands as a pair with itself: its score is then
    that entity's own.
    """
    alone = [
        Triplet(index, '', index, region.confidence) for index, region in enumerate(graph.regions)
    ]
    alone.sort(key=lambda triplet: -triplet.confidence)
    return replace(graph, triplets=tuple(alone))


def drop_triplets(graph: SceneGraph, rate: float, rng: np.random.Generator) -> SceneGraph:
    """Remove a share of a graph's triplets at random, rounded to whole ones."""
    count = len(graph.triplets)
    gone = set(rng.permutation(count)[: round(rate * count)].tolist())
    kept = tuple(t for index, t in enumerate(graph.triplets) if index not in gone)
    return replace(graph, triplets=kept)


def equal_weights(selected: Selected) -> Selected:
    """Weigh both entities of each triplet alike: their scores are averaged."""
    return tuple(
        replace(w, subject_weight=EQUAL_WEIGHT, object_weight=EQUAL_WEIGHT) for w in selected
    )


def noisy_weights(
    selected: Selected, rate: float, runs: int, rng: np.random.Generator
) -> Selected:
    """Add Gaussian noise of deviation ``rate`` times the weight to each; average ``runs``."""
    noise = 1.0 + rate * rng.standard_normal((len(selected), runs, 2)).mean(axis=1)
    return tuple(
        replace(
            weighted,
            subject_weight=weighted.subject_weight * float(subject),
            object_weight=weighted.object_weight * float(object_),
        )
        for weighted, (subject, object_) in zip(selected, noise, strict=True)
    )


class Changed:
    """Generate scene graphs with another generator and change each."""

    def __init__(
        self, inner: SceneGraphGenerator, change: Callable[[SceneGraph], SceneGraph]
    ) -> None:
        self._inner, self._change = inner, change

    @property
    def name(self) -> str:
        """Name the generator that looks."""
        return self._inner.name

    def generate(self, image: Image, config: SceneGraphConfig) -> SceneGraph:
        """Return the changed graph of one BGR image."""
        return self._change(self._inner.generate(image, config))


class Reweighed:
    """Analyse with another analyzer and change the weights of what it selects."""

    def __init__(self, inner: TripletAnalyzer, change: Callable[[Selected], Selected]) -> None:
        self._inner, self._change = inner, change

    @property
    def name(self) -> str:
        """Name the analyzer that selects."""
        return self._inner.name

    def analyze(self, graph: SceneGraph, config: AnalyzerConfig) -> Selected:
        """Return the selected triplets with changed weights."""
        return self._change(self._inner.analyze(graph, config))

    def answered(self, graph: SceneGraph, config: AnalyzerConfig) -> bool:
        """Tell whether no answer to this graph is still to come."""
        return self._inner.answered(graph, config)

    def status(self) -> WorkerStatus | None:
        """Return how the worker process does."""
        return self._inner.status()

    def close(self) -> None:
        """Stop the worker process, if there is one."""
        self._inner.close()


def _pipeline(
    stages: Stages,
    generator: SceneGraphGenerator,
    analyzer: TripletAnalyzer,
    config: PipelineConfig,
) -> Pipeline:
    pipeline = Pipeline(generator, analyzer, stages.scorer, config)
    # Results must not depend on how fast a language model answers.
    pipeline.patience = float('inf')
    return pipeline
