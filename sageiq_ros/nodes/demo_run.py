# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The running part of the demo: the node in its process, frames in, results recorded."""

from __future__ import annotations

import math
import time
from contextlib import ExitStack

import rclpy

from sageiq_msgs.msg import TarQuality
from sageiq_ros.bags.frames import Frame, FrameSource
from sageiq_ros.bags.results import to_assessment
from sageiq_ros.bags.writer import BagWriter
from sageiq_ros.evaluation.drive import FrameResult
from sageiq_ros.evaluation.live_table import LiveTable
from sageiq_ros.nodes.demo_files import DemoFolder
from sageiq_ros.nodes.feeder import Feeder, Reply
from sageiq_ros.nodes.process import NAMESPACE, RESULTS, NodeProcess, node_arguments
from sageiq_ros.nodes.record import Recorder

CAMERA = 'demo/image_raw'
READY_S = 60.0
REPLY_S = 5.0


class DemoRun:
    """Hold a demo while it runs and what came of it so far.

    Frames are paced: the next one is sent when the result of the last has come or REPLY_S have
    passed, and never faster than ``rate_hz``, so that every frame is assessed on any machine.
    """

    def __init__(self, source: FrameSource, rate_hz: float, folder: DemoFolder) -> None:
        self.source = source
        self.rate_hz = rate_hz
        self._folder = folder
        self.results: list[FrameResult] = []
        self.remarks: list[str] = []
        self.startup_s = math.nan
        self.elapsed_s = 0.0
        self._stack = ExitStack()
        self._stack.callback(folder.results.close)

    def start(self, config_file: str | None) -> None:
        """Start the node and wait for it; raises NodeError where it cannot start."""
        print('Starting the node …', flush=True)
        process = self._stack.enter_context(
            NodeProcess(self._folder.log, node_arguments([CAMERA], config_file))
        )
        node = rclpy.create_node('sageiq_demo')
        self._stack.callback(node.destroy_node)
        self._feeder = Feeder(node, process, f'{NAMESPACE}/{CAMERA}')
        self._stack.callback(self._feeder.close)
        writer = BagWriter(self._folder.bag)
        self._stack.callback(writer.close)
        recorder = Recorder(node, RESULTS, TarQuality, writer, self._feeder.receive)
        self.startup_s = self._feeder.wait_until_ready(
            lambda: recorder.publisher_count > 0, READY_S
        )

    def play(self) -> None:
        """Send every frame and collect its result; raises NodeError when the node dies."""
        print(f'The node is ready after {self.startup_s:.1f} s; playing {self.source.name}.')
        begin = due = time.monotonic()
        with LiveTable(self.source.count) as table:
            for index, frame in enumerate(self.source):
                self._feeder.rest(due)
                due = time.monotonic() + 1.0 / self.rate_hz
                result = _result(index, frame, self._feeder.assess(frame, REPLY_S))
                self.results.append(result)
                self._folder.results.add(result)
                self.elapsed_s = time.monotonic() - begin
                table.add(result)

    def close(self) -> None:
        """Stop the node and finish the bag."""
        self._stack.close()


def _result(index: int, frame: Frame, reply: Reply | None) -> FrameResult:
    if reply is None:
        return FrameResult(index, frame.name, frame.stamp_ns, None)
    assessment = to_assessment(reply.result)
    return FrameResult(index, frame.name, frame.stamp_ns, assessment, reply.age_ms)
