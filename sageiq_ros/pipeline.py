# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""SageIQ-P: the three stages in order, as plain Python (paper, section III-A)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from time import perf_counter

import numpy as np

from sageiq_ros.analyzer.base import TripletAnalyzer
from sageiq_ros.analyzer.waiting import wait_for_answers
from sageiq_ros.config import PipelineConfig, ScorerConfig
from sageiq_ros.scene_graph.base import SceneGraphGenerator
from sageiq_ros.scorer.algorithm1 import normalize_weights, triplet_score
from sageiq_ros.scorer.base import RegionScorer
from sageiq_ros.scorer.budget import BudgetScorer, Request
from sageiq_ros.scorer.measured import describer_of
from sageiq_ros.scorer.reuse import KeptQualities
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


@dataclass(frozen=True, slots=True)
class View:
    """One image to assess: uint8 BGR of shape (height, width, 3), not empty.

    ``kept`` is what its camera's regions may keep of earlier views, whose ``time_s`` are seconds
    of the same clock.
    """

    image: Image
    kept: KeptQualities | None = None
    time_s: float = 0.0


@dataclass(slots=True)
class _Draft:
    """A view after two stages: its graph, what was selected of it, and what is to be scored."""

    view: View
    start: float
    graph: SceneGraph
    graph_done: float
    selected: Sequence[WeightedTriplet]
    analyzer_done: float
    known: dict[int, AssessedRegion]
    wanted: list[int]
    request: Request


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
        self._budget = BudgetScorer()

    def __call__(self, image: Image) -> Assessment:
        """Assess one BGR image (height, width, 3) of uint8.

        Raises ValueError for an array of another shape or dtype, and SageIQError where it waits
        for a language model that fails.
        """
        (assessment,) = self.assess([View(image)])
        return assessment

    def assess(self, views: Iterable[View]) -> list[Assessment]:
        """Assess several views, the regions of all of them scored together.

        Each view is taken from ``views`` when its turn has come, so that it may be the newest.
        ``runtime.budget_ms`` counts from there. Raises as a call for one image does.
        """
        config = self.config
        drafts = [self._draft(view, config) for view in views]
        begin = perf_counter()
        self._budget.score(self.scorer, [draft.request for draft in drafts])
        end = perf_counter()
        return [self._finish(draft, config, begin, end) for draft in drafts]

    def _draft(self, view: View, config: PipelineConfig) -> _Draft:
        image = view.image
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
            raise ValueError(
                f'An image must be uint8 of shape (height, width, 3) and not empty, not '
                f'{image.dtype} of shape {image.shape}.'
            )
        start = perf_counter()
        graph = self.generator.generate(image, config.scene_graph)
        graph_done = perf_counter()
        if self.patience:
            wait_for_answers(self.analyzer, graph, config.analyzer, self.patience)
        selected = self.analyzer.analyze(graph, config.analyzer)
        analyzer_done = perf_counter()
        used = used_regions(graph, selected)
        known = _find_kept(view, graph, used, config.scorer)
        wanted = [index for index in used if index not in known]
        boxes = [graph.regions[index].box for index in wanted]
        least = sum(index in wanted for index in used_regions(graph, selected[:1]))
        # At least one call a frame: what a call takes is known of the last one only.
        least = max(least, 1)
        if not selected or config.scorer.frame_score:
            height, width = image.shape[:2]
            boxes.append(Box(0.0, 0.0, float(width), float(height)))
        budget_s = 1e-3 * config.runtime.budget_ms
        request = Request(image, boxes, least, start + budget_s if budget_s else None)
        return _Draft(
            view, start, graph, graph_done, selected, analyzer_done, known, wanted, request
        )

    def _finish(
        self, draft: _Draft, config: PipelineConfig, begin: float, end: float
    ) -> Assessment:
        graph, qualities = draft.graph, draft.request.qualities
        scored = [
            AssessedRegion(graph.regions[index], quality)
            for index, quality in zip(draft.wanted, qualities, strict=False)
        ]
        if draft.view.kept is not None:
            draft.view.kept.remember(scored, draft.view.time_s, config.scorer)
        known = draft.known | dict(zip(draft.wanted, scored, strict=False))
        selected = [
            weighted
            for weighted in draft.selected
            if {graph.triplets[weighted.triplet].subject, graph.triplets[weighted.triplet].object}
            <= known.keys()
        ]
        used = used_regions(graph, selected)
        regions = tuple(known[index] for index in used)
        triplets = score_triplets(graph, selected, used, [one.quality for one in regions])
        frame_score = qualities[-1].score if len(qualities) > len(draft.wanted) else math.nan
        score = fmean(one.score for one in triplets) if triplets else frame_score
        flags = Flag.NONE if draft.selected else Flag.WHOLE_IMAGE
        if any(triplet.source is WeightSource.PRIOR for triplet in triplets):
            flags |= Flag.PRIOR_WEIGHTS
        if len(qualities) < len(draft.request.boxes):
            flags |= Flag.BUDGET_CUT
        if any(draft.known.get(index) for index in used):
            flags |= Flag.REUSED
        return Assessment(
            query=config.analyzer.query,
            score=score,
            frame_score=frame_score,
            state=grade(score, config.scorer),
            flags=flags,
            regions=regions,
            triplets=triplets,
            scene_graph=self.generator.name,
            analyzer=self.analyzer.name,
            scorer=self.scorer.name,
            timing=Timing(
                scene_graph_ms=1e3 * (draft.graph_done - draft.start),
                analyzer_ms=1e3 * (draft.analyzer_done - draft.graph_done),
                scorer_ms=1e3 * (end - begin),
                total_ms=1e3 * (end - draft.start),
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


def _find_kept(
    view: View, graph: SceneGraph, used: Sequence[int], config: ScorerConfig
) -> dict[int, AssessedRegion]:
    """Map the used regions that keep a quality of an earlier view to it."""
    if view.kept is None:
        return {}
    found = {index: view.kept.find(graph.regions[index], view.time_s, config) for index in used}
    return {index: one for index, one in found.items() if one is not None}


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
