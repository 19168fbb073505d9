# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The measurements of ``sageiq bench node``: the node in a process, its feed in this one."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import rclpy
from rclpy.qos import QoSProfile
from rclpy.signals import SignalHandlerOptions
from tqdm import tqdm

from sageiq_msgs.msg import TarQuality
from sageiq_ros.bags.frames import Frame
from sageiq_ros.bags.sources import open_source
from sageiq_ros.config import Config
from sageiq_ros.nodes.demo_run import CAMERA, NAMESPACE, READY_S, REPLY_S, RESULTS, node_arguments
from sageiq_ros.nodes.feeder import Feeder, Reply
from sageiq_ros.nodes.process import NodeError, NodeProcess
from sageiq_ros.pipeline import build_pipeline
from sageiq_ros.schema import load_yaml
from sageiq_ros.types import SageIQError

FRAMES = 30
FIRST_RESULT_RATE_HZ = 10.0
# What is printed: the measurement's name, its unit and what it means.
ROWS = (
    ('pipeline_hz', '/s', 'baseline: Pipeline called frame by frame in one process'),
    ('paced_hz', '/s', 'node, next frame when the result has come'),
    ('saturated_hz', '/s', 'node, more frames than it can take'),
    ('paced_ratio', 'x', 'paced node against the baseline'),
    ('saturated_ratio', 'x', 'saturated node against the baseline'),
    ('paced_age_ms', 'ms', 'median age of a result, paced'),
    ('saturated_age_ms', 'ms', 'median age of a result, saturated'),
    ('saturated_age_p95_ms', 'ms', '95th percentile of it'),
    ('first_result_s', 's', 'process start to first result'),
    ('node_mb', 'MB', 'resident memory of the node, largest'),
    ('children_mb', 'MB', 'resident memory of its worker processes, largest'),
)


def bench_node(
    source: str, *, repeats: int, duration_s: float, rate_hz: float, config_file: str | None
) -> dict[str, Any]:
    """Measure ``repeats`` times, baseline and node in turns; returns everything measured."""
    if repeats < 1 or duration_s <= 0.0 or rate_hz <= 0.0:
        raise SageIQError('Repeats, seconds and rate must be positive.')
    config = load_yaml(Config(), config_file) if config_file else Config()
    opened = open_source(source, frames=FRAMES)
    frames = list(tqdm(opened, total=opened.count, desc='frames', unit='frame', delay=0.5))
    rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    runs = []
    try:
        for _ in tqdm(range(repeats), desc='measuring', unit='run'):
            pipeline = _bench_pipeline(frames, config, duration_s)
            node = _bench_node(frames, duration_s, rate_hz, config_file)
            ratios = {
                'paced_ratio': node['paced_hz'] / pipeline['pipeline_hz'],
                'saturated_ratio': node['saturated_hz'] / pipeline['pipeline_hz'],
            }
            runs.append({**pipeline, **node, **ratios})
    finally:
        rclpy.try_shutdown()
    height, width = frames[0].image.shape[:2]
    return {
        'command': 'bench node',
        'input': {'source': source, 'width': width, 'height': height, 'encoding': 'bgr8'},
        'settings': {'repeats': repeats, 'seconds': duration_s, 'saturating_hz': rate_hz},
        'machine': {
            'architecture': platform.machine(),
            'processors': os.cpu_count(),
            'python': platform.python_version(),
            'load_before': os.getloadavg()[0],
        },
        'median': {name: median(run[name] for run in runs) for name, _, _ in ROWS},
        'runs': runs,
    }


def describe(measured: dict[str, Any]) -> str:
    """Lay the medians out, with the spread of the runs."""
    size = measured['input']
    lines = [
        f'{size["width"]}x{size["height"]} {size["encoding"]}, median of '
        f'{measured["settings"]["repeats"]} runs (lowest to highest):'
    ]
    for name, unit, meaning in ROWS:
        values = [run[name] for run in measured['runs']]
        spread = f'({min(values):.2f} to {max(values):.2f})'
        lines.append(f'  {measured["median"][name]:9.2f} {unit:3} {spread:22} {meaning}')
    return '\n'.join(lines)


