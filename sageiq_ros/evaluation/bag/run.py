# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Going through a recorded drive frame by frame, and what is kept of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import closing
from time import perf_counter

from tqdm import tqdm

from sageiq_ros.bags.frames import BagError, Frame
from sageiq_ros.evaluation.bag.frames import BagFrames
from sageiq_ros.evaluation.drive import FrameResult
from sageiq_ros.evaluation.extremes import Extremes
from sageiq_ros.executors.base import Executor, Job, Outcome
from sageiq_ros.types import SageIQError

SHOWN = 5
APART = 10


class BagRun:
    """Hold the results of a drive, also while it is gone through and when that was broken off.

    ``spent_s`` is the time from the first result to the last, as ``recorded_s`` is that from the
    first frame to the last; loading the engines is in neither. ``remarks`` are sentences for the
    report.
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

    def go(self, executor: Executor, job: Job) -> None:
        """Take every frame in order; the work gives its Assessment, or None where there is none.

        A bag that breaks off in the middle gives what was read. Raises BagError where no frame
        can be read at all, and SageIQError where the work cannot start or fails.
        """
        reading = _Reading(self.frames)
        begin = math.nan
        with closing(executor.run(job, reading)) as outcomes:
            for outcome in tqdm(
                in_order(outcomes), total=self.frames.count, unit='frame', disable=None
            ):
                if outcome.error:
                    raise SageIQError(outcome.error)
                number, frame = reading.given.pop(outcome.index)
                result = FrameResult(number, frame.name, frame.stamp_ns, outcome.value)
                self.results.append(result)
                self.worst.offer(result, frame.image)
                self.best.offer(result, frame.image)
                now = perf_counter()
                begin = now if math.isnan(begin) else begin
                self.spent_s = now - begin
        if reading.fault is not None:
            if not self.results:
                raise reading.fault
            self.end_early(f'reading ended: {reading.fault}')

    def end_early(self, reason: str) -> None:
        """Remark that the drive was not gone through to its end."""
        self.remarks.append(f'After {len(self.results)} of its frames {reason}')


def in_order(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """Yield outcomes by their index, 0 first, keeping those that are early."""
    early: dict[int, Outcome] = {}
    due = 0
    for outcome in outcomes:
        early[outcome.index] = outcome
        while due in early:
            yield early.pop(due)
            due += 1


class _Reading:
    """Yield frames to be worked on until the bag ends or breaks off.

    ``given`` holds number and frame of those that nobody has taken from there, by their place.
    """

    def __init__(self, frames: BagFrames) -> None:
        self.given: dict[int, tuple[int, Frame]] = {}
        self.fault: BagError | None = None
        self._frames = frames

    def __iter__(self) -> Iterator[Frame]:
        try:
            for place, numbered in enumerate(self._frames):
                self.given[place] = numbered
                yield numbered[1]
        except BagError as error:
            self.fault = error
