# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What a raw 1920x1080 frame costs the node beside its networks."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

from sageiq_ros.bags.frames import Frame
from sageiq_ros.bench.series import percentiles
from sageiq_ros.config import Config
from sageiq_ros.engines.store import find_engine, read_manifest
from sageiq_ros.nodes.load.bare_subscriber import TOPIC
from sageiq_ros.nodes.load.cameras import Load
from sageiq_ros.nodes.load.loaded_node import (
    READY_S,
    LoadedNode,
    camera_names,
    loaded_node,
    topic,
)
from sageiq_ros.nodes.load.results import Result
from sageiq_ros.nodes.load.tuner import Tuner
from sageiq_ros.nodes.load.watch import cores, sample
from sageiq_ros.nodes.process import NAMESPACE, NodeError, NodeProcess
from sageiq_ros.nodes.worker import LATENCIES_KEPT
from sageiq_ros.scene_graph.reltr import shrink

MODULE = 'sageiq_ros.nodes.load.silent_node'
SIZE = (1920, 1080)
# Slow enough that no frame waits for the one before.
RATE_HZ = 30.0
# As many results as the node's own median is of.
TURN_S = LATENCIES_KEPT / RATE_HZ
WARM_UP_S = 3.0
STAGES = ('scene_graph_ms', 'analyzer_ms', 'scorer_ms')
# No confidence is so high: nothing is found, and nothing is scored.
NOTHING_FOUND = ('scene_graph.entity_threshold', 1.0)
# The first frame is taken, and no other one while a phase lasts: what is left is receiving.
LEFT_OUT = ('camera.max_rate', [0.01])
SETTLE_S = 1.0
RESIZES = 100
BARE_MODULE = 'sageiq_ros.nodes.load.bare_subscriber'


def measure_own_cost(
    frames: Sequence[Frame], config: Config, config_file: str | None, *, repeats: int
) -> list[dict[str, Any]]:
    """Feed the node whose networks answer at once, ``repeats`` turns of three phases.

    ``wall_ms`` is the node's own median from the moment its callback has the message until the
    result was published. The stages' part of it is what they do around their networks, and
    ``other_ms`` the rest. ``cpu_ms`` is the processor time of the whole process a result:
    middleware with its threads, deserialising and diagnostics are in it. ``nothing_found_ms`` is
    ``wall_ms`` of a frame without regions. ``receive_ms`` is the processor time of the whole
    process a frame that ``camera.max_rate`` leaves out; what an idle node takes is in it.
    ``resize_ms`` is bringing a frame to the scene graph network's size, by itself, in this
    process; ``handling_ms`` adds it to ``receive_ms`` and ``other_ms``: all that a frame costs
    beside the stages. ``bare_ms`` is the processor time a frame of a process whose rclpy node
    only receives, sent the same frames while the node gets none.
    """
    own = {
        NOTHING_FOUND[0]: config.scene_graph.entity_threshold,
        LEFT_OUT[0]: list(config.camera.max_rate),
    }
    turns = []
    with loaded_node(frames, SIZE, camera_names(1), config_file, module=MODULE) as loaded:
        loaded.send(RATE_HZ)
        loaded.listener.await_results(set(loaded.cameras), READY_S)
        tuner = Tuner(loaded.node)
        loaded.rest(WARM_UP_S)
        for _ in range(repeats):
            full = _phase(loaded)
            _set(loaded, tuner, *NOTHING_FOUND)
            nothing = _phase(loaded)
            _set(loaded, tuner, *LEFT_OUT)
            left_out = _phase(loaded)
            for name, usual in own.items():
                _set(loaded, tuner, name, usual)
            turns.append(_turn(full, nothing, left_out) | {'bare_ms': _bare_ms(loaded)})
    for turn in turns:
        turn['resize_ms'] = _resize_ms(config)
        turn['handling_ms'] = turn['receive_ms'] + turn['other_ms'] + turn['resize_ms']
    return turns


@dataclass(frozen=True, slots=True)
class Phase:
    """Hold what came of some seconds: results, the node's latency, the processor time a frame."""

    results: list[Result]
    wall_ms: float
    frame_cpu_ms: float


def _phase(loaded: LoadedNode) -> Phase:
    loaded.listener.take()
    first = sample(loaded.process.pid)
    loaded.rest(TURN_S)
    last = sample(loaded.process.pid)
    return Phase(
        loaded.listener.take(),
        float(loaded.listener.values('results')['latency median [ms]']),
        1e3 * cores(first, last)[0] / RATE_HZ,
    )


def _bare_ms(loaded: LoadedNode) -> float:
    """Send the frames to a bare subscriber for one turn, and to the node again after it."""
    with TemporaryDirectory(prefix='sageiq_bare_') as folder:
        log = Path(folder, 'bare.log')
        with NodeProcess(log, ['-r', f'__ns:={NAMESPACE}'], module=BARE_MODULE) as process:
            loaded.sender.send(Load((topic(TOPIC),), RATE_HZ))
            until = time.monotonic() + READY_S
            loaded.listener.spin(until, lambda: loaded.node.count_subscribers(topic(TOPIC)) > 0)
            process.require_alive()
            loaded.rest(WARM_UP_S)
            came, first = log.stat().st_size, sample(process.pid)
            loaded.rest(TURN_S)
            came, last = log.stat().st_size - came, sample(process.pid)
            # Not by loaded.send, which tells of the node's own cameras what was sent until now.
            loaded.sender.send(Load((topic(loaded.cameras[0]),), RATE_HZ))
    if not came:
        raise NodeError('No image came to the bare subscriber; the machine is too busy.')
    return 1e3 * (last.node.cpu_s - first.node.cpu_s) / came


def _set(loaded: LoadedNode, tuner: Tuner, name: str, value: float | list[float]) -> None:
    tuner.set(name, value)
    loaded.rest(SETTLE_S)
    for fault in tuner.faults():
        raise NodeError(fault)


def _resize_ms(config: Config) -> float:
    spec = read_manifest(find_engine(config.scene_graph.engine)).inputs[0]
    height, width = spec.shape[1:3]
    image = np.zeros((*SIZE[::-1], 3), np.uint8)
    times = []
    for _ in range(RESIZES):
        start = perf_counter()
        shrink(image, width, height)
        times.append(1e3 * (perf_counter() - start))
    return median(times)


def _turn(full: Phase, nothing: Phase, left_out: Phase) -> dict[str, Any]:
    if not full.results or not nothing.results:
        raise NodeError('The node gave no results while its own cost was measured.')
    stages = {name: median(getattr(one, name) for one in full.results) for name in STAGES}
    return {
        'results': len(full.results),
        'regions': median(one.regions for one in full.results),
        'wall_ms': full.wall_ms,
        **stages,
        'other_ms': full.wall_ms - sum(stages.values()),
        'nothing_found_ms': nothing.wall_ms,
        'cpu_ms': full.frame_cpu_ms,
        'receive_ms': left_out.frame_cpu_ms,
        'age_ms': percentiles([one.age_ms for one in full.results])['median'],
    }
