# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Stage 1 by a RelTR engine: resize, run, build the graph by the rules that are set."""

from __future__ import annotations

import cv2

from sageiq_ros.config import SceneGraphConfig
from sageiq_ros.engines.base import Engine, EngineError
from sageiq_ros.geometry import halve
from sageiq_ros.scene_graph.official import demo_graph, evaluation_graph
from sageiq_ros.scene_graph.postprocess import build_graph
from sageiq_ros.types import Image, SceneGraph

RULES = {
    'sageiq': build_graph,
    'official_demo': demo_graph,
    'official_evaluation': evaluation_graph,
}
VOCABULARY = 'vg150'


class RelTRGenerator:
    """Generate scene graphs with an engine whose input is one uint8 BGR image (1, H, W, 3).

    Raises EngineError for an engine whose classes have no words here (Open Images).
    """

    def __init__(self, engine: Engine) -> None:
        vocabulary = engine.manifest.settings.get('vocabulary', VOCABULARY)
        if vocabulary != VOCABULARY:
            raise EngineError(
                f'The engine {engine.manifest.name} speaks the vocabulary {vocabulary}, whose '
                f'words are not known here; choose one of {VOCABULARY}.'
            )
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
        outputs = self._engine({self._input: shrink(image, *self._size)[None]})
        height, width = image.shape[:2]
        return RULES[config.rules](outputs, float(width), float(height), config)


def shrink(image: Image, width: int, height: int) -> Image:
    """Resize to the network's input: by halves, then by what is left.

    Up to a factor of two bilinear weighing passes over no pixel, and is much faster than averaging
    areas at the same recall (the network's model card); beyond, areas are averaged.
    """
    halved = halve(image, width, height)
    rows, columns = halved.shape[:2]
    far = columns > 2 * width or rows > 2 * height
    way = cv2.INTER_AREA if far else cv2.INTER_LINEAR
    return cv2.resize(halved, (width, height), interpolation=way)
