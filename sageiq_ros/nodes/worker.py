# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The one inference thread, which all cameras share."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

from sageiq_ros.images import ImageError, to_bgr
from sageiq_ros.nodes.camera import Camera, Errand, Frame, NewestFrames
from sageiq_ros.pipeline import View
from sageiq_ros.types import Assessment, Image

log = logging.getLogger(__name__)

LATENCIES_KEPT = 200
CHECK_S = 0.1
# A plug-in that ends the process, as it thinks, would end this thread alone.
FAULTS = (Exception, SystemExit)


class Assessor(Protocol):
    """Assess views, each taken when its turn has come; a Pipeline does."""

    def assess(self, views: Iterable[View]) -> list[Assessment]: ...


@dataclass(frozen=True, slots=True)
class Taken:
    """A frame in work, its image, and when it was taken (``perf_counter`` seconds)."""

    frame: Frame
    image: Image
    taken: float


class InferenceWorker:
    """Take the newest frames, assess them and hand the results over, until stopped.

    The frames of up to ``batch()`` cameras are assessed together. Errands run in this thread too;
    one that raises costs itself.

    ``publish`` is called in this thread with what was taken and its assessment; ``report`` with a
    camera and a fault for a frame that gave none. ``latencies_ms`` holds how long the last
    results took from reception to publication.
    """

    def __init__(
        self,
        frames: NewestFrames,
        pipeline: Assessor,
        publish: Callable[[Taken, Assessment], None],
        report: Callable[[Camera, BaseException], None],
        batch: Callable[[], int] = lambda: 1,
    ) -> None:
        self._frames = frames
        self._pipeline = pipeline
        self._publish = publish
        self._report = report
        self._batch = batch
        self._stopped = threading.Event()
        self.latencies_ms: deque[float] = deque(maxlen=LATENCIES_KEPT)
        self._since: float | None = None
        self._thread = threading.Thread(target=self._run, name='inference', daemon=True)
        self._thread.start()

    @property
    def busy_s(self) -> float:
        """Tell for how many seconds the work in hand has been in hand; 0 while there is none."""
        since = self._since
        return 0.0 if since is None else perf_counter() - since

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
            self._since = perf_counter()
            if isinstance(work, Frame):
                self._assess_round(work)
            else:
                self._run_errand(work)
            self._since = None

    def _run_errand(self, errand: Errand) -> None:
        try:
            errand()
        except FAULTS:
            log.exception('An errand between two frames failed.')

    def _assess_round(self, first: Frame) -> None:
        """Assess a frame and, together with it, those that wait of other cameras."""
        taken: list[Taken] = []
        try:
            assessments = self._pipeline.assess(self._views(first, taken))
        except FAULTS as error:
            # Whatever one frame brings about costs that frame and never the node, nor the others.
            if len(taken) < 2:
                self._refuse(taken[0].frame if taken else first, error)
                return
            for one in taken:
                self._assess_alone(one)
            return
        for one, assessment in zip(taken, assessments, strict=True):
            self._deliver(one, assessment)

    def _views(self, first: Frame, taken: list[Taken]) -> Iterator[View]:
        """Yield the views of a round and note them; a frame that holds no picture is refused."""
        frame: Frame | None = first
        cameras: list[Camera] = []
        while frame is not None:
            cameras.append(frame.camera)
            start = perf_counter()
            try:
                image = to_bgr(frame.message)
            except FAULTS as error:
                self._refuse(frame, error)
            else:
                taken.append(Taken(frame, image, start))
                yield _view(frame, image)
            more = len(cameras) < self._batch()
            frame = self._frames.take_another(without=cameras) if more else None

    def _assess_alone(self, one: Taken) -> None:
        try:
            (assessment,) = self._pipeline.assess([_view(one.frame, one.image)])
        except FAULTS as error:
            self._refuse(one.frame, error)
        else:
            self._deliver(one, assessment)

    def _deliver(self, one: Taken, assessment: Assessment) -> None:
        if self._stopped.is_set():
            return
        try:
            self._publish(one, assessment)
        except FAULTS as error:
            self._refuse(one.frame, error)
            return
        one.frame.camera.processed += 1
        self.latencies_ms.append(1e3 * (perf_counter() - one.frame.received))

    def _refuse(self, frame: Frame, error: BaseException) -> None:
        if isinstance(error, ImageError):
            frame.camera.refuse(error.kind, str(error))
        elif self._stopped.is_set():
            return
        else:
            frame.camera.refuse('inference', f'{type(error).__name__}: {error}')
        self._report(frame.camera, error)


def _view(frame: Frame, image: Image) -> View:
    """Let a frame keep qualities by the time of its stamp; one without a stamp keeps none."""
    stamp = frame.message.header.stamp
    stamp_s = stamp.sec + 1e-9 * stamp.nanosec
    return View(image, frame.camera.kept if stamp_s else None, stamp_s)
