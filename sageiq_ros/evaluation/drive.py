# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What a drive came to: one record a frame, and their summary."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from sageiq_ros.types import AssessedRegion, Assessment, State


@dataclass(frozen=True, slots=True)
class FrameResult:
    """Hold one frame's outcome.

    ``stamp_ns`` is the header's. ``assessment`` is None where no result came in time. ``age_ms``
    runs from sending the frame to receiving its result, NaN without one or where nothing was
    sent. ``recorded_ns`` is the time of recording, by a clock that does not jump; 0 where
    nothing was recorded.
    """

    index: int
    name: str
    stamp_ns: int
    assessment: Assessment | None
    age_ms: float = math.nan
    recorded_ns: int = 0

    @property
    def time_ns(self) -> int:
        """Return when the frame was there: the time of recording, or else the stamp."""
        return self.recorded_ns or self.stamp_ns

    @property
    def score(self) -> float:
        """Return the frame's score, NaN without a result."""
        return self.assessment.score if self.assessment else math.nan

    @property
    def worst(self) -> AssessedRegion | None:
        """Return the region of the least quality, if there is any."""
        regions = self.assessment.regions if self.assessment else ()
        return min(regions, key=lambda region: region.quality.score, default=None)


@dataclass(frozen=True, slots=True)
class Distribution:
    """Summarise a sample of milliseconds; NaN where it is empty."""

    median: float
    p95: float
    largest: float


@dataclass(frozen=True, slots=True)
class DriveSummary:
    """Summarise a drive; rates are per second of wall clock."""

    sent: int
    answered: int
    with_triplets: int
    states: dict[State, int]
    median_score: float
    stages: dict[str, Distribution]
    age: Distribution
    results_per_s: float

    @property
    def dropped(self) -> int:
        """Count the frames without a result."""
        return self.sent - self.answered


@dataclass(frozen=True, slots=True)
class LabelSummary:
    """Summarise one label: frames it was scored in, its mean quality and mean raw weight."""

    label: str
    frames: int
    quality: float
    weight: float


STAGES: dict[str, Callable[[Assessment], float]] = {
    'scene graph': lambda assessment: assessment.timing.scene_graph_ms,
    'analyzer': lambda assessment: assessment.timing.analyzer_ms,
    'scorer': lambda assessment: assessment.timing.scorer_ms,
    'total': lambda assessment: assessment.timing.total_ms,
}


def summarize(results: Sequence[FrameResult], elapsed_s: float) -> DriveSummary:
    """Reduce the results of a drive that took ``elapsed_s`` seconds."""
    answered = [result.assessment for result in results if result.assessment]
    scores = [a.score for a in answered if not math.isnan(a.score)]
    counts = Counter(a.state for a in answered)
    return DriveSummary(
        sent=len(results),
        answered=len(answered),
        with_triplets=sum(bool(a.triplets) for a in answered),
        states={state: counts[state] for state in State},
        median_score=median(scores) if scores else math.nan,
        stages={name: distribution(map(take, answered)) for name, take in STAGES.items()},
        age=distribution(r.age_ms for r in results if not math.isnan(r.age_ms)),
        results_per_s=len(answered) / elapsed_s if elapsed_s > 0.0 else math.nan,
    )


def distribution(values: Iterable[float]) -> Distribution:
    """Summarise milliseconds."""
    sample = np.fromiter(values, float)
    if not sample.size:
        return Distribution(math.nan, math.nan, math.nan)
    return Distribution(
        float(np.median(sample)), float(np.percentile(sample, 95)), float(sample.max())
    )


def label_summaries(results: Iterable[FrameResult]) -> list[LabelSummary]:
    """Summarise every label that was scored, the most frequent first."""
    frames: Counter[str] = Counter()
    qualities: dict[str, list[float]] = {}
    weights: dict[str, list[float]] = {}
    for result in results:
        if result.assessment is None:
            continue
        regions = result.assessment.regions
        frames.update({region.region.label for region in regions})
        for region in regions:
            qualities.setdefault(region.region.label, []).append(region.quality.score)
        for triplet in result.assessment.triplets:
            for index, weight in (
                (triplet.subject, triplet.subject_weight),
                (triplet.object, triplet.object_weight),
            ):
                weights.setdefault(regions[index].region.label, []).append(weight)
    return [
        LabelSummary(label, count, _mean(qualities[label]), _mean(weights.get(label, [])))
        for label, count in sorted(frames.items(), key=lambda item: (-item[1], item[0]))
    ]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan
