# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A COCO detector with YOLOX's raw head: teacher of pseudo-labels and judge of the clip."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sageiq_ros.geometry import pairwise_iou
from sageiq_ros.types import Image, SageIQError

COCO_NAMES = {
    0: 'person',
    1: 'bike',
    2: 'car',
    3: 'motorcycle',
    5: 'bus',
    6: 'train',
    7: 'truck',
    9: 'light',
    11: 'sign',
}
VEHICLES = ('car', 'bus', 'truck', 'motorcycle', 'bike', 'train')
STRIDES = (8, 16, 32)
PADDING = 114


@dataclass(frozen=True, slots=True)
class Detections:
    """Hold N detections: pixel boxes (N, 4), VG150 labels and scores in [0, 1]."""

    boxes: NDArray[np.float32]
    labels: tuple[str, ...]
    scores: NDArray[np.float32]


class YoloxDetector:
    """Run a YOLOX ONNX file (BGR 0-255 letterboxed, raw head) with OpenVINO.

    Only the street classes of COCO are kept, under their VG150 names.
    """

    def __init__(self, path: str | Path, threads: int = 1) -> None:
        import openvino

        if not Path(path).is_file():
            raise SageIQError(f'There is no detector at {path}; give the path of an ONNX file.')
        core = openvino.Core()
        self._model = core.compile_model(
            str(path), 'CPU', {'INFERENCE_NUM_THREADS': threads, 'PERFORMANCE_HINT': 'LATENCY'}
        )
        self._size = int(self._model.inputs[0].shape[2])
        self._grid, self._stride = _grid(self._size)

    def detect(self, image: Image, threshold: float = 0.4, iou: float = 0.5) -> Detections:
        """Return the detections of one image above ``threshold``, the best first."""
        height, width = image.shape[:2]
        scale = min(self._size / height, self._size / width)
        resized = cv2.resize(image, (round(width * scale), round(height * scale)))
        canvas = np.full((self._size, self._size, 3), PADDING, np.uint8)
        canvas[: resized.shape[0], : resized.shape[1]] = resized
        tensor = canvas.transpose(2, 0, 1)[None].astype(np.float32)
        raw = self._model(tensor)[0][0]
        centers = (raw[:, :2] + self._grid) * self._stride
        half = np.exp(raw[:, 2:4]) * self._stride / 2
        boxes = np.concatenate([centers - half, centers + half], axis=1) / scale
        known = np.array(sorted(COCO_NAMES))
        scores = raw[:, 4:5] * raw[:, 5 + known]
        best = scores.argmax(axis=1)
        score = scores[np.arange(len(scores)), best]
        kept = np.flatnonzero(score > threshold)
        kept = kept[np.argsort(-score[kept], kind='stable')]
        boxes = boxes[kept].clip(0, [width, height, width, height])
        chosen = suppress(boxes, score[kept], iou)
        return Detections(
            boxes[chosen].astype(np.float32),
            tuple(COCO_NAMES[int(known[best[kept[i]]])] for i in chosen),
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


def _grid(size: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    points, strides = [], []
    for stride in STRIDES:
        cells = size // stride
        y, x = np.mgrid[:cells, :cells]
        points.append(np.stack([x, y], axis=2).reshape(-1, 2))
        strides.append(np.full((cells * cells, 1), stride))
    return np.concatenate(points).astype(np.float32), np.concatenate(strides).astype(np.float32)
