# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Keeping the worst and best frames of a drive while it runs, well apart from each other."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2

from sageiq_ros.evaluation.drive import FrameResult
from sageiq_ros.types import Image

JPEG_QUALITY = 85


@dataclass(frozen=True, slots=True)
class KeptFrame:
    """Hold a frame's result and its picture as JPEG, with width and height in pixels."""

    result: FrameResult
    jpeg: bytes
    size: tuple[int, int]


class Extremes:
    """Keep the ``count`` lowest (or highest) scores that lie at least ``gap`` frames apart.

    Neighbouring frames look alike, so of those only the most extreme one is kept. Frames with
    triplets come before those scored as a whole image; one without a score is passed over.
    """

    def __init__(self, count: int, gap: int, *, highest: bool = False) -> None:
        self._count = count
        self._gap = gap
        self._sign = -1.0 if highest else 1.0
        self._kept: list[KeptFrame] = []

    @property
    def frames(self) -> tuple[KeptFrame, ...]:
        """Return what is kept, the most extreme first."""
        return tuple(self._kept)

    def offer(self, result: FrameResult, image: Image) -> None:
        """Look at one more frame."""
        if math.isnan(result.score):
            return
        rank = self._rank(result)
        near = [k for k in self._kept if abs(k.result.index - result.index) < self._gap]
        if any(self._rank(kept.result) <= rank for kept in near):
            return
        far = [kept for kept in self._kept if kept not in near]
        if len(far) >= self._count and self._rank(far[-1].result) <= rank:
            return
        good, jpeg = cv2.imencode('.jpg', image, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))
        assert good
        height, width = image.shape[:2]
        far.append(KeptFrame(result, jpeg.tobytes(), (width, height)))
        far.sort(key=lambda kept: self._rank(kept.result))
        self._kept = far[: self._count]

    def _rank(self, result: FrameResult) -> tuple[bool, float]:
        whole_image = result.assessment is None or not result.assessment.triplets
        return whole_image, self._sign * result.score
