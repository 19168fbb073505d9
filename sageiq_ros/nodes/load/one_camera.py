# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""One camera: the node beside ``Pipeline`` called frame by frame, its start, its idling."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import rclpy
from rclpy.qos import QoSProfile

from sageiq_msgs.msg import TarQuality
from sageiq_ros.bags.frames import Frame
from sageiq_ros.bench.process_use import children, peak_memory_mb
from sageiq_ros.config import Config
from sageiq_ros.nodes.demo_run import CAMERA, REPLY_S
from sageiq_ros.nodes.feeder import Feeder, Reply
from sageiq_ros.nodes.load.loaded_node import READY_S
from sageiq_ros.nodes.load.watch import cores, sample
from sageiq_ros.nodes.process import NAMESPACE, RESULTS, NodeError, NodeProcess, node_arguments
from sageiq_ros.pipeline import build_pipeline

FIRST_RESULT_RATE_HZ = 10.0
# Results of the load are gone by then, and the processor is free.
SETTLE_S = 1.0


def measure_one_camera(
    frames: Sequence[Frame],
    config: Config,
    config_file: str | None,
    *,
    turn_s: float,
    rate_hz: float,
) -> dict[str, float]:
    """Measure the baseline and then the node, ``turn_s`` seconds each way of feeding it."""
    pipeline_hz = _pipeline_hz(frames, config, turn_s)
    node = rclpy.create_node('sageiq_bench')
    try:
        with TemporaryDirectory() as folder:
            started = time.monotonic()
            log = Path(folder, 'node.log')
            with NodeProcess(log, node_arguments([CAMERA], config_file)) as process:
                feeder = Feeder(node, process, f'{NAMESPACE}/{CAMERA}')
                node.create_subscription(
                    TarQuality, RESULTS, feeder.receive, QoSProfile(depth=100)
                )
                first_result_s = _first_result(feeder, frames, started)
                paced, paced_s = _paced(feeder, frames, turn_s)
                saturated = feeder.flood(cycle(frames), rate_hz, turn_s)
                idle = _idle_percent(feeder, process.pid, turn_s)
                memory = {
                    'node_mb': peak_memory_mb(process.pid),
                    'children_mb': sum(map(peak_memory_mb, children(process.pid))),
                }
                feeder.close()
    finally:
        node.destroy_node()
    if not paced or not saturated:
        raise NodeError('The node gave no results while it was measured; is the input readable?')
    ages = sorted(reply.age_ms for reply in saturated)
    paced_hz, saturated_hz = len(paced) / paced_s, len(saturated) / turn_s
    return {
        'pipeline_hz': pipeline_hz,
        'first_result_s': first_result_s,
        'paced_hz': paced_hz,
        'paced_ratio': paced_hz / pipeline_hz,
        'paced_age_ms': median(reply.age_ms for reply in paced),
        'saturated_hz': saturated_hz,
        'saturated_ratio': saturated_hz / pipeline_hz,
        'saturated_age_ms': median(ages),
        'saturated_age_p95_ms': ages[int(0.95 * (len(ages) - 1))],
        'idle_percent': idle,
        **memory,
    }


def _pipeline_hz(frames: Sequence[Frame], config: Config, turn_s: float) -> float:
    pipeline = build_pipeline(config)
    try:
        pipeline.warm_up()
        begin, count = time.monotonic(), 0
        for frame in cycle(frames):
            pipeline(frame.image)
            count += 1
            if (elapsed := time.monotonic() - begin) >= turn_s:
                break
    finally:
        pipeline.close()
    return count / elapsed


def _first_result(feeder: Feeder, frames: Sequence[Frame], started: float) -> float:
    """Feed at a camera's rate from the start on, as on a car, until a result comes."""
    for frame in cycle(frames):
        if feeder.flood([frame], FIRST_RESULT_RATE_HZ, 1.0 / FIRST_RESULT_RATE_HZ):
            return time.monotonic() - started
        if time.monotonic() - started > READY_S:
            break
    raise NodeError(f'The node gave no result within {READY_S:.0f} s of its start.')


def _paced(feeder: Feeder, frames: Sequence[Frame], turn_s: float) -> tuple[list[Reply], float]:
    replies = []
    begin = time.monotonic()
    for frame in cycle(frames):
        stamped = Frame(frame.image, time.time_ns(), frame.name)
        if reply := feeder.assess(stamped, REPLY_S):
            replies.append(reply)
        if (elapsed := time.monotonic() - begin) >= turn_s:
            break
    return replies, elapsed


def _idle_percent(feeder: Feeder, pid: int, turn_s: float) -> float:
    """Return what the active node takes of one processor, in percent, while no image comes."""
    feeder.rest(time.monotonic() + SETTLE_S)
    first = sample(pid)
    feeder.rest(time.monotonic() + turn_s)
    return 100.0 * sum(cores(first, sample(pid)))
