# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Going through a recorded drive frame by frame, and what is kept of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from time import perf_counter

from tqdm import tqdm

from sageiq_ros.bags.frames import BagError, Frame
from sageiq_ros.evaluation.bag.frames import BagFrames
from sageiq_ros.evaluation.drive import FrameResult
from sageiq_ros.evaluation.extremes import Extremes
from sageiq_ros.types import Assessment

SHOWN = 5
APART = 10


class BagRun:
    """Hold the results of a drive, also while it is gone through and when that was broken off.

    ``spent_s`` is the time that it took, reading and decoding included. ``remarks`` are sentences
    for the report.
    """

    def __init__(self, frames: BagFrames) -> None:
        self.frames = frames
        self.results: list[FrameResult] = []
        self.worst = Extremes(SHOWN, APART)
        self.best = Extremes(SHOWN, APART, highest=True)
        self.remarks = [frames.remark] if frames.remark else []
        self.spent_s = math.nan

    @property
    def recorded_s(self) -> float:
        """Return the seconds of the drive from the first frame to the last."""
        stamps = [result.stamp_ns for result in self.results]
        return (max(stamps) - min(stamps)) / 1e9 if stamps else 0.0

    @property
    def speed(self) -> float:
        """Return seconds recorded for one second spent; NaN where nothing can be said."""
        known = self.recorded_s > 0.0 and self.spent_s > 0.0
        return self.recorded_s / self.spent_s if known else math.nan

    def go(self, assess: Callable[[Frame], Assessment | None]) -> None:
        """Take every frame; a bag that breaks off in the middle gives what was read.

        Raises BagError where no frame can be read at all.
        """
        begin = perf_counter()
        try:
            for number, frame in tqdm(
                self.frames, total=self.frames.count, unit='frame', disable=None
            ):
                result = FrameResult(number, frame.name, frame.stamp_ns, assess(frame))
                self.results.append(result)
                self.worst.offer(result, frame.image)
                self.best.offer(result, frame.image)
                self.spent_s = perf_counter() - begin
        except BagError as error:
            if not self.results:
                raise
            self.end_early(f'reading ended: {error}')

    def end_early(self, reason: str) -> None:
        """Remark that the drive was not gone through to its end."""
        self.remarks.append(f'After {len(self.results)} of its frames {reason}')
