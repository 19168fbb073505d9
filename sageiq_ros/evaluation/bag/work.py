# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The work of one frame of a recorded drive: the whole pipeline, without hurry."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sageiq_ros.bags.frames import Frame
from sageiq_ros.config import PipelineConfig
from sageiq_ros.executors.base import Executor
from sageiq_ros.pipeline import Pipeline, build_pipeline
from sageiq_ros.schema import updated
from sageiq_ros.types import Assessment


@dataclass(frozen=True, slots=True)
class AssessFrames:
    """Assess frames by the pipeline of a configuration."""

    config: PipelineConfig

    @classmethod
    def by(cls, executor: Executor, config: PipelineConfig) -> AssessFrames:
        """Make the job for an executor; of several workers each takes one thread for engines.

        Two threads of one network beside those of another cost more than they bring.
        """
        if executor.workers != 1:
            config = updated(config, {'runtime.threads': 1})
        return cls(config)

    def start(self) -> FrameAssessor:
        """Load the engines; raises SageIQError where one is missing or damaged."""
        pipeline = build_pipeline(self.config)
        pipeline.warm_up()
        # Results must not depend on how fast a language model answers.
        pipeline.patience = math.inf
        return FrameAssessor(pipeline)


class FrameAssessor:
    """Hold a worker's pipeline."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def __call__(self, frame: Frame) -> Assessment:
        """Assess a frame; raises SageIQError where a language model fails."""
        return self._pipeline(frame.image)

    def close(self) -> None:
        """Stop what runs beside the pipeline."""
        self._pipeline.close()
