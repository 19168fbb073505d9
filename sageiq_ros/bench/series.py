# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Numbers that series of measurements come down to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np


def slope(times: Sequence[float], values: Sequence[float]) -> float:
    """Return the least-squares slope of values over times; NaN for fewer than two times."""
    if len(set(times)) < 2:
        return math.nan
    offsets = np.asarray(times) - np.mean(times)
    return float(offsets @ np.asarray(values) / (offsets @ offsets))


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
