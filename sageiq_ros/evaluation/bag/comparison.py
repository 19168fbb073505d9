# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""How well the scores of a drive agree with its labels."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.evaluation.bag.labels import MatchedLabels
from sageiq_ros.evaluation.bag.lag import Lag, find_lag
from sageiq_ros.evaluation.bootstrap import Estimate, estimate
from sageiq_ros.evaluation.correlation import plcc, srcc
from sageiq_ros.evaluation.drive import FrameResult

RESAMPLES = 1000
SEED = 0
LEAST_PAIRS = 3
LEAST_BLOCKS = 5
DECORRELATED = 1.0 / math.e


@dataclass(frozen=True, slots=True)
class Blocks:
    """Hold the length of the bootstrap's blocks in frames.

    ``cut`` tells that the drive is too short for the blocks that its scores ask for.
    """

    length: int
    cut: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Hold what the pairs of label and score come to.

    ``pairs`` are (label, score) of the frames that have both. ``measures`` are SRCC, PLCC, MCC
    (their mean), mean error (score less label) and mean absolute error; NaN where not defined,
    which the errors are for labels outside [0, 1].
    """

    labels: MatchedLabels
    pairs: Sequence[tuple[float, float]]
    frames: int
    measures: Mapping[str, Estimate]
    blocks: Blocks
    lag: Lag

    @property
    def on_scale(self) -> bool:
        """Tell whether the labels lie on the scale of the scores, as errors ask for."""
        return all(0.0 <= label <= 1.0 for label, _ in self.pairs)


def compare(results: Sequence[FrameResult], labels: MatchedLabels) -> Comparison:
    """Compare the scores of a drive, in order of time, with its labels.

    Intervals are of the circular block bootstrap (Politis and Romano, 1992): frames that follow
    each other are not independent, so blocks of them are drawn.
    """
    scored = [result for result in results if not math.isnan(result.score)]
    pairs = [
        (labels.of_frame[result.index], result.score)
        for result in scored
        if result.index in labels.of_frame
    ]
    table = np.array(pairs, np.float64).reshape(-1, 2)
    blocks = block_length(table)
    values = _measure(table)
    replicates = np.array(
        [_measure(table[draw]) for draw in draw_blocks(len(table), blocks.length, RESAMPLES, SEED)]
        if len(table) >= LEAST_PAIRS
        else np.full((1, len(values)), np.nan)
    )
    return Comparison(
        labels=labels,
        pairs=pairs,
        frames=len(results),
        measures={
            name: estimate(value, replicates[:, place])
            for place, (name, value) in enumerate(zip(MEASURES, values, strict=True))
        },
        blocks=blocks,
        lag=find_lag(
            [result.stamp_ns for result in scored],
            [result.score for result in scored],
            labels.stamps_ns,
            labels.scores,
        ),
    )


MEASURES = ('srcc', 'plcc', 'mcc', 'mean_error', 'mean_absolute_error')


def _measure(table: NDArray[np.float64]) -> tuple[float, ...]:
    """Return the MEASURES of rows of label and score."""
    label, score = table.T
    if len(table) < LEAST_PAIRS:
        # Two points always lie on a line.
        rank = linear = math.nan
    else:
        rank, linear = srcc(label, score), plcc(label, score)
    on_scale = len(table) > 0 and label.min() >= 0.0 and label.max() <= 1.0
    error = score - label if on_scale else np.array([math.nan])
    return rank, linear, (rank + linear) / 2.0, float(error.mean()), float(np.abs(error).mean())


def block_length(table: NDArray[np.float64]) -> Blocks:
    """Choose the blocks of rows of label and score, both (n,), by how long they stay alike.

    That is twice the first lag at which the autocorrelation of both has fallen below 1/e, at
    least the cube root of n, and at most a fifth of n, so that there are five blocks to draw.
    """
    longest = max(len(table) // LEAST_BLOCKS, 1)
    alike = max((_alike(column, longest) for column in table.T), default=1)
    wanted = max(2 * alike, math.ceil(len(table) ** (1 / 3)), 1)
    return Blocks(min(wanted, longest), wanted > longest)


def _alike(values: NDArray[np.float64], longest: int) -> int:
    """Return the first lag of a decorrelated series, ``longest`` where there is none up to it."""
    for lag in range(1, longest):
        found = plcc(values[:-lag], values[lag:])
        if math.isnan(found) or found < DECORRELATED:
            return lag
    return longest


def draw_blocks(n: int, length: int, count: int, seed: int) -> NDArray[np.intp]:
    """Draw ``count`` resamples of n places, (count, n), as blocks of neighbours.

    Blocks begin anywhere and go on at the start where the end is reached, so that every place is
    drawn equally often.
    """
    rng = np.random.default_rng(seed)
    starts = rng.integers(n, size=(count, math.ceil(n / length), 1))
    places = (starts + np.arange(length)) % n
    return places.reshape(count, -1)[:, :n]
