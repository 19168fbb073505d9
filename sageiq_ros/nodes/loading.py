# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Loading of the engines, which takes seconds, without holding up the end of the process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait

from sageiq_ros.config import PipelineConfig
from sageiq_ros.pipeline import Pipeline

CHECK_S = 0.1


class Loading:
    """Build and warm a pipeline in a thread of its own."""

    def __init__(
        self, build: Callable[[PipelineConfig], Pipeline], config: PipelineConfig
    ) -> None:
        self._future: Future[Pipeline] = Future()
        threading.Thread(
            target=self._run, args=(build, config), name='loading', daemon=True
        ).start()

    @property
    def done(self) -> bool:
        """Tell whether the thread has ended; while it runs an engine it cannot be interrupted."""
        return self._future.done()

    def result(self, wanted: Callable[[], bool]) -> Pipeline | None:
        """Wait for the pipeline; return None once it is no longer wanted.

        Raises what building or warming raised.
        """
        while not wait([self._future], CHECK_S).done:
            if not wanted():
                return None
        return self._future.result()

    def _run(self, build: Callable[[PipelineConfig], Pipeline], config: PipelineConfig) -> None:
        try:
            pipeline = build(config)
            pipeline.warm_up()
        except Exception as error:
            self._future.set_exception(error)
        else:
            self._future.set_result(pipeline)
