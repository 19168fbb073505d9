# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Several cameras at once, more than the node can take: ages, shares, and what it costs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from sageiq_ros.bags.frames import Frame
from sageiq_ros.nodes.load.loaded_node import (
    READY_S,
    LoadedNode,
    camera_names,
    loaded_node,
    topic,
)
from sageiq_ros.nodes.load.results import summary, unseen_frames
from sageiq_ros.nodes.load.watch import sample, use

WARM_UP_S = 10.0
SAMPLE_S = 1.0
# Diagnostics come once a second; two later all that was received is counted in them.
COUNTED_S = 2.5
COUNTS = {'received': 'received', 'dropped': 'dropped for a newer frame'}


def measure_several_cameras(
    frames: Sequence[Frame],
    config_file: str | None,
    *,
    cameras: int,
    size: tuple[int, int],
    rate_hz: float,
    seconds: float,
) -> dict[str, Any]:
    """Load the node steadily for ``seconds`` after a warm-up; returns all that was measured.

    Between warm-up and measurement the cameras pause, so that every frame is counted once.
    """
    with loaded_node(frames, size, camera_names(cameras), config_file) as loaded:
        loaded.send(rate_hz)
        loaded.listener.await_results(set(loaded.cameras), READY_S)
        loaded.rest(min(WARM_UP_S, seconds))
        loaded.send(0.0)
        loaded.rest(COUNTED_S)
        before = _counts(loaded)
        loaded.listener.take()
        loaded.send(rate_hz)
        begin = time.monotonic()
        samples = [sample(loaded.process.pid)]
        while samples[-1].at_s < begin + seconds:
            loaded.rest(SAMPLE_S)
            samples.append(sample(loaded.process.pid))
        report = loaded.send(0.0)
        elapsed = time.monotonic() - begin
        loaded.rest(COUNTED_S)
        results, after = loaded.listener.take(), _counts(loaded)
    measured = summary(results, loaded.cameras, elapsed)
    unseen = unseen_frames(report['sent'], before['received'], after['received'])
    for name, one in measured['cameras'].items():
        one['sent'] = report['sent'][name]
        one['unseen'] = unseen[name]
        one['dropped'] = after['dropped'][name] - before['dropped'][name]
    return {
        'size': list(size),
        'rate_hz': rate_hz,
        **measured,
        'sender': {name: report[name] for name in ('missed', 'late_ms', 'cores')},
        'node': use(samples),
    }


def _counts(loaded: LoadedNode) -> dict[str, dict[str, int]]:
    """Read what the node has counted of every camera."""
    values = {name: loaded.listener.values(f'camera {topic(name)}') for name in loaded.cameras}
    return {
        key: {name: int(value[entry]) for name, value in values.items()}
        for key, entry in COUNTS.items()
    }
