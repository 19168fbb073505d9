# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the gate says of itself on ``/diagnostics``: its decision, and why results are missing."""

from __future__ import annotations

from dataclasses import dataclass

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.node import Node
from rclpy.subscription import Subscription

from sageiq_ros.gate.decision import GateDecision, GateStatus
from sageiq_ros.nodes.diagnostics import ERROR, OK, WARN, status

_LEVELS = {
    GateStatus.OPEN: OK,
    GateStatus.CLOSED: WARN,
    GateStatus.UNKNOWN: WARN,
    GateStatus.STALE: ERROR,
}


@dataclass(slots=True)
class ResultCount:
    """Count results since the gate was activated; ``stranger`` is the last other camera."""

    taken: int = 0
    others: int = 0
    stranger: str = ''


def gate_status(
    name: str, decision: GateDecision, fault: str, rivals: int = 0
) -> DiagnosticStatus:
    """Report the decision; ``fault`` says why there is none.

    ``rivals`` are the other publishers of the same ``gate_state``.
    """
    values = {
        f'camera {one.camera}': f'{one.state.name}: {one.reason}' for one in decision.cameras
    }
    message = f'{decision.state.name}: {decision.reason}'
    if rivals:
        message = (
            f'{rivals} more on this topic: another gate publishes gate_state here; give it '
            f'another namespace. {message}'
        )
    level = ERROR if fault or rivals else _LEVELS[decision.state]
    return status(level, f'{name}: gate', message, name, values)


def results_status(
    name: str, node: Node, subscription: Subscription | None, count: ResultCount
) -> DiagnosticStatus:
    """Report who publishes results and what came; no subscription: not active."""
    entry = f'{name}: results'
    if subscription is None:
        return status(WARN, entry, 'not active', name, {})
    topic = subscription.topic_name
    matched, all_there = subscription.get_publisher_count(), node.count_publishers(topic)
    level, message = OK, f'received on {topic}'
    if not all_there:
        level, message = ERROR, f'no publisher on {topic}'
    elif not matched:
        level, message = ERROR, f'the QoS or the type of {topic} does not match'
    elif not count.taken and count.others:
        level, message = (
            ERROR,
            (f'results are of {count.stranger}, which is none of the cameras of the gate'),
        )
    elif all_there > 1:
        level, message = (
            WARN,
            f'{all_there} nodes publish on {topic}; where two assess the same camera, give one '
            'another namespace',
        )
    elif not count.taken:
        level, message = WARN, f'no result received yet on {topic}'
    values = {
        'publishers': all_there,
        'results of the cameras of the gate': count.taken,
        'results of other cameras': count.others,
        'last other camera': count.stranger or '-',
    }
    return status(level, entry, message, name, values)
