# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The work of one picture and one scorer: every score that the experiments need of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from sageiq_ros.config import PipelineConfig
from sageiq_ros.datasets.readers.base import AnnotatedImage, AnnotatedSet, check_there
from sageiq_ros.experiments.caches import CachedGenerator, CachedScorer, ContentCache
from sageiq_ros.experiments.conditions import Condition, conditions, error_variants
from sageiq_ros.experiments.variants import WITHOUT, Stages, build_error, build_variant
from sageiq_ros.geometry import box_iou
from sageiq_ros.pipeline import Pipeline
from sageiq_ros.sageiq_d.hybrid import (
    BoxRule,
    ClearRegion,
    choose_regions,
    clear_crops,
    make_hybrid,
    seeded,
)
from sageiq_ros.scorer.identity import (
    code_digest,
    digest_of,
    engine_digest,
    folder_digest,
    scorer_identity,
)
from sageiq_ros.types import Assessment, Box, Flag

SAME_IOU = 0.5
"""Overlap from which a found region is an annotated one."""
ERRORS = {variant.name: variant for variant in error_variants()}


class Item(NamedTuple):
    """Name a piece of work; a scorer's items come one after the other."""

    scorer: str
    dataset: str
    key: str


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one score of one hybrid picture beside its label, both in [0, 1].

    ``scorer`` is its title and ``engine`` what it calls itself. ``regions`` are the clear ones,
    ``whole_image`` says that no triplet was left, ``triplets`` how many were scored. ``aim`` in
    [0, 1] is the share of the triplets' weight that lies on a clear region, NaN without any.
    """

    scorer: str
    engine: str
    dataset: str
    key: str
    degradation: str
    boxes: int
    variant: str
    label: float
    score: float
    regions: int
    whole_image: bool = False
    triplets: int = 0
    aim: float = math.nan

    @property
    def condition(self) -> Condition:
        """Return what the picture was judged under."""
        return Condition(self.degradation, self.boxes, self.variant)


@dataclass(frozen=True, slots=True)
class AssessJob:
    """Score pictures of ``sets`` for ``experiments``.

    ``scorers`` are their names by title; ``main`` is the title of that of Figs. 12 and 14.
    ``detector`` is an engine for the detector variant or empty, ``cache`` a file on the worker's
    own machine. ``config`` sets the stages; its scorer's engine is not used.
    """

    sets: dict[str, AnnotatedSet]
    scorers: dict[str, str]
    experiments: frozenset[str]
    main: str
    detector: str
    config: PipelineConfig
    boxes: BoxRule
    seed: int
    cache: Path

    def start(self) -> Callable[[Item], list[Row]]:
        """Load the scene graph's and the analyzer's engines; scorers are loaded when due."""
        check_there(self.sets.values())
        return _Assessor(self)

    def conditions(self, scorer: str) -> set[Condition]:
        """Return what a scorer is measured under."""
        return conditions(self.experiments, scorer == self.main, bool(self.detector))


class _Assessor:
    """Hold the engines of a worker; of several scorers only one, for they are large."""

    def __init__(self, job: AssessJob) -> None:
        self._job = job
        self._cache = ContentCache(job.cache)
        self._stages = build_stages(job.config, job.detector, self._cache)
        self._loaded = ''

    def __call__(self, item: Item) -> list[Row]:
        """Return the rows of one picture; one without a large enough object has none."""
        job = self._job
        annotated = job.sets[item.dataset].read(item.key)
        if not choose_regions(annotated, job.boxes):
            return []
        self._load(item.scorer)
        wanted = sorted(job.conditions(item.scorer))
        rows: list[Row] = []
        for (degradation, boxes), group in groupby(wanted, key=lambda c: (c.degradation, c.boxes)):
            rows += self._judge(item, annotated, degradation, boxes, list(group))
        self._cache.remember()
        return rows

    def close(self) -> None:
        """Stop the analyzer's worker process."""
        self._stages.analyzer.close()

    def _load(self, title: str) -> None:
        if self._loaded != title:
            self._stages = replace(self._stages, scorer=_NoScorer())
            name, backend = self._job.scorers[title], self._job.config.runtime.backend
            scorer = cached_scorer(name, backend, self._cache)
            self._stages = replace(self._stages, scorer=scorer)
            self._loaded = title

    def _judge(
        self,
        item: Item,
        annotated: AnnotatedImage,
        degradation: str,
        boxes: int,
        wanted: Collection[Condition],
    ) -> list[Row]:
        job, scorer = self._job, self._stages.scorer
        regions = choose_regions(annotated, replace(job.boxes, most=boxes))
        qualities = scorer.score(clear_crops(annotated.image, regions))
        label = fmean(quality.score for quality in qualities)
        source = (item.dataset, item.key, job.seed)
        hybrid = make_hybrid(annotated.image, regions, degradation, source)

        def row(variant: str, score: float, **more: Any) -> Row:
            names = (item.scorer, scorer.name, item.dataset, item.key)
            return Row(*names, degradation, boxes, variant, label, score, len(regions), **more)

        rows = []
        for condition in wanted:
            if condition.variant == WITHOUT:
                rows.append(row(WITHOUT, scorer.score([hybrid])[0].score))
                continue
            found = self._pipeline(condition.variant, item)(hybrid)
            is_whole = Flag.WHOLE_IMAGE in found.flags
            rows.append(
                row(
                    condition.variant,
                    found.score,
                    whole_image=is_whole,
                    triplets=len(found.triplets),
                    aim=aim(found, regions),
                )
            )
        return rows

    def _pipeline(self, variant: str, item: Item) -> Pipeline:
        if variant not in ERRORS:
            return build_variant(self._stages, variant)
        words = (str(self._job.seed), item.dataset, item.key, variant)
        return build_error(self._stages, ERRORS[variant], partial(seeded, *words))


