# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Choose stage 1's generator by what the engine's manifest says it is."""

from __future__ import annotations

from sageiq_ros.config import SceneGraphConfig
from sageiq_ros.engines.base import EngineError
from sageiq_ros.engines.store import find_engine, load_engine, read_manifest
from sageiq_ros.paths import user_path
from sageiq_ros.quoting import quoted
from sageiq_ros.scene_graph.base import SceneGraphGenerator
from sageiq_ros.scene_graph.detector import DetectorGenerator
from sageiq_ros.scene_graph.detr import DetrEngine, TransformersDetr, is_transformers_detr
from sageiq_ros.scene_graph.ensemble import EnsembleGenerator
from sageiq_ros.scene_graph.reltr import RelTRGenerator
from sageiq_ros.scene_graph.yolox import YoloxEngine


def build_generator(
    config: SceneGraphConfig, threads: int, backend: str = 'auto'
) -> SceneGraphGenerator:
    """Load ``config.engine``: a RelTR, a detector with YOLOX's or DETR's head, or a local DETR
    folder of transformers.

    ``backend`` is that of ``load_engine``; a folder of transformers always runs on torch. Every
    generator obeys ``looks``. Raises EngineError for an engine that is missing, damaged or
    of a network that makes no scene graph.
    """
    return EnsembleGenerator(_single(config.engine, threads, backend))


def _single(engine: str, threads: int, backend: str) -> SceneGraphGenerator:
    folder = user_path(engine)
    if is_transformers_detr(folder):
        return DetectorGenerator(TransformersDetr(folder, threads))
    network = read_manifest(find_engine(engine)).network
    if network not in ('reltr', 'yolox', 'detr'):
        raise EngineError(
            f'The engine {quoted(engine)} runs {network}, which makes no scene graph; choose one '
            'of reltr, yolox or detr.'
        )
    loaded = load_engine(engine, network, threads, backend)
    if network == 'reltr':
        return RelTRGenerator(loaded)
    return DetectorGenerator(YoloxEngine(loaded) if network == 'yolox' else DetrEngine(loaded))
