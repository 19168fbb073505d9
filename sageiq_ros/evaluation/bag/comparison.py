# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""How well the scores of a drive agree with its labels."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sageiq_ros.evaluation.bag.blocks import Blocks, block_length, draw_blocks
from sageiq_ros.evaluation.bag.labels import MatchedLabels
from sageiq_ros.evaluation.bag.lag import Lag, find_lag
from sageiq_ros.evaluation.bootstrap import Estimate, estimate, expanded_tail
from sageiq_ros.evaluation.correlation import level_ranks, plcc
from sageiq_ros.evaluation.drive import FrameResult

RESAMPLES = 1000
SEED = 0
LEAST_PAIRS = 3
MEASURES = ('srcc', 'plcc', 'mcc', 'mean_error', 'mean_absolute_error')


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
        return _on_scale([label for label, _ in self.pairs])


def compare(results: Sequence[FrameResult], labels: MatchedLabels) -> Comparison:
    """Compare the scores of a drive, in order of time, with its labels."""
    scored = [result for result in results if not math.isnan(result.score)]
    pairs = [
        (labels.of_frame[result.index], result.score)
        for result in scored
        if result.index in labels.of_frame
    ]
    table = np.array(pairs, np.float64).reshape(-1, 2).T.copy()
    blocks = block_length(table)
    return Comparison(
        labels=labels,
        pairs=pairs,
        frames=len(results),
        measures=measure(table, blocks),
        blocks=blocks,
        lag=find_lag(
            [result.stamp_ns for result in scored],
            [result.score for result in scored],
            labels.stamps_ns,
            labels.scores,
        ),
    )


def measure(table: NDArray[np.float64], blocks: Blocks) -> dict[str, Estimate]:
    """Return the MEASURES of labels and scores, the rows of (2, n), with their intervals.

    These are of the circular block bootstrap (Politis and Romano, 1992): frames that follow each
    other are not independent, so blocks of them are drawn.
    """
    # Neither order nor scale is looked for anew in each resample.
    levels = np.stack([np.unique(row, return_inverse=True)[1] for row in table])
    on_scale = _on_scale(table[0])
    values = _values(table, levels, on_scale)
    n = table.shape[1]
    if n < LEAST_PAIRS:
        return {
            name: Estimate(value, math.nan, math.nan)
            for name, value in zip(MEASURES, values, strict=True)
        }
    replicates = np.array(
        [
            _values(np.take(table, draw, axis=1), np.take(levels, draw, axis=1), on_scale)
            for draw in draw_blocks(n, blocks.length, RESAMPLES, SEED)
        ]
    )
    tail = expanded_tail(blocks.count)
    return {
        name: estimate(value, replicates[:, place], tail)
        for place, (name, value) in enumerate(zip(MEASURES, values, strict=True))
    }


def _values(
    table: NDArray[np.float64], levels: NDArray[np.intp], on_scale: bool
) -> tuple[float, ...]:
    """Return the MEASURES of labels and scores; ``levels`` tell the order in each of both."""
    label, score = table
    if len(label) < LEAST_PAIRS:
        # Two points always lie on a line.
        rank = linear = math.nan
    else:
        rank = plcc(level_ranks(levels[0]), level_ranks(levels[1]))
        linear = plcc(label, score)
    error = score - label if on_scale and len(label) else np.array([math.nan])
    return rank, linear, (rank + linear) / 2.0, float(error.mean()), float(np.abs(error).mean())


def _on_scale(labels: ArrayLike) -> bool:
    values = np.asarray(labels)
    return bool(np.all((values >= 0.0) & (values <= 1.0)))
