# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the gate decides, of every camera and of all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from sageiq_ros.gate.result import Region, Stamp


class GateStatus(IntEnum):
    """Say whether a planner may rely on what it sees (values as in ``GateState.msg``)."""

    UNKNOWN = 0
    OPEN = 1
    CLOSED = 2
    STALE = 3


# Of several cameras that are not open, the one whose trouble lies deepest decides.
_GRAVEST_FIRST = (GateStatus.STALE, GateStatus.UNKNOWN, GateStatus.CLOSED)


@dataclass(frozen=True, slots=True)
class CameraDecision:
    """What the gate makes of one camera.

    ``stamp`` and ``score`` are those of the newest result, None and NaN where none has come.
    ``regions`` keep the camera from being open, the worst first.
    """

    camera: str
    state: GateStatus
    reason: str
    stamp: Stamp | None = None
    score: float = math.nan
    regions: tuple[Region, ...] = ()


@dataclass(frozen=True, slots=True)
class GateDecision:
    """What the gate makes of all cameras: OPEN only where every one of them is.

    ``camera`` is the one that decides, empty where the gate is open.
    """

    state: GateStatus
    camera: str
    reason: str
    cameras: tuple[CameraDecision, ...]


def decide(cameras: Sequence[CameraDecision]) -> GateDecision:
    """Join the decisions of at least one camera; of equal ones the first decides."""
    for status in _GRAVEST_FIRST:
        for one in cameras:
            if one.state is status:
                reason = f'{one.camera}: {one.reason}'
                return GateDecision(status, one.camera, reason, tuple(cameras))
    return GateDecision(GateStatus.OPEN, '', 'every camera is good enough', tuple(cameras))


def undecided(cameras: Sequence[str], reason: str) -> GateDecision:
    """Say of a gate that does not run why it does not: UNKNOWN, for every camera."""
    unknown = GateStatus.UNKNOWN
    each = tuple(CameraDecision(camera, unknown, reason) for camera in cameras)
    return GateDecision(unknown, '', reason, each)
