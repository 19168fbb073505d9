# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The gate's decisions as messages."""

from __future__ import annotations

from builtin_interfaces.msg import Time

from sageiq_msgs.msg import GateCamera, GateState
from sageiq_ros.gate.decision import CameraDecision, GateDecision


def gate_state(decision: GateDecision, stamp: Time) -> GateState:
    """Build the message of a decision made at ``stamp``; the results must have been messages."""
    message = GateState(
        state=int(decision.state),
        camera=decision.camera,
        reason=decision.reason,
        cameras=[_camera(one) for one in decision.cameras],
    )
    message.header.stamp = stamp
    return message


def _camera(decision: CameraDecision) -> GateCamera:
    return GateCamera(
        camera=decision.camera,
        state=int(decision.state),
        reason=decision.reason,
        stamp=decision.stamp or Time(),
        score=decision.score,
        regions=list(decision.regions),
    )
