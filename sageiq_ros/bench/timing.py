# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Runners timed in turns, and the statistics of what they took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from tqdm import tqdm

Turns = dict[str, list[float]]
"""Milliseconds a run of each runner, one number a turn."""


class Timed(Protocol):
    """Run for a while and say how long each run took."""

    name: str

    def time(self, seconds: float) -> list[float]: ...


def interleave(runners: Sequence[Timed], repeats: int, seconds: float, title: str) -> Turns:
    """Time all runners ``repeats`` times in turns of ``seconds``.

    A turn counts as the median of its runs. Each repeat begins with another runner, so that none
    always follows the same one.
    """
    turns: Turns = {runner.name: [] for runner in runners}
    count = repeats * len(runners)
    with tqdm(total=count, desc=title, unit='turn', leave=False, disable=None) as bar:
        for repeat in range(repeats):
            first = repeat % len(runners)
            for runner in (*runners[first:], *runners[:first]):
                turns[runner.name].append(float(np.median(runner.time(seconds))))
                bar.update()
    return turns


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return ``median``, ``p10`` and ``p90`` of values."""
    low, middle, high = np.percentile(values, (10, 50, 90)).tolist()
    return {'median': middle, 'p10': low, 'p90': high}


def summary(turns: Turns, baseline: str) -> dict[str, dict[str, Any]]:
    """Return for every runner ``fps``, ``ms`` and ``faster`` (times the baseline) as spreads.

    ``faster`` pairs the turns of one repeat, so that both are slowed by what slows the
    machine for a while.
    """
    base = np.array(turns[baseline])
    return {
        name: {
            'faster': spread((base / np.array(times)).tolist()),
            'fps': spread([1e3 / value for value in times]),
            'ms': spread(times),
            'turns_ms': times,
        }
        for name, times in turns.items()
    }


def fastest(turns: Mapping[str, Sequence[float]], names: Sequence[str]) -> str:
    """Name the one of ``names`` whose median turn is shortest."""
    return min(names, key=lambda name: float(np.median(turns[name])))
