# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Labels of a drive and the frames they belong to."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sageiq_ros.types import SageIQError


@dataclass(frozen=True, slots=True)
class Labels:
    """Hold finite scores and what each belongs to: a stamp in nanoseconds, or a frame's number.

    ``empty`` counts the labels without a score, which are left out; ``remarks`` are sentences on
    others that are.
    """

    name: str
    keys: Sequence[int]
    scores: Sequence[float]
    by_stamp: bool
    empty: int = 0
    remarks: Sequence[str] = ()


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
    remarks: Sequence[str] = ()


def match(labels: Labels, stamps: Mapping[int, int], topic: str) -> MatchedLabels:
    """Give every frame the label whose stamp is nearest, within half a frame period.

    ``stamps`` are those of all frames by number, so that thinning changes nothing. A label is
    given to its nearest frame only, labels of one stamp to the frames of one stamp in turn.
    Raises SageIQError where no frame gets one.
    """
    if not stamps:
        raise SageIQError(
            f'No message of {topic} can be decoded, so no label belongs to a frame; name another '
            'image topic.'
        )
    if labels.by_stamp:
        of_frame = _nearest(labels, stamps)
        series = list(zip(labels.keys, labels.scores, strict=True))
    else:
        pairs = zip(labels.keys, labels.scores, strict=True)
        of_frame = {number: score for number, score in pairs if number in stamps}
        series = [(stamps[number], score) for number, score in of_frame.items()]
    if not of_frame:
        raise SageIQError(
            f'None of the {len(labels.scores)} labels of {labels.name} '
            f'{_reach(labels, stamps)} of {topic}: the frames are '
            f'{_range(stamps.values() if labels.by_stamp else stamps)}, the labels '
            f'{_range(labels.keys)}.'
        )
    return MatchedLabels(
        labels.name,
        of_frame,
        tuple(stamp for stamp, _ in series),
        tuple(score for _, score in series),
        len(labels.scores) - len(of_frame),
        labels.empty,
        labels.remarks,
    )


def _nearest(labels: Labels, stamps: Mapping[int, int]) -> dict[int, float]:
    half_ns = _half_period_ns(stamps)
    numbers = list(stamps)
    frames, given = _places(stamps.values()), _places(labels.keys)
    times = sorted(frames)
    best: dict[int, int] = {}
    for key in given:
        above = bisect_left(times, key)
        time = min(times[max(above - 1, 0) : above + 1], key=lambda time: abs(time - key))
        gap = abs(time - key)
        if gap <= half_ns and (time not in best or gap < abs(time - best[time])):
            best[time] = key
    return {
        numbers[frame]: labels.scores[label]
        for time, key in sorted(best.items())
        for frame, label in zip(frames[time], given[key], strict=False)
    }


def _places(stamps: Iterable[int]) -> dict[int, list[int]]:
    """Return at which places each stamp stands."""
    found: dict[int, list[int]] = {}
    for place, stamp in enumerate(stamps):
        found.setdefault(stamp, []).append(place)
    return found


def _half_period_ns(stamps: Mapping[int, int]) -> int:
    """Return half the median time between stamps; 0 where there is but one."""
    gaps = np.diff(np.unique(np.fromiter(stamps.values(), np.int64)))
    return int(np.median(gaps)) // 2 if len(gaps) else 0


def _reach(labels: Labels, stamps: Mapping[int, int]) -> str:
    if not labels.by_stamp:
        return 'names a frame'
    half_ns = _half_period_ns(stamps)
    if not half_ns:
        return 'has the stamp of a frame'
    return f'lies within {half_ns / 1e9:.3g} s, half a frame period, of a frame'


def _range(values: Collection[int]) -> str:
    return f'{min(values)} to {max(values)}'
