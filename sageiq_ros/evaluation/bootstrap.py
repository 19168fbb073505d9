# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""How sure a number is: the bootstrap over pictures, the same draws for all that is compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """Hold a value and the percentile interval of its bootstrap; NaN where it is undefined."""

    value: float
    low: float
    high: float


def draw_resamples(clusters: Sequence[int], count: int, seed: int) -> list[NDArray[np.intp]]:
    """Draw ``count`` resamples of items, as indices into ``clusters``.

    Items of one cluster (versions of one picture) are not independent, so whole clusters are
    drawn, as many as there are, with replacement.
    """
    names, inverse = np.unique(np.asarray(clusters), return_inverse=True)
    members = [np.flatnonzero(inverse == index) for index in range(len(names))]
    rng = np.random.default_rng(seed)
    draws = rng.integers(len(names), size=(count, len(names)))
    return [np.concatenate([members[index] for index in draw]) for draw in draws]


def estimate(value: float, replicates: NDArray[np.float64]) -> Estimate:
    """Join a value with the 95 % percentile interval of its ``replicates`` (count,).

    Resamples in which it is undefined (a list that became constant) are left out.
    """
    known = replicates[np.isfinite(replicates)]
    if not known.size:
        return Estimate(float(value), float('nan'), float('nan'))
    tail = 100.0 * (1.0 - CONFIDENCE) / 2.0
    low, high = np.percentile(known, (tail, 100.0 - tail))
    return Estimate(float(value), float(low), float(high))
