# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The one inference thread, which all cameras share."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from time import perf_counter
from typing import Protocol

from sageiq_ros.images import ImageError, to_bgr
from sageiq_ros.nodes.camera import Camera, Frame, NewestFrames
from sageiq_ros.types import Assessment, Image

LATENCIES_KEPT = 200
CHECK_S = 0.1


class Assessor(Protocol):
    """Assess one image; a Pipeline is one."""

    def __call__(self, image: Image) -> Assessment: ...


class InferenceWorker:
    """Take the newest frames, assess them and hand the results over, until stopped.

    Errands run in this thread too; they must not raise.

    ``publish`` is called in this thread with the frame, its image, its assessment and the time at
    which the frame was taken; ``report`` with a camera and a fault for a frame that gave none.
    ``latencies_ms`` holds how long the last results took from reception to publication.
    """

    def __init__(
        self,
        frames: NewestFrames,
        assess: Assessor,
        publish: Callable[[Frame, Image, Assessment, float], None],
        report: Callable[[Camera, Exception], None],
    ) -> None:
        self._frames = frames
        self._assess = assess
        self._publish = publish
        self._report = report
        self._stopped = threading.Event()
        self.latencies_ms: deque[float] = deque(maxlen=LATENCIES_KEPT)
        self._thread = threading.Thread(target=self._run, name='inference', daemon=True)
        self._thread.start()

    def stop(
        self, timeout: float | None = None, wanted: Callable[[], bool] = lambda: True
    ) -> bool:
        """Finish the work in hand without publishing it; return whether the thread has ended.

        Without a ``timeout`` in seconds it is waited for as long as that is ``wanted``.
        """
        self._stopped.set()
        self._frames.close()
        self._thread.join(CHECK_S if timeout is None else timeout)
        while timeout is None and self._thread.is_alive() and wanted():
            self._thread.join(CHECK_S)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (work := self._frames.take()) is not None:
            if isinstance(work, Frame):
                self._try(work)
            else:
                work()

    def _try(self, frame: Frame) -> None:
        # Whatever one frame brings about costs that frame and never the node.
        try:
            self._process(frame)
        except ImageError as error:
            frame.camera.refuse(error.kind, str(error))
            self._report(frame.camera, error)
        except Exception as error:
            if not self._stopped.is_set():
                frame.camera.refuse('inference', f'{type(error).__name__}: {error}')
                self._report(frame.camera, error)

    def _process(self, frame: Frame) -> None:
        taken = perf_counter()
        image = to_bgr(frame.message)
        assessment = self._assess(image)
        if self._stopped.is_set():
            return
        self._publish(frame, image, assessment, taken)
        frame.camera.processed += 1
        self.latencies_ms.append(1e3 * (perf_counter() - frame.received))