def aim(found: Assessment, regions: Sequence[ClearRegion]) -> float:
    """Return the share of the triplets' normalised weight on regions that are clear ones.

    A region is a clear one where they overlap by ``SAME_IOU``; NaN without triplets.
    """
    clear = [Box(x, y, x + w, y + h) for x, y, w, h in (r.bounds for r in regions)]
    hits = [
        any(box_iou(assessed.region.box, box) >= SAME_IOU for box in clear)
        for assessed in found.regions
    ]
    shares = [
        hits[t.subject] * t.subject_weight_normalized + hits[t.object] * t.object_weight_normalized
        for t in found.triplets
    ]
    return fmean(shares) if shares else math.nan


def build_stages(config: PipelineConfig, detector: str, cache: ContentCache) -> Stages:
    """Load the engines of a configuration but its scorer, remembering by content."""
    from sageiq_ros.analyzer.build import build_analyzer
    from sageiq_ros.scene_graph.build import build_generator

    def generator(engine: str) -> CachedGenerator:
        named = replace(config.scene_graph, engine=engine)
        built = build_generator(named, config.runtime.threads, config.runtime.backend)
        return CachedGenerator(built, graph_identity(engine, config), cache)

    with ExitStack() as stack:
        analyzer = stack.enter_context(closing(build_analyzer(config.analyzer)))
        stages = Stages(
            generator=generator(config.scene_graph.engine),
            detector=generator(detector) if detector else None,
            analyzer=analyzer,
            scorer=_NoScorer(),
            config=config,
        )
        stack.pop_all()
    return stages


def graph_identity(engine: str, config: PipelineConfig) -> str:
    """Return a digest of all that decides a scene graph but its settings."""
    return digest_of(graph_digest(engine), code_digest(), config.runtime.backend)


def graph_digest(engine: str) -> str:
    """Return a digest of the weights of a scene graph network or detector."""
    from sageiq_ros.scene_graph.detr import is_transformers_detr

    folder = Path(engine).expanduser()
    return folder_digest(folder) if is_transformers_detr(folder) else engine_digest(engine)


def cached_scorer(name: str, backend: str, cache: ContentCache) -> CachedScorer:
    """Load a scorer by its name, remembering by content."""
    from sageiq_ros.scorer.build import build_scorer

    identity = digest_of(scorer_identity(name), backend)
    return CachedScorer(build_scorer(name, 1, backend), identity, cache)


class _NoScorer:
    """Stand for a scorer that is not loaded yet."""

    name = ''

    def score(self, crops: object) -> list[Any]:
        raise RuntimeError('A scorer is loaded before pictures are scored.')
