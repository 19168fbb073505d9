# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What results of the node come down to: rates, shares and ages, by camera and together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sageiq_ros.bench.series import percentiles, shares


@dataclass(frozen=True, slots=True)
class Result:
    """Hold the times of one result in milliseconds, and the number of its regions.

    ``age_ms`` is the age of the image by its stamp when the node published its result, by the
    clock of the node's process; ``received_age_ms`` that when it arrived here, at ``received_s``
    of the monotonic clock. The others are the message's own.
    """

    camera: str
    age_ms: float
    received_age_ms: float
    received_s: float
    total_ms: float
    scene_graph_ms: float = 0.0
    analyzer_ms: float = 0.0
    scorer_ms: float = 0.0
    regions: int = 0

    @property
    def sent_s(self) -> float:
        """Return when the image was sent, by the monotonic clock."""
        return self.received_s - 1e-3 * self.received_age_ms


def summary(results: Sequence[Result], cameras: Sequence[str], seconds: float) -> dict[str, Any]:
    """Summarise the results of ``seconds``: ``together`` and each of ``cameras``.

    ``age_frames`` are the ages at publication in frames, by ``in_frames``, ``frame_ms`` the median
    of ``total_ms``.
    """
    frame_ms = percentiles([result.total_ms for result in results])['median']
    counts = {name: sum(result.camera == name for result in results) for name in cameras}
    parts = shares(counts)
    by_camera = {}
    for name in cameras:
        own = [result for result in results if result.camera == name]
        by_camera[name] = {**_ages(own, seconds, frame_ms), 'share': parts[name]}
    return {
        'seconds': seconds,
        'frame_ms': frame_ms,
        'together': _ages(results, seconds, frame_ms),
        'shares': {'min': min(parts.values()), 'max': max(parts.values())},
        'cameras': by_camera,
    }


def _ages(results: Sequence[Result], seconds: float, frame_ms: float) -> dict[str, Any]:
    ages = percentiles([result.age_ms for result in results])
    return {
        'results': len(results),
        'results_hz': len(results) / seconds,
        'age_ms': ages,
        'age_frames': in_frames(
            [result.age_ms for result in results],
            [result.total_ms for result in results],
            frame_ms,
        ),
        'received_age_ms': percentiles([result.received_age_ms for result in results]),
        'total_ms': percentiles([result.total_ms for result in results]),
    }


def in_frames(
    ages_ms: Sequence[float], totals_ms: Sequence[float], frame_ms: float
) -> dict[str, float]:
    """Return percentiles of ages in frames: 1 for its own processing and what it waited besides.

    A frame of many regions takes longer than the median, ``frame_ms``; that is no waiting.
    """
    return percentiles(
        [1.0 + (age - total) / frame_ms for age, total in zip(ages_ms, totals_ms, strict=True)]
    )


class Gaps:
    """Follow how long each camera that sends has been without a result."""

    def __init__(self) -> None:
        self.longest_s: dict[str, float] = {}
        self._since: dict[str, float] = {}

    def sending(self, cameras: Iterable[str], now_s: float) -> None:
        """Note which cameras send from now on; the wait of one that begins to begins now."""
        cameras = set(cameras)
        self._since = {name: at for name, at in self._since.items() if name in cameras}
        for name in cameras:
            self._since.setdefault(name, now_s)

    def add(self, results: Sequence[Result], now_s: float) -> None:
        """Take the results that have come until now."""
        for result in results:
            if result.camera in self._since:
                self._end(result.camera, result.received_s)
                self._since[result.camera] = max(result.received_s, self._since[result.camera])
        for name in self._since:
            self._end(name, now_s)

    def _end(self, camera: str, at_s: float) -> None:
        waited = at_s - self._since[camera]
        self.longest_s[camera] = max(self.longest_s.get(camera, 0.0), waited)


def unseen_frames(
    sent: Mapping[str, int], before: Mapping[str, int], after: Mapping[str, int]
) -> dict[str, int]:
    """Return how many frames of each camera the node never saw, by its counts of received."""
    return {name: count - (after[name] - before[name]) for name, count in sent.items()}


def worst_share(counts: Mapping[str, int]) -> float:
    """Return how far off an equal share the worst camera is, as a part of it; NaN without any."""
    return max((abs(part - 1.0) for part in shares(counts).values()), default=math.nan)
