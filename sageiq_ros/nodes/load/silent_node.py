# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The node with networks that answer at once: what is left is the cost of the node itself.

``python -m sageiq_ros.nodes.load.silent_node`` is ``sageiq_node`` in all but the two networks.
At its start each runs once on a rendered street; from then on what it said there is its answer to
everything, so that every frame has the regions and triplets of that street.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.analyzer.build import build_analyzer
from sageiq_ros.bags.sources import STREET, open_source
from sageiq_ros.config import PipelineConfig
from sageiq_ros.engines.base import Arrays, Engine
from sageiq_ros.engines.manifest import Manifest
from sageiq_ros.engines.store import load_engine
from sageiq_ros.nodes.sageiq_node import main
from sageiq_ros.pipeline import Pipeline
from sageiq_ros.scene_graph.ensemble import EnsembleGenerator
from sageiq_ros.scene_graph.reltr import RelTRGenerator
from sageiq_ros.scorer.sageiq_m import SageIQMScorer


class SilentEngine:
    """Run an engine until it is silenced; then give its last answer at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine: Engine | None = engine
        self.manifest: Manifest = engine.manifest
        self._answer: Arrays = {}

    def __call__(self, inputs: Mapping[str, NDArray[np.generic]]) -> Arrays:
        if self._engine is not None:
            self._answer = self._engine(inputs)
        return self._answer

    def silence(self) -> None:
        """Give the engine back."""
        self._engine = None


def build_silent(config: PipelineConfig) -> Pipeline:
    """Build the shipped stages with silent engines."""
    threads, backend = config.runtime.threads, config.runtime.backend
    graph = SilentEngine(load_engine(config.scene_graph.engine, 'reltr', threads, backend))
    score = SilentEngine(load_engine(config.scorer.engine, 'sageiq_m', threads, backend))
    generator = EnsembleGenerator(RelTRGenerator(graph))
    pipeline = Pipeline(generator, build_analyzer(config.analyzer), SageIQMScorer(score), config)
    (frame,) = open_source(STREET, frames=1)
    pipeline(frame.image)
    graph.silence()
    score.silence()
    return pipeline


if __name__ == '__main__':
    sys.exit(main(build=build_silent))
