# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Blocks of frames in a row: how long they must be, and resamples made of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_BLOCKS = 5
ENOUGH_BLOCKS = 10
LENGTHS = 5
DECORRELATED = 1.0 / math.e


@dataclass(frozen=True, slots=True)
class Blocks:
    """Hold the length of the bootstrap's blocks in frames, and how many of them make a drive.

    ``few`` tells that those that its scores ask for are fewer than ENOUGH_BLOCKS.
    """

    length: int
    count: float
    few: bool


def block_length(table: NDArray[np.float64]) -> Blocks:
    """Choose the blocks of labels and scores, the rows of (2, n), by how long they stay alike.

    That is LENGTHS times the longer of their decorrelation lengths, at least the cube root of n,
    and at most a fifth of n, so that there are five blocks to draw.
    """
    n = table.shape[1]
    longest = max(n // LEAST_BLOCKS, 1)
    alike = max(decorrelation_length(row) for row in table)
    wanted = max(LENGTHS * alike, math.ceil(n ** (1 / 3)))
    length = min(wanted, longest)
    return Blocks(length, n / length, n < ENOUGH_BLOCKS * wanted)


def decorrelation_length(values: NDArray[np.float64]) -> int:
    """Return the first lag, in values, at which the autocorrelation of (n,) is below 1/e.

    It is 1 for a series that is constant.
    """
    if len(values) < 2 or np.ptp(values) == 0.0:
        return 1
    centred = values - values.mean()
    # By the Fourier transform, of a length that keeps the end from meeting the start.
    power = np.abs(np.fft.rfft(centred, 2 * len(values))) ** 2
    products = np.fft.irfft(power, 2 * len(values))[: len(values)]
    return max(int(np.argmax(products < DECORRELATED * products[0])), 1)


def draw_blocks(n: int, length: int, count: int, seed: int) -> Iterator[NDArray[np.intp]]:
    """Draw ``count`` resamples of n places, (n,) each, as blocks of neighbours.

    Blocks begin anywhere and go on at the start where the end is reached, so that every place is
    drawn equally often.
    """
    rng = np.random.default_rng(seed)
    within = np.arange(length)
    for _ in range(count):
        starts = rng.integers(n, size=(math.ceil(n / length), 1))
        yield ((starts + within) % n).ravel()[:n]
