# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Two clocks at once: neither alone tells how much time has passed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time on both clocks, in seconds.

    ``steady_s`` is a clock that never stands still nor goes back. ``ros_s`` is ROS time, of now or
    of the exposure of an image; simulated, it may be paused, run at any rate or start over.
    """

    steady_s: float
    ros_s: float

    def least_since(self, earlier: Moment) -> float:
        """Return the seconds that have passed on the clock on which fewer have."""
        return min(self.steady_s - earlier.steady_s, self.ros_s - earlier.ros_s)
