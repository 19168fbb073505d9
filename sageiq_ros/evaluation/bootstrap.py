# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""How sure a number is: the bootstrap over pictures, the same draws for all that is compared."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95
TAIL = (1.0 - CONFIDENCE) / 2.0


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


def estimate(value: float, replicates: NDArray[np.float64], tail: float = TAIL) -> Estimate:
    """Join a value with the percentile interval of its ``replicates`` (count,).

    ``tail`` is the share of them beyond either end. Resamples in which it is undefined (a list
    that became constant) are left out; a value that is NaN itself has no interval.
    """
    known = replicates[np.isfinite(replicates)]
    if math.isnan(value) or not known.size:
        return Estimate(float(value), float('nan'), float('nan'))
    percent = 100.0 * tail
    low, high = np.percentile(known, (percent, 100.0 - percent))
    return Estimate(float(value), float(low), float(high))


def expanded_tail(units: float) -> float:
    """Return the tail that gives a sample of more than one independent unit its 95 % interval.

    The spread of resamples of n units is too small by the root of (n - 1) / n, and its estimate is
    uncertain, as Student's t takes into account: Hesterberg, What Teachers Should Know about the
    Bootstrap, The American Statistician 69 (2015); t by Abramowitz and Stegun, 26.7.5.
    """
    normal = NormalDist()
    z, freedom = normal.inv_cdf(1.0 - TAIL), units - 1.0
    t = (
        z
        + (z**3 + z) / 4.0 / freedom
        + (5.0 * z**5 + 16.0 * z**3 + 3.0 * z) / 96.0 / freedom**2
        + (3.0 * z**7 + 19.0 * z**5 + 17.0 * z**3 - 15.0 * z) / 384.0 / freedom**3
    )
    return normal.cdf(-math.sqrt(units / freedom) * t)
