# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Somebody who looks at the overlay now and then."""

from __future__ import annotations

from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.subscription import Subscription
from sensor_msgs.msg import Image as ImageMessage

from sageiq_ros.nodes.process import NAMESPACE


class OverlayViewer:
    """Subscribe to the overlay and leave again; ``seen`` counts the pictures."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._subscription: Subscription | None = None
        self.seen = 0

    def look(self, wanted: bool) -> None:
        """Come, or leave."""
        if wanted and self._subscription is None:
            self._subscription = self._node.create_subscription(
                ImageMessage, f'{NAMESPACE}/overlay', self._see, QoSProfile(depth=1)
            )
        elif not wanted and self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
            self._subscription = None

    def _see(self, message: ImageMessage) -> None:
        self.seen += 1
