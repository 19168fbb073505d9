# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""SageIQ-P: the three stages in order, as plain Python (paper, section III-A)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean
from time import perf_counter

import numpy as np

from sageiq_ros.analyzer.base import TripletAnalyzer
from sageiq_ros.analyzer.waiting import wait_for_answers
from sageiq_ros.config import PipelineConfig, ScorerConfig
from sageiq_ros.geometry import cut
from sageiq_ros.scene_graph.base import SceneGraphGenerator
from sageiq_ros.scorer.algorithm1 import normalize_weights, triplet_score
from sageiq_ros.scorer.base import RegionScorer
from sageiq_ros.scorer.measured import describer_of
from sageiq_ros.types import (
    AssessedRegion,
    AssessedTriplet,
    Assessment,
    Box,
    Flag,
    Image,
    Quality,
    SceneGraph,
    State,
    Timing,
    WeightedTriplet,
    WeightSource,
)


class Pipeline:
    """Assess images: ``Pipeline(...)(image) -> Assessment``.

    ``config`` may be replaced at any time; the next image sees the new one as a whole. Settings
    that are not live are those of the stages' construction. ``patience`` is how many seconds an
    image waits for the language model's answers: none, unless nothing is in a hurry. Not safe for
    several threads at once.
    """

    def __init__(
        self,
        generator: SceneGraphGenerator,
        analyzer: TripletAnalyzer,
        scorer: RegionScorer,
        config: PipelineConfig | None = None,
    ) -> None:
        self.generator = generator
        self.analyzer = analyzer
        self.scorer = scorer
        self.config = config or PipelineConfig()
        self.patience = 0.0

    def __call__(self, image: Image) -> Assessment:
        """Assess one BGR image (height, width, 3) of uint8.

        Raises ValueError for an array of another shape or dtype, and SageIQError where it waits
        for a language model that fails.
        """
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
            raise ValueError(
                f'An image must be uint8 of shape (height, width, 3) and not empty, not '
                f'{image.dtype} of shape {image.shape}.'
            )
        config = self.config
        start = perf_counter()
        graph = self.generator.generate(image, config.scene_graph)
        graph_done = perf_counter()
        if self.patience:
            wait_for_answers(self.analyzer, graph, config.analyzer, self.patience)
        selected = self.analyzer.analyze(graph, config.analyzer)
        analyzer_done = perf_counter()
        used = used_regions(graph, selected)
        boxes = [graph.regions[index].box for index in used]
        whole_image = not selected
        if whole_image or config.scorer.frame_score:
            height, width = image.shape[:2]
            boxes.append(Box(0.0, 0.0, float(width), float(height)))
        qualities = self.scorer.score(cut(image, boxes))
        frame_score = qualities[-1].score if len(boxes) > len(used) else math.nan
        triplets = score_triplets(graph, selected, used, qualities)
        score = frame_score if whole_image else fmean(triplet.score for triplet in triplets)
        end = perf_counter()
        flags = Flag.WHOLE_IMAGE if whole_image else Flag.NONE
        if any(triplet.source is WeightSource.PRIOR for triplet in triplets):
            flags |= Flag.PRIOR_WEIGHTS
        return Assessment(
            query=config.analyzer.query,
            score=score,
            frame_score=frame_score,
            state=grade(score, config.scorer),
            flags=flags,
            regions=tuple(
                AssessedRegion(graph.regions[index], quality)
                for index, quality in zip(used, qualities, strict=False)
            ),
            triplets=triplets,
            scene_graph=self.generator.name,
            analyzer=self.analyzer.name,
            scorer=self.scorer.name,
            timing=Timing(
                scene_graph_ms=1e3 * (graph_done - start),
                analyzer_ms=1e3 * (analyzer_done - graph_done),
                scorer_ms=1e3 * (end - analyzer_done),
                total_ms=1e3 * (end - start),
            ),
        )

    def describe(self, crop: Image) -> str:
        """Describe the picture quality of a crop (uint8 BGR) in words (paper, section IV-D).

        Raises SageIQError where the scorer cannot answer.
        """
        return describer_of(self.scorer, self.config.scorer).describe(crop)

    def warm_up(self) -> None:
        """Run every engine once, so that the first frame is as fast as the others."""
        image = np.zeros((64, 64, 3), np.uint8)
        self.generator.generate(image, self.config.scene_graph)
        self.scorer.score([image])

    def close(self) -> None:
        """Stop what runs beside the pipeline."""
        self.analyzer.close()


def build_pipeline(config: PipelineConfig) -> Pipeline:
    """Build the stages that a configuration names, loading their engines.

    Raises SageIQError for an engine or a model that is missing or damaged.
    """
    from sageiq_ros.analyzer.build import build_analyzer
    from sageiq_ros.scene_graph.build import build_generator
    from sageiq_ros.scorer.build import build_scorer

    threads, backend = config.runtime.threads, config.runtime.backend
    generator = build_generator(config.scene_graph, threads, backend)
    scorer = build_scorer(config.scorer.engine, threads, backend)
    return Pipeline(generator, build_analyzer(config.analyzer), scorer, config)


def used_regions(graph: SceneGraph, selected: Sequence[WeightedTriplet]) -> list[int]:
    """List the graph's regions that the selected triplets use, each once, in order of use."""
    used: dict[int, None] = {}
    for weighted in selected:
        triplet = graph.triplets[weighted.triplet]
        used.setdefault(triplet.subject)
        used.setdefault(triplet.object)
    return list(used)


def score_triplets(
    graph: SceneGraph,
    selected: Sequence[WeightedTriplet],
    used: Sequence[int],
    qualities: Sequence[Quality],
) -> tuple[AssessedTriplet, ...]:
    """Apply Algorithm 1 to every selected triplet; ``qualities`` are those of ``used``."""
    position = {region: place for place, region in enumerate(used)}
    assessed = []
    for weighted in selected:
        triplet = graph.triplets[weighted.triplet]
        subject, object_ = position[triplet.subject], position[triplet.object]
        weights = normalize_weights(weighted.subject_weight, weighted.object_weight)
        assessed.append(
            AssessedTriplet(
                subject=subject,
                predicate=triplet.predicate,
                object=object_,
                confidence=triplet.confidence,
                subject_weight=weighted.subject_weight,
                object_weight=weighted.object_weight,
                subject_weight_normalized=weights[0],
                object_weight_normalized=weights[1],
                score=triplet_score(weights, (qualities[subject].score, qualities[object_].score)),
                source=weighted.source,
            )
        )
    return tuple(assessed)


def grade(score: float, config: ScorerConfig) -> State:
    """Name the state of a score; NaN is UNKNOWN, never GOOD."""
    if score >= config.good:
        return State.GOOD
    if score >= config.poor:
        return State.DEGRADED
    if score < config.poor:
        return State.POOR
    return State.UNKNOWN
