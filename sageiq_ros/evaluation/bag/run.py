# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Going through a recorded drive frame by frame, and what is kept of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from time import perf_counter

from tqdm import tqdm

from sageiq_ros.bags.frames import BagError, Frame
from sageiq_ros.evaluation.bag.frames import BagFrames
from sageiq_ros.evaluation.drive import FrameResult
from sageiq_ros.evaluation.results_table import ResultsTable
from sageiq_ros.executors.base import Executor, Job, Outcome
from sageiq_ros.types import SageIQError


class BagRun:
    """Hold the results of a drive, also while it is gone through and when that was broken off.

    Each goes to ``table``, too. ``spent_s`` is the time from the first result to the last, as
    ``recorded_s`` is that from the first frame to the last; loading the engines is in neither. A
    drive that was ``played`` has no speed of its own. ``remarks`` are sentences for the report.
    """

    def __init__(self, frames: BagFrames, table: ResultsTable, *, played: bool = False) -> None:
        self.frames = frames
        self.results: list[FrameResult] = []
        self.remarks = [frames.remark] if frames.remark else []
        self.spent_s = math.nan
        self._table = table
        self._played = played

    @property
    def recorded_s(self) -> float:
        """Return the seconds of the drive from the first frame to the last."""
        times = [result.time_ns for result in self.results]
        return (max(times) - min(times)) / 1e9 if times else 0.0

    @property
    def speed(self) -> float:
        """Return seconds recorded for one second spent; NaN where nothing can be said."""
        known = self.recorded_s > 0.0 and self.spent_s > 0.0 and not self._played
        return self.recorded_s / self.spent_s if known else math.nan

    def add(self, result: FrameResult) -> None:
        """Keep the result of the frame that comes next."""
        self.results.append(result)
        self._table.add(result)

    def go(self, executor: Executor, job: Job) -> None:
        """Take every frame in order; the job's work makes an Assessment of a Frame.

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
                self.add(replace(reading.given.pop(outcome.index), assessment=outcome.value))
                now = perf_counter()
                begin = now if math.isnan(begin) else begin
                self.spent_s = now - begin
        if reading.fault is not None:
            if not self.results:
                raise reading.fault
            self.end_early(f'reading ended: {reading.fault}')
        self._check_stamps()

    def end_early(self, reason: str) -> None:
        """Remark that the drive was not gone through to its end."""
        self.remarks.append(f'After {len(self.results)} of its frames {reason}')

    def _check_stamps(self) -> None:
        back = sum(b.stamp_ns < a.stamp_ns for a, b in pairwise(self.results))
        if back:
            self.remarks.append(
                f'The stamps of the headers go back {back} times; durations here are those of '
                'recording.'
            )


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

    ``given`` holds what is known of those that nobody has taken from there, by their place.
    """

    def __init__(self, frames: BagFrames) -> None:
        self.given: dict[int, FrameResult] = {}
        self.fault: BagError | None = None
        self._frames = frames

    def __iter__(self) -> Iterator[Frame]:
        try:
            for place, (number, frame) in enumerate(self._frames):
                self.given[place] = FrameResult(
                    number, frame.name, frame.stamp_ns, None, recorded_ns=frame.recorded_ns
                )
                yield frame
        except BagError as error:
            self.fault = error
