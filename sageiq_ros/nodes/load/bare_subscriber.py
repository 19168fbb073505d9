# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""An rclpy node that keeps the newest image and does nothing else: the own cost's baseline."""

from __future__ import annotations

import os
import sys

from rclpy.node import Node
from sensor_msgs.msg import Image

from sageiq_ros.nodes.load.sender import QOS
from sageiq_ros.nodes.run import run_until_signal

NAME = 'bare_subscriber'
TOPIC = 'bare/image_raw'


class BareSubscriber(Node):
    """Subscribe to ``TOPIC`` as ``sageiq_node`` does; print one dot an image."""

    def __init__(self) -> None:
        super().__init__(NAME)
        self._newest: Image | None = None
        self.create_subscription(Image, TOPIC, self._keep, QOS)

    def _keep(self, message: Image) -> None:
        self._newest = message
        os.write(1, b'.')

    def close(self) -> bool:
        """Return True: nothing runs beside the executor."""
        return True


if __name__ == '__main__':
    sys.exit(run_until_signal(BareSubscriber, None))
