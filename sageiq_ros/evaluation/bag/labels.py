# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Labels of a drive and the frames they belong to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sageiq_ros.types import SageIQError


@dataclass(frozen=True, slots=True)
class Labels:
    """Hold finite scores and what each belongs to: a stamp in nanoseconds, or a frame's number.

    ``empty`` counts the labels without a score, which are left out.
    """

    name: str
    keys: Sequence[int]
    scores: Sequence[float]
    by_stamp: bool
    empty: int = 0


@dataclass(frozen=True, slots=True)
class MatchedLabels:
    """Hold the labels of a drive by the number of their frame.

    ``stamps_ns`` and ``scores`` are the whole series, labels of no frame (``unmatched``) included.
    """

    name: str
    of_frame: Mapping[int, float]
    stamps_ns: Sequence[int]
    scores: Sequence[float]
    unmatched: int
    empty: int


def match(labels: Labels, stamps: Mapping[int, int], topic: str) -> MatchedLabels:
    """Give every frame the label whose stamp is nearest, within half a frame period.

    ``stamps`` are those of all frames by number, so that thinning changes nothing. A label is
    given to its nearest frame only. Raises SageIQError where no frame gets one.
    """
    if labels.by_stamp:
        of_frame = _nearest(labels, stamps)
        series = list(zip(labels.keys, labels.scores, strict=True))
    else:
        pairs = zip(labels.keys, labels.scores, strict=True)
        of_frame = {number: score for number, score in pairs if number in stamps}
        series = [(stamps[number], score) for number, score in of_frame.items()]
    if not of_frame:
        reach = (
            f'lies within {_half_period_ns(stamps) / 1e9:.3g} s, half a frame period, of a frame'
            if labels.by_stamp
            else 'names a frame'
        )
        raise SageIQError(
            f'None of the {len(labels.scores)} labels of {labels.name} {reach} of {topic}: the '
            f'frames are {_range(stamps.values() if labels.by_stamp else stamps)}, the labels '
            f'{_range(labels.keys)}.'
        )
    return MatchedLabels(
        labels.name,
        of_frame,
        tuple(stamp for stamp, _ in series),
        tuple(score for _, score in series),
        len(labels.scores) - len(of_frame),
        labels.empty,
    )


def _nearest(labels: Labels, stamps: Mapping[int, int]) -> dict[int, float]:
    half_ns = _half_period_ns(stamps)
    order = sorted(stamps, key=stamps.__getitem__)
    times = np.array([stamps[number] for number in order], np.int64)
    best: dict[int, tuple[int, float]] = {}
    for key, score in zip(labels.keys, labels.scores, strict=True):
        above = int(np.searchsorted(times, key))
        sides = [place for place in (above - 1, above) if 0 <= place < len(times)]
        gap, place = min((abs(int(times[place]) - key), place) for place in sides)
        number = order[place]
        if gap <= half_ns and (number not in best or gap < best[number][0]):
            best[number] = gap, score
    return {number: best[number][1] for number in sorted(best)}


def _half_period_ns(stamps: Mapping[int, int]) -> int:
    """Return half the median time between frames; 0 where there is but one."""
    gaps = np.diff(sorted(stamps.values()))
    return int(np.median(gaps)) // 2 if len(gaps) else 0


def _range(values: Collection[int]) -> str:
    return f'{min(values)} to {max(values)}'
