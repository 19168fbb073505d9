# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Numbers that series of measurements come down to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

MOST_POINTS = 1000


def slope(times: Sequence[float], values: Sequence[float]) -> float:
    """Return the median slope of values between any two times; NaN for fewer than two times.

    This is Theil and Sen's estimate: it follows what grows all along and not what is taken for
    one moment of many and given back. Of more than ``MOST_POINTS`` as many are used, evenly.
    """
    if len(set(times)) < 2:
        return math.nan
    used = np.linspace(0, len(times) - 1, min(len(times), MOST_POINTS)).astype(int)
    at, of = np.asarray(times)[used], np.asarray(values)[used]
    first, second = np.triu_indices(len(used), 1)
    apart = at[second] - at[first]
    return float(np.median((of[second] - of[first])[apart != 0] / apart[apart != 0]))


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Return ``median``, ``p95``, ``p99`` and ``max`` of values; NaN where there are none."""
    if not len(values):
        return dict.fromkeys(('median', 'p95', 'p99', 'max'), math.nan)
    median, p95, p99 = np.percentile(values, (50, 95, 99)).tolist()
    return {'median': median, 'p95': p95, 'p99': p99, 'max': float(np.max(values))}


def shares(counts: Mapping[str, int]) -> dict[str, float]:
    """Return everyone's count in units of an equal share; NaN where all counts are 0."""
    total = sum(counts.values())
    return {
        name: count * len(counts) / total if total else math.nan for name, count in counts.items()
    }
