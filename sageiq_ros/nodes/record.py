# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Recording a topic into a bag while listening to it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.serialization import deserialize_message

from sageiq_ros.bags.writer import BagWriter

QUEUE = 100


class Recorder:
    """Hand on the messages of one topic, and write those to a bag, as on the wire, that are taken.

    ``listener`` returns whether it takes a message.
    """

    def __init__(
        self,
        node: Node,
        topic: str,
        message_class: Any,
        writer: BagWriter,
        listener: Callable[[Any], bool],
    ) -> None:
        self._class = message_class
        self._writer = writer
        self._listener = listener
        package, _, _ = message_class.__module__.split('.', 2)
        self._type_name = f'{package}/msg/{message_class.__name__}'
        self._subscription = node.create_subscription(
            message_class, topic, self._take, QoSProfile(depth=QUEUE), raw=True
        )

    @property
    def publisher_count(self) -> int:
        """Count the publishers that were found for the topic."""
        return self._subscription.get_publisher_count()

    def _take(self, data: bytes) -> None:
        if self._listener(deserialize_message(data, self._class)):
            name = self._subscription.topic_name
            self._writer.write_raw(name, self._type_name, time.time_ns(), data)
