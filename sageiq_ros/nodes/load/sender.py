# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The process that plays the cameras: loads come in as lines of JSON, what was sent goes out.

``python -m sageiq_ros.nodes.load.sender FRAMES`` takes an array (N, height, width, 3) of uint8
BGR as numpy saves it. Each line of its input is a Load, which takes the place of the one before;
each line of its output tells what was sent of that one. The end of its input ends it.
"""

from __future__ import annotations

import json
import sys
import time
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from itertools import cycle
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

import numpy as np
import rclpy
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile, qos_profile_sensor_data
from sensor_msgs.msg import Image as ImageMessage
from std_msgs.msg import Header

from sageiq_ros.bench.series import percentiles
from sageiq_ros.nodes.load.cameras import Due, Load, schedule
from sageiq_ros.nodes.messages import bgr_image
from sageiq_ros.nodes.transport import use_large_messages

FRAME_ID = 'camera'
# Best effort: a publisher that waits for nobody, as camera drivers are.
QOS = QoSProfile(depth=1, reliability=qos_profile_sensor_data.reliability)


class Sender:
    """Publish prepared frames by a load until the next load comes."""

    def __init__(self, node: Node, frames: Sequence[Any]) -> None:
        self._node = node
        good = [bgr_image(frame, Header(frame_id=FRAME_ID)) for frame in frames]
        self._good = cycle(good)
        self._broken = cycle(broken_images(good[0]))
        self._publishers: dict[str, Publisher] = {}

    def send(self, load: Load, loads: Queue[Load | None]) -> tuple[dict[str, Any], Load | None]:
        """Send by ``load``; returns what was sent and the load that came next, None to end."""
        self._advertise(load.cameras)
        sent = dict.fromkeys(load.cameras, 0)
        kinds: Counter[str] = Counter()
        late_ms = array('f')
        begin, busy = time.monotonic(), time.process_time()
        for due in schedule(load):
            ahead_s = begin + due.at_s - time.monotonic()
            try:
                following = loads.get(timeout=ahead_s) if ahead_s > 0.0 else loads.get_nowait()
                break
            except Empty:
                late_s = time.monotonic() - begin - due.at_s
            # A camera does not catch up: a frame whose successor is due already is left out.
            if late_s * load.rate_hz > 1.0:
                kinds['missed'] += 1
                continue
            late_ms.append(1e3 * late_s)
            self._publish(due)
            sent[due.camera] += 1
            kinds['broken'] += due.broken
        else:
            following = loads.get()
        elapsed = time.monotonic() - begin
        report = {
            'sent': sent,
            'broken': kinds['broken'],
            'missed': kinds['missed'],
            'seconds': elapsed,
            'late_ms': percentiles(late_ms),
            'cores': (time.process_time() - busy) / elapsed,
        }
        return report, following

    def _publish(self, due: Due) -> None:
        message = next(self._broken if due.broken else self._good)
        stamp = message.header.stamp
        stamp.sec, stamp.nanosec = divmod(time.time_ns(), 1_000_000_000)
        self._publishers[due.camera].publish(message)

    def _advertise(self, cameras: Sequence[str]) -> None:
        """Have a publisher of each camera that sends and of no other, as of drivers that run."""
        for gone in set(self._publishers) - set(cameras):
            self._node.destroy_publisher(self._publishers.pop(gone))
        for camera in cameras:
            if camera not in self._publishers:
                self._publishers[camera] = self._node.create_publisher(ImageMessage, camera, QOS)


def broken_images(good: ImageMessage) -> list[ImageMessage]:
    """Make of a good image one of every kind of fault that can be told from the message."""
    size = {'height': good.height, 'width': good.width, 'step': good.step}
    faults: list[dict[str, Any]] = [
        {'data': good.data[: len(good.data) // 2]},
        {'encoding': 'unheard_of'},
        {'step': good.step - 1},
        {'width': 0},
    ]
    return [
        ImageMessage(
            **{
                'header': Header(frame_id=FRAME_ID),
                'encoding': good.encoding,
                'data': good.data,
                **size,
                **fault,
            }
        )
        for fault in faults
    ]


def main() -> int:
    """Send what standard input asks for."""
    loads: Queue[Load | None] = Queue()
    Thread(target=_read, args=(loads,), daemon=True).start()
    use_large_messages()
    rclpy.init(args=[])
    node = rclpy.create_node('sageiq_load', start_parameter_services=False)
    sender = Sender(node, np.load(Path(sys.argv[1]), mmap_mode='r'))
    load: Load | None = Load()
    while load is not None:
        report, load = sender.send(load, loads)
        print(json.dumps(report), flush=True)
    node.destroy_node()
    rclpy.try_shutdown()
    return 0


def _read(loads: Queue[Load | None]) -> None:
    for line in sys.stdin:
        fields = json.loads(line)
        loads.put(Load(**{**fields, 'cameras': tuple(fields['cameras'])}))
    loads.put(None)


def line_of(load: Load) -> str:
    """Write a load as the line that the process reads."""
    return json.dumps(asdict(load)) + '\n'


if __name__ == '__main__':
    sys.exit(main())
