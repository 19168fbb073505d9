# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Detectors with YOLOX's raw head: in the store as stage 1, and as a bare file as a teacher."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sageiq_ros.engines.base import Engine
from sageiq_ros.openvino_core import openvino_core
from sageiq_ros.scene_graph.coco import WORDS_80
from sageiq_ros.scene_graph.detections import Detections, select
from sageiq_ros.types import Image, SageIQError

VEHICLES = ('car', 'bus', 'truck', 'motorcycle', 'bike', 'train')
STREET_WORDS = (*VEHICLES, 'person', 'light', 'sign')
STRIDES = (8, 16, 32)
PADDING = 114


class YoloxEngine:
    """Run a store engine of the network ``yolox``: any class list, any input size.

    The manifest's settings say how the picture enters (``padding``, ``channels``, ``scale``) and
    what the classes are called (``words``); ``sageiq models import-detector`` writes them.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        manifest = engine.manifest
        spec = manifest.inputs[0]
        self._input, self._output = spec.name, manifest.outputs[0].name
        self._size = (spec.shape[2], spec.shape[3])
        self._words = manifest.settings['words']
        self._settings = manifest.settings

    @property
    def name(self) -> str:
        """Name the network and its precision."""
        return f'{self._engine.manifest.name} {self._engine.manifest.precision}'

    def detect(self, image: Image, threshold: float = 0.4, iou: float = 0.5) -> Detections:
        """Return the detections of one BGR image from ``threshold`` on, the best first."""
        canvas, shrink = letterbox(image, self._size, self._settings['padding'])
        if self._settings['channels'] == 'rgb':
            canvas = canvas[..., ::-1]
        tensor = canvas.transpose(2, 0, 1)[None] * np.float32(self._settings['scale'])
        raw = self._engine({self._input: np.ascontiguousarray(tensor)})[self._output][0]
        boxes, scores = decode(raw, self._size)
        return select(boxes / shrink, scores, self._words, image.shape[:2], threshold, iou)


class YoloxDetector:
    """Run a bare YOLOX ONNX file trained on COCO (BGR 0-255 letterboxed) with OpenVINO.

    Only the street classes of COCO are kept, under their VG150 names.
    """

    def __init__(self, path: str | Path, threads: int = 1) -> None:
        if not Path(path).is_file():
            raise SageIQError(f'There is no detector at {path}; give the path of an ONNX file.')
        self._model = openvino_core().compile_model(
            str(path),
            'CPU',
            {
                'INFERENCE_NUM_THREADS': threads,
                'PERFORMANCE_HINT': 'LATENCY',
                'INFERENCE_PRECISION_HINT': 'f32',
            },
        )
        height, width = tuple(self._model.inputs[0].shape)[2:]
        self._size = (height, width)
        self._words: Sequence[str] = [w if w in STREET_WORDS else '' for w in WORDS_80]

    def detect(self, image: Image, threshold: float = 0.4, iou: float = 0.5) -> Detections:
        """Return the detections of one BGR image from ``threshold`` on, the best first."""
        canvas, shrink = letterbox(image, self._size, PADDING)
        tensor = canvas.transpose(2, 0, 1)[None].astype(np.float32)
        boxes, scores = decode(self._model(tensor)[0][0], self._size)
        return select(boxes / shrink, scores, self._words, image.shape[:2], threshold, iou)


def letterbox(image: Image, size: tuple[int, int], padding: int) -> tuple[Image, float]:
    """Fit a picture into the top left of a grey canvas of ``size`` (height, width).

    Returns the canvas and by how much the picture was scaled.
    """
    height, width = image.shape[:2]
    scale = min(size[0] / height, size[1] / width)
    fitted = (max(1, round(width * scale)), max(1, round(height * scale)))
    resized = cv2.resize(image, fitted)
    canvas = np.full((*size, 3), padding, np.uint8)
    canvas[: resized.shape[0], : resized.shape[1]] = resized
    return canvas, scale


def decode(
    raw: NDArray[np.floating], size: tuple[int, int]
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Turn a raw head (cells, 5 + classes) into canvas boxes (cells, 4) and class scores.

    ``size`` is the canvas (height, width). A row holds the offset of the centre from its cell and
    the logarithm of the sides, both in strides, then objectness and classes as probabilities.
    """
    grid, stride = cells(size)
    centers = (raw[:, :2] + grid) * stride
    half = np.exp(raw[:, 2:4]) * stride / 2
    return np.concatenate([centers - half, centers + half], axis=1), raw[:, 4:5] * raw[:, 5:]


def cells(size: tuple[int, int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the corner (cells, 2) in strides and the stride (cells, 1) of every cell."""
    points, strides = [], []
    for stride in STRIDES:
        y, x = np.mgrid[: size[0] // stride, : size[1] // stride]
        points.append(np.stack([x, y], axis=2).reshape(-1, 2))
        strides.append(np.full((x.size, 1), stride))
    return np.concatenate(points).astype(np.float32), np.concatenate(strides).astype(np.float32)