def _bench_pipeline(
    frames: Sequence[Frame], config: Config, duration_s: float
) -> dict[str, float]:
    pipeline = build_pipeline(config)
    try:
        pipeline.warm_up()
        begin, count = time.monotonic(), 0
        for frame in cycle(frames):
            pipeline(frame.image)
            count += 1
            if (elapsed := time.monotonic() - begin) >= duration_s:
                break
    finally:
        pipeline.close()
    return {'pipeline_hz': count / elapsed}


def _bench_node(
    frames: Sequence[Frame], duration_s: float, rate_hz: float, config_file: str | None
) -> dict[str, float]:
    node = rclpy.create_node('sageiq_bench')
    try:
        with TemporaryDirectory() as folder:
            started = time.monotonic()
            log = Path(folder, 'node.log')
            with NodeProcess(log, node_arguments(CAMERA, config_file)) as process:
                feeder = Feeder(node, process, f'{NAMESPACE}/{CAMERA}')
                node.create_subscription(
                    TarQuality, RESULTS, feeder.receive, QoSProfile(depth=100)
                )
                first_result_s = _first_result(feeder, frames, started)
                paced, paced_s = _paced(feeder, frames, duration_s)
                saturated = feeder.flood(cycle(frames), rate_hz, duration_s)
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
    return {
        'first_result_s': first_result_s,
        'paced_hz': len(paced) / paced_s,
        'paced_age_ms': median(reply.age_ms for reply in paced),
        'saturated_hz': len(saturated) / duration_s,
        'saturated_age_ms': median(ages),
        'saturated_age_p95_ms': ages[int(0.95 * (len(ages) - 1))],
        **memory,
    }


def _first_result(feeder: Feeder, frames: Sequence[Frame], started: float) -> float:
    """Feed at a camera's rate from the start on, as on a car, until a result comes."""
    for frame in cycle(frames):
        if feeder.flood([frame], FIRST_RESULT_RATE_HZ, 1.0 / FIRST_RESULT_RATE_HZ):
            return time.monotonic() - started
        if time.monotonic() - started > READY_S:
            break
    raise NodeError(f'The node gave no result within {READY_S:.0f} s of its start.')


def _paced(
    feeder: Feeder, frames: Sequence[Frame], duration_s: float
) -> tuple[list[Reply], float]:
    replies = []
    begin = time.monotonic()
    for frame in cycle(frames):
        stamped = Frame(frame.image, time.time_ns(), frame.name)
        if reply := feeder.assess(stamped, REPLY_S):
            replies.append(reply)
        if (elapsed := time.monotonic() - begin) >= duration_s:
            break
    return replies, elapsed


def peak_memory_mb(pid: int) -> float:
    """Read the largest resident memory a process ever had, in megabytes; 0 if it is gone."""
    peak = process_status(pid).get('VmHWM', '0 kB')
    return int(peak.split()[0]) * 1024 / 1e6


def children(pid: int) -> list[int]:
    """List the processes that a process started, and theirs."""
    numbers = [int(path.name) for path in Path('/proc').iterdir() if path.name.isdigit()]
    direct = [n for n in numbers if process_status(n).get('PPid') == str(pid)]
    return direct + [grandchild for child in direct for grandchild in children(child)]


def process_status(pid: int) -> dict[str, str]:
    """Read what the kernel tells of a process; nothing of one that is gone."""
    try:
        text = Path(f'/proc/{pid}/status').read_text(encoding='utf-8', errors='replace')
    except OSError:
        return {}
    fields = (line.partition(':') for line in text.splitlines())
    return {name: value.strip() for name, _, value in fields}
