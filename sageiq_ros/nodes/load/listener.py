# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the node publishes, received and timed in the process that measures."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSProfile

from sageiq_msgs.msg import TarQuality
from sageiq_ros.nodes.load.results import Result
from sageiq_ros.nodes.process import NAMESPACE, RESULTS, NodeError, NodeProcess, last_words

if TYPE_CHECKING:
    # Jazzy's rclpy lacks it.
    from rclpy.subscription import MessageInfo

TICK_S = 0.1
OWN_STATUS = f'{NAMESPACE[1:]}.sageiq_node: '
ENGINES = f'{OWN_STATUS}engines'


class Listener:
    """Collect results and diagnostics of a node in another process.

    ``noticed`` gets every entry of the node's own diagnostics. Every method that waits raises
    NodeError when the node's process has ended.
    """

    def __init__(
        self,
        node: Node,
        process: NodeProcess,
        noticed: Callable[[DiagnosticStatus], None] = lambda status: None,
    ) -> None:
        self._process = process
        self._noticed = noticed
        self._executor = SingleThreadedExecutor(context=node.context)
        self._executor.add_node(node)
        self._fault = ''
        self._results: list[Result] = []
        self._statuses: dict[str, DiagnosticStatus] = {}
        node.create_subscription(TarQuality, RESULTS, self._receive, QoSProfile(depth=100))
        node.create_subscription(DiagnosticArray, '/diagnostics', self._diagnose, 10)

    def spin(self, until_s: float, enough: Callable[[], bool] = lambda: False) -> bool:
        """Receive until a moment of the monotonic clock; return whether it was ``enough``."""
        while not (done := enough()) and (left_s := until_s - time.monotonic()) > 0.0:
            self._executor.spin_once(timeout_sec=min(left_s, TICK_S))
            self._process.require_alive()
        return done

    def take(self) -> list[Result]:
        """Return the results that have come since the last call."""
        taken, self._results = self._results, []
        return taken

    def await_results(self, cameras: set[str], timeout_s: float) -> None:
        """Wait until every camera has given a result.

        Raises NodeError when the node says that it cannot start, and when time is over.
        """

        def decided() -> bool:
            return bool(self._fault) or cameras <= {item.camera for item in self._results}

        in_time = self.spin(time.monotonic() + timeout_s, decided)
        if self._fault:
            raise NodeError(f'The node cannot start: {self._fault}')
        if not in_time:
            raise NodeError(
                f'Not every camera had a result within {timeout_s:.0f} s; '
                f'{last_words(self._process.log)}'
            )

    def values(self, entry: str) -> dict[str, str]:
        """Return the values of the newest diagnostics entry of a name; none where none came."""
        status = self._statuses.get(OWN_STATUS + entry, DiagnosticStatus())
        return {item.key: item.value for item in status.values}

    def close(self) -> None:
        """Stop receiving."""
        self._executor.shutdown()

    def _receive(self, message: TarQuality, info: MessageInfo) -> None:
        received_ns, received_s = time.time_ns(), time.monotonic()
        stamp = message.header.stamp
        stamp_ns = stamp.sec * 1_000_000_000 + stamp.nanosec
        self._results.append(
            Result(
                message.camera,
                (info['source_timestamp'] - stamp_ns) / 1e6,
                (received_ns - stamp_ns) / 1e6,
                received_s,
                message.total_ms,
                message.scene_graph_ms,
                message.analyzer_ms,
                message.scorer_ms,
                len(message.regions),
            )
        )

    def _diagnose(self, array: DiagnosticArray) -> None:
        for status in array.status:
            if status.name.startswith(OWN_STATUS):
                self._statuses[status.name] = status
                self._noticed(status)
                if status.name == ENGINES and status.level == DiagnosticStatus.ERROR:
                    self._fault = status.message
