# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""When a result came and of what time it is: whether it is fresh enough to say anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from sageiq_ros.gate.config import GateConfig
from sageiq_ros.gate.moment import Moment
from sageiq_ros.gate.result import Region, Result, Stamp


@dataclass(frozen=True, slots=True)
class Arrival:
    """The times of a result, in seconds.

    ``first`` is when the first result of this stamp came, by the steady clock, and the stamp. A
    stamp that comes again is the same picture again and does not make it younger. ``fault`` says
    what is wrong with the stamp, '' if nothing. ``kept`` is the region whose quality is oldest.
    """

    first: Moment
    fault: str
    kept: Region | None

    @classmethod
    def of(cls, result: Result, steady_s: float, before: Arrival | None) -> Self:
        """Take the times of a result that came now, after the one ``before``."""
        stamp_s = to_seconds(result.header.stamp)
        kept = max(result.regions, key=lambda region: region.age_s, default=None)
        came_s, fault = steady_s, ''
        if stamp_s <= 0.0:
            fault = 'the image has no stamp'
        elif before is not None and stamp_s == before.first.ros_s:
            came_s, fault = before.first.steady_s, before.fault
        elif before is not None and stamp_s < before.first.ros_s:
            fault = f'the stamp went back by {before.first.ros_s - stamp_s:.2f} s'
        return cls(Moment(came_s, stamp_s), fault, kept)

    def find_stale(self, now: Moment, config: GateConfig) -> tuple[str, tuple[Region, ...]] | None:
        """Say in one sentence why the result cannot be used now, and of which region.

        Whatever is not a number makes it stale: all is asked as what must be so.
        """
        if self.fault:
            return self.fault, ()
        if not now.ros_s > 0.0:
            return 'there is no ROS time; does anything come on /clock?', ()
        age_s = now.ros_s - self.first.ros_s
        if not -age_s <= config.future_tolerance_s:
            return f'the stamp lies {-age_s:.2f} s in the future', ()
        waited_s = now.steady_s - self.first.steady_s
        if not waited_s >= 0.0:
            return 'the steady clock went back', ()
        limit_s = config.stale_after_s
        if not waited_s <= limit_s:
            return f'no new result for {waited_s:.2f} s, more than {limit_s:.2f} s', ()
        if not age_s <= limit_s:
            return f'the image is {age_s:.2f} s old, more than {limit_s:.2f} s', ()
        if self.kept is not None:
            old_s = max(age_s, waited_s) + self.kept.age_s
            if not old_s <= limit_s:
                whose = f'the quality of {self.kept.label}'
                return f'{whose} is {old_s:.2f} s old, more than {limit_s:.2f} s', (self.kept,)
        return None


def to_seconds(stamp: Stamp) -> float:
    """Return a stamp in seconds."""
    return stamp.sec + 1e-9 * stamp.nanosec
