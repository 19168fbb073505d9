# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Feeding frames to the node over DDS, paced by its results or at a rate, timing each result."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image as ImageMessage
from std_msgs.msg import Header

from sageiq_msgs.msg import TarQuality
from sageiq_ros.bags.frames import Frame
from sageiq_ros.nodes.messages import bgr_image
from sageiq_ros.nodes.process import NodeError, NodeProcess, last_words

FRAME_ID = 'camera'
TICK_S = 0.1
PROBE = Frame(np.full((64, 64, 3), 127, np.uint8), 1, 'probe')
PROBE_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Reply:
    """Hold the node's result of one frame and the milliseconds from sending to receiving it."""

    result: TarQuality
    age_ms: float


class Feeder:
    """Publish frames as bgr8 images on ``topic`` of a node in another process.

    Results are handed in through ``receive``, from a subscription of the same ROS node; a frame
    and its result are matched by their stamp. Every method that waits raises NodeError when the
    node's process has ended.
    """

    def __init__(self, node: Node, process: NodeProcess, topic: str) -> None:
        self._process = process
        self._publisher = node.create_publisher(ImageMessage, topic, QoSProfile(depth=1))
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(node)
        self._diagnostics = node.create_subscription(
            DiagnosticArray, '/diagnostics', self._diagnose, 10
        )
        self._fault = ''
        self._probed = False
        self._sent: dict[int, float] = {}
        self._replies: dict[int, Reply] = {}

    def wait_until_ready(self, results_connected: Callable[[], bool], timeout_s: float) -> float:
        """Wait until a probe's result has come back; returns the seconds.

        Each side finds the other in its own time, and what is sent before both have is lost: so
        the probe is sent again until it is answered. Raises NodeError when the node dies, says
        that it cannot start, or the time is over.
        """
        begin = time.monotonic()
        probe_at = begin
        while not self._probed:
            connected = self._publisher.get_subscription_count() and results_connected()
            if connected and time.monotonic() >= probe_at:
                self._send(PROBE)
                probe_at = time.monotonic() + PROBE_EVERY_S
            if time.monotonic() - begin > timeout_s:
                raise NodeError(
                    f'The node was not ready after {timeout_s:.0f} s; '
                    f'{last_words(self._process.log)}'
                )
            self._spin(TICK_S)
            if self._fault:
                raise NodeError(f'The node cannot start: {self._fault}')
        return time.monotonic() - begin

    def assess(self, frame: Frame, timeout_s: float) -> Reply | None:
        """Send a frame and wait for its result; None when there is none in time."""
        self._replies.clear()
        self._send(frame)
        deadline = time.monotonic() + timeout_s
        while frame.stamp_ns not in self._replies:
            left = deadline - time.monotonic()
            if left <= 0.0:
                return None
            self._spin(min(left, TICK_S))
        return self._replies[frame.stamp_ns]

    def flood(self, frames: Iterable[Frame], rate_hz: float, duration_s: float) -> list[Reply]:
        """Send frames at a rate without waiting for results; returns those that came meanwhile.

        Frames are stamped with the time of sending.
        """
        self._replies.clear()
        begin = due = time.monotonic()
        for frame in frames:
            if due - begin >= duration_s:
                break
            self._send(replace(frame, stamp_ns=time.time_ns()))
            due += 1.0 / rate_hz
            self.rest(due)
        return list(self._replies.values())

    def rest(self, until_s: float) -> None:
        """Keep receiving until a moment of the monotonic clock."""
        while (left := until_s - time.monotonic()) > 0.0:
            self._spin(min(left, TICK_S))

    def receive(self, result: Any) -> bool:
        """Take a result; returns False for the probe's and for frames not sent from here."""
        stamp = result.header.stamp
        stamp_ns = stamp.sec * 1_000_000_000 + stamp.nanosec
        if stamp_ns == PROBE.stamp_ns:
            self._probed = True
            return False
        sent = self._sent.get(stamp_ns)
        if sent is None:
            return False
        self._replies[stamp_ns] = Reply(result, 1e3 * (time.monotonic() - sent))
        # Results come in order: a frame sent before this one was dropped and gets none.
        self._sent = {other: when for other, when in self._sent.items() if when > sent}
        return True

    def close(self) -> None:
        """Stop receiving."""
        self._executor.shutdown()

    def _send(self, frame: Frame) -> None:
        sec, nanosec = divmod(frame.stamp_ns, 1_000_000_000)
        header = Header(stamp=Time(sec=sec, nanosec=nanosec), frame_id=FRAME_ID)
        message = bgr_image(frame.image, header)
        self._sent[frame.stamp_ns] = time.monotonic()
        self._publisher.publish(message)

    def _diagnose(self, array: DiagnosticArray) -> None:
        for status in array.status:
            if status.name.endswith(': engines') and status.level == DiagnosticStatus.ERROR:
                self._fault = status.message

    def _spin(self, timeout_s: float) -> None:
        self._executor.spin_once(timeout_sec=timeout_s)
        self._process.require_alive()
