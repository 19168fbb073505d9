# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What every object detector returns, and the steps all of them share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.geometry import pairwise_iou
from sageiq_ros.types import Image


@dataclass(frozen=True, slots=True)
class Detections:
    """Hold N detections: pixel boxes (N, 4), VG150 labels and scores in [0, 1]."""

    boxes: NDArray[np.float32]
    labels: tuple[str, ...]
    scores: NDArray[np.float32]


class Detector(Protocol):
    """Find the entities of an image."""

    @property
    def name(self) -> str:
        """Name the network and its precision."""
        ...

    def detect(self, image: Image, threshold: float = ..., iou: float = ...) -> Detections:
        """Return the detections from ``threshold`` on, the best first.

        Of boxes that overlap by more than ``iou`` only the best is kept, whatever the labels.
        """
        ...


def select(
    boxes: NDArray[np.floating],
    scores: NDArray[np.floating],
    words: Sequence[str],
    size: tuple[int, int],
    threshold: float,
    iou: float,
) -> Detections:
    """Name, cut, clip and suppress a detector's N candidates.

    ``boxes`` (N, 4) are pixels of an image of ``size`` (height, width), ``scores`` (N, classes)
    lie in [0, 1] and ``words`` names the classes; those with an empty word never win.
    """
    named = np.array([place for place, word in enumerate(words) if word], np.intp)
    known = scores[:, named]
    best = known.argmax(axis=1)
    score = known[np.arange(len(known)), best]
    kept = np.flatnonzero(score >= threshold)
    kept = kept[np.argsort(-score[kept], kind='stable')]
    height, width = size
    clipped = boxes[kept].clip(0, [width, height, width, height])
    chosen = suppress(clipped, score[kept], iou)
    return Detections(
        clipped[chosen].astype(np.float32),
        tuple(words[named[best[kept[place]]]] for place in chosen),
        score[kept][chosen].astype(np.float32),
    )


def suppress(
    boxes: NDArray[np.floating], scores: NDArray[np.floating], iou: float
) -> NDArray[np.intp]:
    """Return indices of boxes (N, 4) left by greedy non-maximum suppression, best first."""
    order = list(np.argsort(-scores, kind='stable'))
    overlaps = pairwise_iou(boxes, boxes)
    kept: list[int] = []
    for index in order:
        if all(overlaps[index, other] <= iou for other in kept):
            kept.append(int(index))
    return np.array(kept, dtype=np.intp)
