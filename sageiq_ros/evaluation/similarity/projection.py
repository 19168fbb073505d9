# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Gaussian random projection of feature centres and what it does to distances (eq. 3 and 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.evaluation.similarity.divergence import contrast, diverge

# Other projections, to tell what one of them happens to show.
DRAWS = 200

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Distortion:
    """Hold what a projection does to the distance of the centres ``first`` and ``second``.

    ``distance`` is Euclidean, before the projection. ``as_printed`` is the squared distance
    after it over that before it, with R as equation 3 has it; ``scaled`` with R / sqrt(L').
    Both are NaN where the centres are equal. What lies off 1 is the epsilon of equation 4.
    """

    first: int
    second: int
    distance: float
    as_printed: float
    scaled: float


@dataclass(frozen=True, slots=True)
class Draws:
    """Hold what other draws of R show.

    ``agreeing`` is the share of ``count`` in which D' tells driving sets from the others (mean
    divergence between the kinds above that among driving sets), NaN where the data has too few
    sets of a kind. The epsilons are those that equation 4 needs for all pairs, median over draws.
    """

    count: int
    agreeing: float
    epsilon_as_printed: float
    epsilon_scaled: float


def draw(length: int, dimensions: int, seed: int | Sequence[int]) -> Matrix:
    """Draw R (L, L'), each element from N(0, 1)."""
    return np.random.default_rng(seed).standard_normal((length, dimensions))


def distort(centers: Matrix, projected: Matrix) -> tuple[Distortion, ...]:
    """Compare the distances of all pairs of centres (N, L) with those of their images (N, L')."""
    found = []
    for first, second in combinations(range(len(centers)), 2):
        before = float(((centers[first] - centers[second]) ** 2).sum())
        after = float(((projected[first] - projected[second]) ** 2).sum())
        ratio = after / before if before > 0 else np.nan
        scaled = ratio / projected.shape[1]
        found.append(Distortion(first, second, before**0.5, ratio, scaled))
    return tuple(found)


def epsilon(ratios: Sequence[float]) -> float:
    """Return the least epsilon with which equation 4 holds for all ratios; NaN for none."""
    off = [abs(ratio - 1) for ratio in ratios if not np.isnan(ratio)]
    return max(off, default=np.nan)


def draw_others(centers: Matrix, driving: Sequence[bool], dimensions: int, seed: int) -> Draws:
    """Project ``DRAWS`` times anew and judge what every D', of the signed kind, shows."""
    agreeing, printed, scaled = [], [], []
    for number in range(1, DRAWS + 1):
        projected = centers @ draw(centers.shape[1], dimensions, (seed, number))
        found = contrast(diverge(projected).matrix, driving)
        known = not np.isnan(found.driving + found.apart)
        agreeing.append(float(found.apart > found.driving) if known else np.nan)
        pairs = distort(centers, projected)
        printed.append(epsilon([pair.as_printed for pair in pairs]))
        scaled.append(epsilon([pair.scaled for pair in pairs]))
    return Draws(
        DRAWS, float(np.mean(agreeing)), float(np.median(printed)), float(np.median(scaled))
    )
