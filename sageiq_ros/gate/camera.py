# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The gate of one camera: what opens it, and all that closes it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sageiq_ros.gate.arrival import Arrival
from sageiq_ros.gate.config import GateConfig
from sageiq_ros.gate.decision import CameraDecision, GateStatus
from sageiq_ros.gate.judgement import Judgement, Level, judge
from sageiq_ros.gate.limits import Limits
from sageiq_ros.gate.moment import Moment
from sageiq_ros.gate.result import Region, Result


@dataclass(frozen=True, slots=True)
class _Newest:
    """The worst result of the newest picture; its first one came at ``came_s``, steady clock."""

    result: Result
    arrival: Arrival
    judgement: Judgement
    came_s: float


@dataclass(frozen=True, slots=True)
class _Fault:
    state: GateStatus
    reason: str
    regions: tuple[Region, ...]


class CameraGate:
    """Decide on one camera by its results.

    Between two calls everything that time alone brings about is made up for, so that how often a
    decision is asked for changes none.
    """

    def __init__(self, name: str, config: GateConfig, limits: Limits) -> None:
        self.name = name
        self._config = config
        self._limits = limits
        self._newest: _Newest | None = None
        self._start_over()

    def _start_over(self) -> None:
        self._open = False
        self._good_since: Moment | None = None
        # Bad time by the steady clock and by stamps, up to the newest picture: what counts of it,
        # and what would, were that picture not good.
        self._bad_s = self._bad_before_s = (0.0, 0.0)

    def change(self, config: GateConfig, limits: Limits) -> None:
        """Replace the settings; the newest result is judged as though it had come under them.

        The wait for opening starts anew with the next result.
        """
        self._config, self._limits = config, limits
        self._good_since = None
        if self._newest is not None:
            judgement = judge(self._newest.result, limits)
            self._newest = replace(self._newest, judgement=judgement)
            if judgement.level is Level.GOOD:
                self._bad_s = (0.0, 0.0)

    def take(self, result: Result, now: Moment) -> None:
        """Judge a result that came now."""
        fault, before = self._advance(now), self._newest
        arrival = Arrival.of(result, now.steady_s, None if before is None else before.arrival)
        judgement = judge(result, self._limits)
        if before is not None and before.arrival.first.ros_s == arrival.first.ros_s:
            # Another result of the same picture, which counts as the worst of them.
            self._bad_s = self._bad_before_s
            if judgement.level >= before.judgement.level:
                before = replace(before, result=result, arrival=arrival, judgement=judgement)
            self._newest = before
        else:
            if before is not None and fault is None and before.judgement.level is Level.BAD:
                steady_s, ros_s = self._bad_s
                steady_s += now.steady_s - before.came_s
                ros_s += arrival.first.ros_s - before.arrival.first.ros_s
                self._bad_s = steady_s, ros_s
                self._close_if(max(self._bad_s))
            self._bad_before_s = self._bad_s
            self._newest = _Newest(result, arrival, judgement, now.steady_s)
        if self._fault(now) is not None:
            self._start_over()
        elif self._newest.judgement.level is Level.GOOD:
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
                left_s = self._config.close_after_s - self._bad_until(now)
                reason = f'closes in {left_s:.2f} s: {reason}'
        else:
            state, reason = GateStatus.CLOSED, judgement.reason
            if self._good_since is not None:
                passed = Moment(now.steady_s, self._newest.arrival.first.ros_s)
                left_s = self._config.open_after_s - passed.least_since(self._good_since)
                reason = f'opens in {max(left_s, 0.0):.2f} s at the earliest: {reason}'
            elif judgement.level is Level.GOOD:
                reason = f'the wait for opening starts with the next result: {reason}'
        return CameraDecision(self.name, state, reason, result.header.stamp, result.score, regions)

    def _take_good(self, taken: Moment) -> None:
        self._bad_s = (0.0, 0.0)
        if self._good_since is None:
            self._good_since = taken
        if taken.least_since(self._good_since) >= self._config.open_after_s:
            self._open = True

    def _bad_until(self, now: Moment) -> float:
        """Return the bad time up to now, where the newest result is bad."""
        assert self._newest is not None
        steady_s, ros_s = self._bad_s
        return max(steady_s + now.steady_s - self._newest.came_s, ros_s)

    def _close_if(self, bad_s: float) -> None:
        if bad_s >= self._config.close_after_s:
            self._open = False

    def _advance(self, now: Moment) -> _Fault | None:
        """Make up for the time since the last call; return what keeps the newest from use now."""
        if self._newest is None:
            return None
        fault = self._fault(now)
        if fault is not None:
            self._start_over()
        elif self._newest.judgement.level is Level.BAD:
            self._close_if(self._bad_until(now))
        return fault

    def _fault(self, now: Moment) -> _Fault | None:
        assert self._newest is not None
        stale = self._newest.arrival.find_stale(now, self._config)
        if stale is not None:
            return _Fault(GateStatus.STALE, *stale)
        judgement = self._newest.judgement
        if judgement.level is Level.IMPOSSIBLE:
            return _Fault(GateStatus.CLOSED, judgement.reason, judgement.regions)
        return None
