# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The gate of one camera: what opens it, and all that closes it."""

from __future__ import annotations

from dataclasses import dataclass

from sageiq_ros.gate.arrival import Arrival
from sageiq_ros.gate.config import GateConfig
from sageiq_ros.gate.decision import CameraDecision, GateStatus
from sageiq_ros.gate.judgement import Judgement, Level, judge
from sageiq_ros.gate.limits import Limits
from sageiq_ros.gate.moment import Moment
from sageiq_ros.gate.result import Region, Result


@dataclass(frozen=True, slots=True)
class _Newest:
    result: Result
    arrival: Arrival
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class _Fault:
    state: GateStatus
    reason: str
    regions: tuple[Region, ...]


class CameraGate:
    """Decide on one camera by its results.

    Between two calls everything that time alone brings about is made up for, so that how often a
    decision is asked for changes none. ``config`` and ``limits`` may be replaced at any time.
    """

    def __init__(self, name: str, config: GateConfig, limits: Limits) -> None:
        self.name = name
        self.config = config
        self.limits = limits
        self._newest: _Newest | None = None
        self._counted_s = 0.0
        self._start_over()

    def _start_over(self) -> None:
        self._open = False
        self._good_since: Moment | None = None
        self._bad_steady_s = self._bad_ros_s = 0.0

    def take(self, result: Result, now: Moment) -> None:
        """Judge a result that came now."""
        self._advance(now)
        before = self._newest
        arrival = Arrival.of(result, now.steady_s, None if before is None else before.arrival)
        self._newest = _Newest(result, arrival, judge(result, self.limits))
        if self._fault(now) is not None:
            self._start_over()
            return
        if before is not None and before.judgement.level is Level.BAD:
            self._bad_ros_s += arrival.first.ros_s - before.arrival.first.ros_s
            self._close_if_due()
        self._counted_s = now.steady_s
        if self._newest.judgement.level is Level.GOOD:
            self._take_good(Moment(now.steady_s, arrival.first.ros_s))
        else:
            self._good_since = None

    def decide(self, now: Moment) -> CameraDecision:
        """Say what the gate makes of this camera now."""
        if self._newest is None:
            return CameraDecision(self.name, GateStatus.UNKNOWN, 'no result has come yet')
        fault = self._advance(now)
        result, judgement = self._newest.result, self._newest.judgement
        regions = judgement.regions
        if fault is not None:
            state, reason, regions = fault.state, fault.reason, fault.regions
        elif self._open:
            state, reason, regions = GateStatus.OPEN, judgement.reason, ()
            if judgement.level is Level.BAD:
                left_s = self.config.close_after_s - max(self._bad_steady_s, self._bad_ros_s)
                reason = f'closes in {left_s:.2f} s: {reason}'
        else:
            state, reason = GateStatus.CLOSED, judgement.reason
            if self._good_since is not None:
                passed = Moment(now.steady_s, self._newest.arrival.first.ros_s)
                left_s = self.config.open_after_s - passed.least_since(self._good_since)
                reason = f'opens in {max(left_s, 0.0):.2f} s at the earliest: {reason}'
        return CameraDecision(self.name, state, reason, result.header.stamp, result.score, regions)

    def _take_good(self, taken: Moment) -> None:
        self._bad_steady_s = self._bad_ros_s = 0.0
        if self._good_since is None:
            self._good_since = taken
        if taken.least_since(self._good_since) >= self.config.open_after_s:
            self._open = True

    def _close_if_due(self) -> None:
        if max(self._bad_steady_s, self._bad_ros_s) >= self.config.close_after_s:
            self._open = False

    def _advance(self, now: Moment) -> _Fault | None:
        """Make up for the time since the last call; return what keeps the newest from use now."""
        if self._newest is None:
            return None
        fault = self._fault(now)
        if fault is not None:
            self._start_over()
        elif self._newest.judgement.level is Level.BAD:
            self._bad_steady_s += now.steady_s - self._counted_s
            self._counted_s = now.steady_s
            self._close_if_due()
        return fault

    def _fault(self, now: Moment) -> _Fault | None:
        assert self._newest is not None
        stale = self._newest.arrival.find_stale(now, self.config)
        if stale is not None:
            return _Fault(GateStatus.STALE, *stale)
        judgement = self._newest.judgement
        if judgement.level is Level.IMPOSSIBLE:
            return _Fault(GateStatus.CLOSED, judgement.reason, judgement.regions)
        return None
