# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Detectors with DETR's head: an engine of the store, or transformers' own from a local folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sageiq_ros.engines.base import Engine, EngineError
from sageiq_ros.probability import softmax
from sageiq_ros.scene_graph.coco import word_of
from sageiq_ros.scene_graph.detections import Detections, select
from sageiq_ros.types import Image

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
SHORTEST, LONGEST = 800, 1333


class DetrEngine:
    """Run a store engine of the network ``detr``: the whole picture at the engine's size.

    The manifest's settings name the outputs (``logits``, ``boxes``), the classes (``words``) and
    ``mean`` and ``deviation`` of RGB in [0, 1]. A second input, the pixel mask, is all ones.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        picture, *masks = engine.manifest.inputs
        self._input = picture.name
        self._size = (picture.shape[3], picture.shape[2])
        self._masks = {mask.name: np.ones(mask.shape, mask.dtype) for mask in masks}
        self._settings = engine.manifest.settings

    @property
    def name(self) -> str:
        """Name the network and its precision."""
        return f'{self._engine.manifest.name} {self._engine.manifest.precision}'

    def detect(self, image: Image, threshold: float = 0.4, iou: float = 0.5) -> Detections:
        """Return the detections of one BGR image from ``threshold`` on, the best first."""
        settings = self._settings
        resized = cv2.resize(image, self._size, interpolation=cv2.INTER_AREA)
        tensor = normalize(resized, settings['mean'], settings['deviation'])
        outputs = self._engine({self._input: tensor, **self._masks})
        logits, boxes = (outputs[settings[name]][0] for name in ('logits', 'boxes'))
        return decode(logits, boxes, settings['words'], image.shape[:2], threshold, iou)


class TransformersDetr:
    """Run ``DetrForObjectDetection`` of a local folder with torch and transformers.

    The folder is what ``save_pretrained`` writes: ``config.json``, ``model.safetensors`` and,
    where the picture is to be prepared otherwise than DETR does, ``preprocessor_config.json``.
    Nothing is fetched and no pickle is opened. Class names come from ``id2label``.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        try:
            import torch
            from transformers import DetrForObjectDetection
        except ImportError as error:
            raise EngineError(
                f'{folder} is a DETR of transformers, which cannot be imported ({error}): '
                "'pip install torch transformers', or export the network to ONNX and use "
                "'sageiq models import-detector'."
            ) from error
        torch.set_num_threads(threads)
        try:
            self._model = DetrForObjectDetection.from_pretrained(
                str(folder), local_files_only=True, use_safetensors=True
            ).eval()
        except (OSError, ValueError, RuntimeError, ImportError) as error:
            raise EngineError(
                f'transformers cannot load the DETR of {folder}: '
                f'{" ".join(str(error).split())[:300]}'
            ) from error
        names = self._model.config.id2label
        self._words = [word_of(names[place]) for place in range(len(names))]
        self._preparation = _preparation(folder)
        self.name = f'{folder.name} float32'

    def detect(self, image: Image, threshold: float = 0.4, iou: float = 0.5) -> Detections:
        """Return the detections of one BGR image from ``threshold`` on, the best first."""
        import torch

        shortest, longest, mean, deviation = self._preparation
        height, width = image.shape[:2]
        scale = min(shortest / min(height, width), longest / max(height, width))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        tensor = torch.from_numpy(normalize(cv2.resize(image, size), mean, deviation))
        with torch.inference_mode():
            output = self._model(
                pixel_values=tensor, pixel_mask=torch.ones((1, size[1], size[0]), dtype=torch.long)
            )
        logits, boxes = output.logits[0].numpy(), output.pred_boxes[0].numpy()
        return decode(logits, boxes, self._words, (height, width), threshold, iou)


def normalize(
    image: Image, mean: Sequence[float], deviation: Sequence[float]
) -> NDArray[np.float32]:
    """Turn BGR uint8 (H, W, 3) into normalised RGB (1, 3, H, W)."""
    rgb = image[..., ::-1].astype(np.float32) / 255.0
    normal = (rgb - np.float32(mean)) / np.float32(deviation)
    return np.ascontiguousarray(normal.transpose(2, 0, 1)[None], dtype=np.float32)


def decode(
    logits: NDArray[np.floating],
    boxes: NDArray[np.floating],
    words: Sequence[str],
    size: tuple[int, int],
    threshold: float,
    iou: float,
) -> Detections:
    """Name N queries by logits (N, classes + 1), boxes (N, 4) as cx, cy, w, h in [0, 1].

    The last column, no object, takes part in the softmax and never wins.
    """
    half = boxes[:, 2:] / 2
    corners = np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], axis=1)
    height, width = size
    corners = corners * [width, height, width, height]
    return select(corners, softmax(logits)[:, :-1], words, size, threshold, iou)


def is_transformers_detr(folder: Path) -> bool:
    """Tell whether a folder is a DETR as transformers saves it."""
    try:
        found = json.loads((folder / 'config.json').read_text(encoding='utf-8'))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(found, dict) and found.get('model_type') == 'detr'


def _preparation(folder: Path) -> tuple[int, int, Sequence[float], Sequence[float]]:
    """Read the shortest and longest side and the normalisation; DETR's own where none is given."""
    path = folder / 'preprocessor_config.json'
    found: dict[str, Any] = {}
    if path.is_file():
        try:
            found = json.loads(path.read_text(encoding='utf-8'))
        except ValueError as error:
            raise EngineError(f'{path} is not readable JSON ({error}); restore it.') from error
    size = found.get('size', {})
    # Older folders hold one number for the shortest side and max_size beside it.
    sides = size if isinstance(size, dict) else {'shortest_edge': size}
    return (
        sides.get('shortest_edge', SHORTEST),
        sides.get('longest_edge', found.get('max_size', LONGEST)),
        found.get('image_mean', MEAN),
        found.get('image_std', DEVIATION),
    )
