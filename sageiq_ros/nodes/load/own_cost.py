# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What a raw 1920x1080 frame costs the node beside its networks."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from sageiq_ros.bags.frames import Frame
from sageiq_ros.bench.series import percentiles
from sageiq_ros.nodes.load.loaded_node import READY_S, camera_names, loaded_node
from sageiq_ros.nodes.load.watch import cores, sample
from sageiq_ros.nodes.process import NodeError
from sageiq_ros.nodes.worker import LATENCIES_KEPT

MODULE = 'sageiq_ros.nodes.load.silent_node'
SIZE = (1920, 1080)
# Slow enough that no frame waits for the one before.
RATE_HZ = 10.0
# As many results as the node's own median is of.
TURN_S = LATENCIES_KEPT / RATE_HZ
WARM_UP_S = 3.0
STAGES = ('scene_graph_ms', 'analyzer_ms', 'scorer_ms')


def measure_own_cost(
    frames: Sequence[Frame], config_file: str | None, *, repeats: int
) -> list[dict[str, Any]]:
    """Feed the node whose networks answer at once, ``repeats`` turns.

    ``wall_ms`` is the node's own median from the moment its callback has the message until the
    result was published. The stages' part of it is what they do around their networks, and
    ``other_ms`` the rest. ``cpu_ms`` is the processor time of the whole process a result:
    middleware with its threads, deserialising and diagnostics are in it.
    """
    turns = []
    with loaded_node(frames, SIZE, camera_names(1), config_file, module=MODULE) as loaded:
        loaded.send(RATE_HZ)
        loaded.listener.await_results(set(loaded.cameras), READY_S)
        loaded.rest(WARM_UP_S)
        for _ in range(repeats):
            loaded.listener.take()
            first = sample(loaded.process.pid)
            loaded.rest(TURN_S)
            last, results = sample(loaded.process.pid), loaded.listener.take()
            if not results:
                raise NodeError('The node gave no results while its own cost was measured.')
            stages = {name: median(getattr(one, name) for one in results) for name in STAGES}
            wall_ms = float(loaded.listener.values('results')['latency median [ms]'])
            seconds = last.at_s - first.at_s
            turns.append(
                {
                    'results': len(results),
                    'regions': median(one.regions for one in results),
                    'wall_ms': wall_ms,
                    **stages,
                    'other_ms': wall_ms - sum(stages.values()),
                    'cpu_ms': 1e3 * cores(first, last)[0] * seconds / len(results),
                    'age_ms': percentiles([one.age_ms for one in results])['median'],
                }
            )
    return turns
