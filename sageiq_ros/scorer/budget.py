# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Scoring the boxes of several frames together, the most important first, in a limited time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter

from sageiq_ros.geometry import cut
from sageiq_ros.scorer.base import BatchScorer, RegionScorer
from sageiq_ros.types import Box, Image, Quality


@dataclass(slots=True)
class Request:
    """Ask for the qualities of boxes of one image, the most important first.

    The first ``least`` of them are scored whatever the time, and what fills up their run; the
    others until ``deadline`` in ``perf_counter`` seconds. ``qualities`` are those of the boxes
    in order, as far as scored.
    """

    image: Image
    boxes: Sequence[Box]
    least: int
    deadline: float | None = None
    qualities: list[Quality] = field(default_factory=list)


class BudgetScorer:
    """Score the boxes of several frames in as few calls of a scorer as their deadlines allow.

    Without deadlines that is one call. With them a call takes as many boxes as the scorer runs
    at once, and none starts that would end too late if it took as long as the one before.
    """

    def __init__(self) -> None:
        self._call_s = 0.0

    def score(self, scorer: RegionScorer, requests: Sequence[Request]) -> None:
        """Fill the requests' ``qualities``, in turns by importance where time is limited."""
        limited = any(request.deadline is not None for request in requests)
        size = _batch(scorer) if limited else sum(len(one.boxes) for one in requests)
        while chosen := self._choose(requests, size):
            crops = [cut(request.image, [request.boxes[place]])[0] for request, place in chosen]
            begin = perf_counter()
            qualities = scorer.score(crops)
            if limited:
                self._call_s = perf_counter() - begin
            for (request, _), quality in zip(chosen, qualities, strict=True):
                request.qualities.append(quality)

    def _choose(self, requests: Sequence[Request], size: int) -> list[tuple[Request, int]]:
        """Choose the boxes of the next call: of every request the next ones, in turns."""
        missing = [
            (place >= request.least, place, number, request)
            for number, request in enumerate(requests)
            for place in range(len(request.qualities), len(request.boxes))
        ]
        missing.sort(key=lambda one: one[:3])
        if missing and missing[0][0]:
            end = perf_counter() + self._call_s
            missing = [one for one in missing if one[3].deadline is None or end <= one[3].deadline]
        return [(request, place) for _, place, _, request in missing[:size]]


def _batch(scorer: RegionScorer) -> int:
    return scorer.batch if isinstance(scorer, BatchScorer) else 1
