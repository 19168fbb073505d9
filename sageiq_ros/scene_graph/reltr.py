# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Stage 1 by a RelTR engine: resize, run, build the graph."""

from __future__ import annotations

import cv2

from sageiq_ros.config import SceneGraphConfig
from sageiq_ros.engines.base import Engine
from sageiq_ros.scene_graph.postprocess import build_graph
from sageiq_ros.types import Image, SceneGraph


class RelTRGenerator:
    """Generate scene graphs with an engine whose input is one uint8 BGR image (1, H, W, 3)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        spec = engine.manifest.inputs[0]
        self._input = spec.name
        self._size = (spec.shape[2], spec.shape[1])

    @property
    def name(self) -> str:
        """Name the network and its precision."""
        return f'{self._engine.manifest.name} {self._engine.manifest.precision}'

    def generate(self, image: Image, config: SceneGraphConfig) -> SceneGraph:
        """Return the graph of one BGR image; nothing found gives an empty graph."""
        resized = cv2.resize(image, self._size, interpolation=cv2.INTER_AREA)
        outputs = self._engine({self._input: resized[None]})
        height, width = image.shape[:2]
        return build_graph(outputs, float(width), float(height), config)
