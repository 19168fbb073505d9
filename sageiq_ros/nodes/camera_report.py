# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A camera's entry in ``/diagnostics``: who publishes, what came, what became of it."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from time import perf_counter

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.node import Node
from rclpy.qos import QoSCompatibility, QoSProfile, qos_check_compatible

from sageiq_ros.nodes.camera import Camera
from sageiq_ros.nodes.diagnostics import ERROR, OK, WARN, status

SILENCE_S = 2.0


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
        self._before = _Counts.of(camera)

    def status(self, source: Source) -> DiagnosticStatus:
        """Return the entry of an active camera and start the next interval."""
        camera, now = self.camera, perf_counter()
        elapsed = max(now - self._since, 1e-6)
        counts = _Counts.of(camera)
        new = counts.minus(self._before)
        self._since, self._before = now, counts
        age = None if camera.last_received is None else now - camera.last_received
        level, message = self._judge(source, new, age, new.processed / elapsed)
        values: dict[str, object] = {
            'publishers': source.publishers,
            'received': camera.received,
            'processed': camera.processed,
            'dropped for a newer frame': camera.dropped,
            'skipped by camera.max_rate': camera.skipped,
            'images per second': f'{new.received / elapsed:.2f}',
            'results per second': f'{new.processed / elapsed:.2f}',
            'dropped per second': f'{new.dropped / elapsed:.2f}',
            'age of the last image [s]': '-' if age is None else f'{age:.2f}',
            'images without a stamp': camera.stamps.missing,
            'stamps that went back': camera.stamps.backward,
            'bad frames': camera.bad_total,
        }
        for kind, count in sorted(camera.bad.items()):
            values[f'bad frames: {kind}'] = count
        if camera.last_fault:
            values['last bad frame'] = camera.last_fault
        return status(level, self._name, message, camera.name, values)

    def _judge(
        self, source: Source, new: _Counts, age: float | None, rate: float
    ) -> tuple[bytes, str]:
        """Name the gravest of what is wrong, else the rate of results."""
        camera = self.camera
        if not source.publishers:
            return ERROR, f'no publisher on {camera.topic}'
        if source.fault:
            return ERROR, source.fault
        if age is None:
            return WARN, f'no image received yet on {camera.topic}'
        if age > SILENCE_S:
            return ERROR, f'no image for {age:.1f} s on {camera.topic}'
        if new.bad:
            return (WARN if new.processed else ERROR), f'bad frames: {camera.last_fault}'
        if new.missing:
            return WARN, (
                f'images on {camera.topic} carry no stamp: the gate and all who match them by '
                'time need one'
            )
        if new.backward:
            return WARN, (
                f'the stamps on {camera.topic} went back: a bag started over, or a clock was set'
            )
        if source.publishers > 1:
            return WARN, f'{source.publishers} publishers on {camera.topic}: their frames mix'
        return OK, f'{rate:.1f} results per second'


@dataclass(frozen=True, slots=True)
class _Counts:
    received: int
    processed: int
    dropped: int
    bad: int
    missing: int
    backward: int

    @classmethod
    def of(cls, camera: Camera) -> _Counts:
        return cls(
            camera.received,
            camera.processed,
            camera.dropped,
            camera.bad_total,
            camera.stamps.missing,
            camera.stamps.backward,
        )

    def minus(self, other: _Counts) -> _Counts:
        pairs = zip(astuple(self), astuple(other), strict=True)
        return _Counts(*(now - before for now, before in pairs))
