# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the node takes of the machine while it is loaded, one sample after the other."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sageiq_ros.bench.process_use import ProcessUse, family_use, process_use
from sageiq_ros.bench.series import slope

TEN_MINUTES_S = 600.0


@dataclass(frozen=True, slots=True)
class Sample:
    """Hold what the node and the processes it started take at a moment of the monotonic clock."""

    at_s: float
    node: ProcessUse
    children: ProcessUse


def sample(pid: int) -> Sample:
    """Look at the node now."""
    return Sample(time.monotonic(), process_use(pid), family_use(pid))


def cores(first: Sample, last: Sample) -> tuple[float, float]:
    """Return how many processors the node, and its children, kept busy between two samples."""
    seconds = last.at_s - first.at_s
    return (
        (last.node.cpu_s - first.node.cpu_s) / seconds,
        # A child that has ended takes its time with it.
        max(0.0, last.children.cpu_s - first.children.cpu_s) / seconds,
    )


def use(samples: Sequence[Sample]) -> dict[str, Any]:
    """Summarise at least two samples; the slope of the memory is in megabytes in 10 minutes."""
    own, others = cores(samples[0], samples[-1])
    return {
        'cores': own,
        'children_cores': others,
        'memory_mb': [one.node.memory_mb for one in samples],
        'shared_mb': [one.node.shared_mb for one in samples],
        'children_mb': max(one.children.memory_mb for one in samples),
        'memory_slope_mb': memory_slope(samples),
        'threads': _range([one.node.threads for one in samples]),
        'files': _range([one.node.files for one in samples]),
    }


def memory_slope(samples: Sequence[Sample]) -> float:
    """Return the slope of the node's own memory, shared segments aside, in MB in 10 minutes."""
    times = [one.at_s / TEN_MINUTES_S for one in samples]
    return slope(times, [one.node.own_mb for one in samples])


def _range(values: Sequence[int]) -> dict[str, int]:
    return {'min': min(values), 'max': max(values)}
