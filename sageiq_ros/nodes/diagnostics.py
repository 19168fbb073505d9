# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the node says of itself on ``/diagnostics`` (REP 107): every cause of a missing result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from diagnostic_msgs.msg import DiagnosticStatus, KeyValue
from rclpy.node import Node
from rclpy.qos import QoSCompatibility, QoSProfile, qos_check_compatible

from sageiq_ros.analyzer.base import TripletAnalyzer
from sageiq_ros.nodes.camera import Camera
from sageiq_ros.pipeline import Pipeline

OK, WARN, ERROR = DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR
SILENCE_S = 2.0


def status(
    level: bytes, name: str, message: str, hardware_id: str, values: Mapping[str, object]
) -> DiagnosticStatus:
    """Build one entry; values are written as plain words."""
    return DiagnosticStatus(
        level=level,
        name=name,
        message=message,
        hardware_id=hardware_id,
        values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
    )


@dataclass(frozen=True, slots=True)
class Source:
    """Who publishes on a camera's topic: how many, and why what they send cannot be used."""

    publishers: int
    fault: str = ''


def find_source(node: Node, camera: Camera, qos: QoSProfile) -> Source:
    """Look at the publishers of a camera's topic as the ROS graph shows them now."""
    publishers = node.get_publishers_info_by_topic(camera.topic)
    other = {info.topic_type for info in publishers} - {camera.message_type}
    if publishers and len(other) == len({info.topic_type for info in publishers}):
        return Source(
            len(publishers),
            f'{camera.topic} carries {", ".join(sorted(other))}, not {camera.message_type}; '
            f'the name of a compressed topic ends in /compressed',
        )
    verdicts = [
        qos_check_compatible(info.qos_profile, qos)
        for info in publishers
        if info.topic_type == camera.message_type
    ]
    if verdicts and all(verdict == QoSCompatibility.ERROR for verdict, _ in verdicts):
        return Source(
            len(publishers), f'the QoS of {camera.topic} does not match: {verdicts[0][1]}'
        )
    return Source(len(publishers))


class CameraReport:
    """Judge a camera from one report to the next."""

    def __init__(self, camera: Camera, node_name: str) -> None:
        self.camera = camera
        self._name = f'{node_name}: camera {camera.topic}'
        self._since = perf_counter()
        self._processed = self._bad = 0

    def status(self, source: Source) -> DiagnosticStatus:
        """Return the entry of an active camera and start the next interval."""
        camera, now = self.camera, perf_counter()
        elapsed = max(now - self._since, 1e-6)
        processed, bad = camera.processed, camera.bad_total
        rate = (processed - self._processed) / elapsed
        new_bad, new_good = bad - self._bad, processed - self._processed
        self._since = now
        self._processed, self._bad = processed, bad
        age = None if camera.last_received is None else now - camera.last_received
        level, message = OK, f'{rate:.1f} results per second'
        if not source.publishers:
            level, message = ERROR, f'no publisher on {camera.topic}'
        elif source.fault:
            level, message = ERROR, source.fault
        elif age is None:
            level, message = WARN, f'no image received yet on {camera.topic}'
        elif age > SILENCE_S:
            level, message = ERROR, f'no image for {age:.1f} s on {camera.topic}'
        elif new_bad:
            level, message = (WARN if new_good else ERROR), f'bad frames: {camera.last_fault}'
        values: dict[str, object] = {
            'publishers': source.publishers,
            'received': camera.received,
            'processed': processed,
            'dropped for a newer frame': camera.dropped,
            'results per second': f'{rate:.2f}',
            'age of the last image [s]': '-' if age is None else f'{age:.2f}',
            'bad frames': bad,
        }
        for kind, count in sorted(camera.bad.items()):
            values[f'bad frames: {kind}'] = count
        if camera.last_fault:
            values['last bad frame'] = camera.last_fault
        return status(level, self._name, message, camera.name, values)


def analyzer_status(analyzer: TripletAnalyzer, name: str) -> DiagnosticStatus:
    """Report the analyzer, and its language model's process where it has one."""
    worker = analyzer.status()
    entry = f'{name}: analyzer'
    if worker is None:
        return status(OK, entry, analyzer.name, name, {})
    values = {
        'worker process': 'running' if worker.alive else 'not running',
        'words waiting for an answer': worker.pending,
        'failures since the start': worker.failures,
        'last failure': worker.last_error or '-',
        'answers that could not be read': worker.unread,
    }
    level, message = OK, analyzer.name
    if worker.error:
        level = WARN
        message += f': {worker.error} The prior weighs what is not known.'
    elif worker.unread:
        level = WARN
        message += f': {worker.unread} answers could not be read; the prior weighs instead'
    elif worker.pending:
        message += f': {worker.pending} words wait, weighed by the prior meanwhile'
    elif worker.failures:
        many = 'failure' if worker.failures == 1 else 'failures'
        message += f': answers again after {worker.failures} {many}'
    return status(level, entry, message, name, values)


def stage_statuses(name: str, pipeline: Pipeline | None, fault: str) -> list[DiagnosticStatus]:
    """Report the engines and the analyzer, or why there are none."""
    entry = f'{name}: engines'
    if pipeline is None:
        if fault:
            return [status(ERROR, entry, f'cannot configure: {fault}', name, {})]
        return [status(WARN, entry, 'not configured', name, {})]
    engines = {'scene graph': pipeline.generator.name, 'scorer': pipeline.scorer.name}
    return [
        status(OK, entry, 'loaded', name, engines),
        analyzer_status(pipeline.analyzer, name),
    ]


def results_status(
    name: str, latencies_ms: Sequence[float] | None, fault: str
) -> DiagnosticStatus:
    """Report the time from reception to publication of the last results; None: not active."""
    entry = f'{name}: results'
    if latencies_ms is None:
        if fault:
            return status(ERROR, entry, f'cannot activate: {fault}', name, {})
        return status(WARN, entry, 'not active', name, {})
    if not latencies_ms:
        return status(OK, entry, 'active, no result yet', name, {})
    median, p95 = np.percentile(latencies_ms, (50, 95))
    values = {
        'latency median [ms]': f'{median:.1f}',
        'latency p95 [ms]': f'{p95:.1f}',
        'results measured': len(latencies_ms),
    }
    return status(OK, entry, 'active', name, values)
