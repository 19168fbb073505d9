# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The worst and best frames of a drive, well apart from each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import cv2

from sageiq_ros.bags.frames import Frame
from sageiq_ros.evaluation.drive import FrameResult
from sageiq_ros.types import Image

JPEG_QUALITY = 85
LONGEST_SIDE = 1920
APART = 10


@dataclass(frozen=True, slots=True)
class KeptFrame:
    """Hold a frame's result and its picture as JPEG; ``size`` is the frame's own, in pixels."""

    result: FrameResult
    jpeg: bytes
    size: tuple[int, int]


def worst_and_best(
    results: Sequence[FrameResult],
    count: int,
    frames_of: Callable[[Sequence[FrameResult]], Iterable[Frame]],
) -> tuple[Sequence[KeptFrame], Sequence[KeptFrame]]:
    """Return the ``count`` worst and best frames, the most extreme first.

    ``frames_of`` reads those that were chosen once more, among others or not; they are found by
    their names, and no more is read than needed. A frame that is not there any more is left out.
    """
    worst, best = (extremes(results, count, APART, highest=highest) for highest in (False, True))
    chosen = {result.name: result for result in (*worst, *best)}
    missing = set(chosen)
    kept: dict[str, KeptFrame] = {}
    for frame in frames_of(list(chosen.values())):
        if frame.name in missing:
            missing.remove(frame.name)
            kept[frame.name] = keep(chosen[frame.name], frame.image)
        if not missing:
            break

    def shown(found: Sequence[FrameResult]) -> list[KeptFrame]:
        return [kept[result.name] for result in found if result.name in kept]

    return shown(worst), shown(best)


def extremes(
    results: Sequence[FrameResult], count: int, gap: int, *, highest: bool = False
) -> list[FrameResult]:
    """Choose the ``count`` lowest (or highest) scores that lie at least ``gap`` frames apart.

    Neighbouring frames look alike, so of those only the most extreme one is taken, the earlier
    one of equals. Frames without a score are passed over. The most extreme comes first.
    """
    sign = -1.0 if highest else 1.0
    scored = [result for result in results if not math.isnan(result.score)]
    taken: list[FrameResult] = []
    for result in sorted(scored, key=lambda result: (sign * result.score, result.index)):
        if len(taken) == count:
            break
        if all(abs(result.index - other.index) >= gap for other in taken):
            taken.append(result)
    return taken


def keep(result: FrameResult, image: Image) -> KeptFrame:
    """Keep a frame for a report, at most ``LONGEST_SIDE`` pixels wide and high."""
    height, width = image.shape[:2]
    scale = LONGEST_SIDE / max(width, height)
    if scale < 1.0:
        smaller = (max(1, round(scale * width)), max(1, round(scale * height)))
        image = cv2.resize(image, smaller, interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode('.jpg', image, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))
    return KeptFrame(result, jpeg.tobytes(), (width, height))
