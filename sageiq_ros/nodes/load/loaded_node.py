# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The node, its cameras and a listener, each in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import rclpy
from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.node import Node

from sageiq_ros.bags.frames import Frame
from sageiq_ros.nodes.load.cameras import Load
from sageiq_ros.nodes.load.listener import Listener
from sageiq_ros.nodes.load.sender_process import SenderProcess
from sageiq_ros.nodes.process import NAMESPACE, NODE_MODULE, NodeProcess, node_arguments

READY_S = 60.0


@dataclass(frozen=True, slots=True)
class LoadedNode:
    """Hold a running node and what surrounds it; ``cameras`` are named as it is configured."""

    node: Node
    process: NodeProcess
    sender: SenderProcess
    listener: Listener
    cameras: tuple[str, ...]

    def send(self, rate_hz: float, without: Sequence[str] = (), **pattern: int) -> dict[str, Any]:
        """Have all cameras but those of ``without`` send; returns what was sent until now."""
        topics = tuple(topic(name) for name in self.cameras if name not in without)
        report = self.sender.send(Load(topics, rate_hz, **pattern))
        names = {topic(name): name for name in self.cameras}
        return {**report, 'sent': {names[key]: count for key, count in report['sent'].items()}}

    def rest(self, seconds: float) -> None:
        """Keep receiving for a while."""
        self.listener.spin(time.monotonic() + seconds)


def camera_names(count: int) -> tuple[str, ...]:
    """Name ``count`` cameras."""
    return tuple(f'camera_{number}/image_raw' for number in range(1, count + 1))


def topic(camera: str) -> str:
    """Return the topic of a camera's name."""
    return f'{NAMESPACE}/{camera}'


@contextmanager
def loaded_node(
    frames: Sequence[Frame],
    size: tuple[int, int],
    cameras: Sequence[str],
    config_file: str | None,
    *,
    module: str = NODE_MODULE,
    noticed: Callable[[DiagnosticStatus], None] = lambda status: None,
) -> Iterator[LoadedNode]:
    """Start the node with cameras of ``size`` that do not send yet, and end all of it.

    rclpy must have been initialised. ``noticed`` gets every entry of the node's diagnostics.
    """
    node = rclpy.create_node('sageiq_listener')
    try:
        with TemporaryDirectory(prefix='sageiq_load_') as folder:
            log = Path(folder, 'node.log')
            arguments = node_arguments(cameras, config_file)
            with (
                SenderProcess(frames, size, Path(folder)) as sender,
                NodeProcess(log, arguments, module=module) as process,
            ):
                listener = Listener(node, process, noticed)
                try:
                    yield LoadedNode(node, process, sender, listener, tuple(cameras))
                finally:
                    listener.close()
    finally:
        node.destroy_node()
