# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Collecting the results of one camera while a bag is played."""

from __future__ import annotations

import math
import time
from contextlib import suppress

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile
from std_msgs.msg import Empty

from sageiq_msgs.msg import TarQuality
from sageiq_ros.bags.results import to_assessment
from sageiq_ros.types import Assessment, SageIQError

RESULTS = 'tar_quality'
READY = 'sageiq_evaluator/ready'
QUEUE = 100
GONE_S = 2.0


class Collector:
    """Keep the results of an image topic by their stamps in nanoseconds, of one stamp the first.

    ``heard`` counts whatever has come. ``fault`` is a sentence once the node says that it cannot
    start, or has ended. The topic READY is there, without messages, once the node's results reach
    us: nobody else can see that.
    """

    def __init__(self, node: Node, image_topic: str) -> None:
        self.results: dict[int, Assessment] = {}
        self.fault = ''
        self.heard = 0
        self._ready: Publisher | None = None
        self._seen = math.nan
        self._node = node
        self._image_topic = image_topic
        self._first = self._last = math.nan
        self._subscription = node.create_subscription(
            TarQuality, RESULTS, self._take, QoSProfile(depth=QUEUE)
        )
        self._diagnostics = node.create_subscription(
            DiagnosticArray, '/diagnostics', self._diagnose, 10
        )

    @property
    def topic(self) -> str:
        """Name the topic of the results in full."""
        return self._subscription.topic_name

    @property
    def connected(self) -> bool:
        """Tell whether there has been a node."""
        return not math.isnan(self._seen)

    @property
    def elapsed_s(self) -> float:
        """Return the seconds from the first result to the last, NaN where there is none."""
        return self._last - self._first

    def check(self) -> None:
        """Notice the node's coming and going."""
        now = time.monotonic()
        if self._subscription.get_publisher_count():
            self._seen = now
            if self._ready is None:
                self._ready = self._node.create_publisher(Empty, READY, 1)
        elif now - self._seen > GONE_S:
            # At the end of all the node may be told so a little earlier than we are.
            self.fault = 'The node ended before the drive did; look for its own words.'

    def _take(self, message: TarQuality) -> None:
        self.heard += 1
        if not self._is_ours(message.camera):
            return
        self._last = time.monotonic()
        if not self.results:
            self._first = self._last
        stamp = message.header.stamp
        stamp_ns = stamp.sec * 1_000_000_000 + stamp.nanosec
        try:
            self.results.setdefault(stamp_ns, to_assessment(message))
        except SageIQError as error:
            self.fault = str(error)

    def _is_ours(self, camera: str) -> bool:
        # What anybody sends may be no name of a topic at all.
        with suppress(RuntimeError):
            return self._node.resolve_topic_name(camera) == self._image_topic
        return False

    def _diagnose(self, array: DiagnosticArray) -> None:
        self.heard += 1
        # A node names its entries by its logger; another one's may fail.
        ours = self._node.get_namespace().strip('/').replace('/', '.')
        for status in array.status:
            node, _, entry = status.name.partition(': ')
            is_ours = node.rpartition('.')[0] == ours and entry == 'engines'
            if is_ours and status.level == DiagnosticStatus.ERROR:
                self.fault = f'The node cannot start: {status.message}'


def may_be_played(node: Node, image_topic: str) -> bool:
    """Tell whether a publisher of results listens to the images, and a collector to it."""
    results = node.resolve_topic_name(RESULTS)
    sources = {
        (info.node_namespace, info.node_name)
        for info in node.get_publishers_info_by_topic(results)
    }
    cameras = node.get_subscriptions_info_by_topic(image_topic)
    listening = any((info.node_namespace, info.node_name) in sources for info in cameras)
    return listening and node.count_publishers(node.resolve_topic_name(READY)) > 0
