# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""How well scores agree with labels: SRCC, PLCC and MCC, their intervals and differences.

Every data set's resamples are the same for all that is compared on it, so that a difference is
one between the same pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.evaluation.bootstrap import Estimate, estimate
from sageiq_ros.evaluation.correlation import plcc, srcc
from sageiq_ros.experiments.conditions import Condition
from sageiq_ros.experiments.published import AVERAGE
from sageiq_ros.experiments.scored import split_scored
from sageiq_ros.experiments.work import Row
from sageiq_ros.sageiq_d.hybrid import seeded

METRICS = ('srcc', 'plcc', 'mcc')
LEAST_FOR_AVERAGE = 10
"""A correlation over fewer pictures is shown, but has no interval and is not averaged.

The resamples of three pictures hardly differ, so that their interval would look certain.
"""
MOST_AT_ONCE = 1 << 20
"""Pictures drawn at once: 8 MB an array, whatever the number of resamples."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Hold a correlation in each metric: ``values`` (3,) and ``replicates`` (3, resamples).

    ``count`` is of pictures; of an average over data sets it is their sum.
    """

    values: Floats
    replicates: Floats
    count: int

    def __getitem__(self, metric: str) -> Estimate:
        """Return a metric's value with its 95 % interval."""
        place = METRICS.index(metric)
        return estimate(float(self.values[place]), self.replicates[place])

    def __sub__(self, other: Agreement) -> Agreement:
        """Return the difference to another on the same pictures."""
        return Agreement(
            self.values - other.values, self.replicates - other.replicates, self.count
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Look up by condition what a scorer's tables say in one row.

    It is of one data set or, named ``average``, of all: ``agreement`` is then the mean over the
    data sets with enough pictures, and ``rows`` are those of all pictures.
    """

    name: str
    is_average: bool
    agreement: Callable[[Condition], Agreement]
    rows: Callable[[Condition], list[Row]]


class Scores:
    """Look rows up by scorer, data set and condition, and correlate them.

    What has no score is left out (``split_scored``); ``dropped`` names it.
    """

    def __init__(self, rows: Iterable[Row], resamples: int, seed: int) -> None:
        rows = list(rows)
        self._cells: dict[tuple[str, str, Condition], dict[str, Row]] = {}
        self._resamples, self._seed = resamples, seed
        self._known: dict[tuple[str, str, Condition], Agreement] = {}
        self.scorers = list(dict.fromkeys(row.scorer for row in rows))
        self.datasets = list(dict.fromkeys(row.dataset for row in rows))
        kept, self.dropped = split_scored(rows)
        for row in kept:
            self._cells.setdefault((row.scorer, row.dataset, row.condition), {})[row.key] = row

    def groups(self, scorer: str) -> list[Group]:
        """List what a scorer's tables have rows of: each data set, at last their average."""
        one_by_one = [
            Group(
                name,
                False,
                partial(self.agreement, scorer, name),
                partial(self.rows, scorer, name),
            )
            for name in self.datasets
        ]
        return [
            *one_by_one,
            Group(AVERAGE, True, partial(self.average, scorer), partial(self._all_rows, scorer)),
        ]

    def averaged(self, scorer: str) -> list[str]:
        """List the data sets that a scorer's averages are over: those with enough pictures.

        They are the same for all conditions, so that averages can be compared.
        """
        least: dict[str, int] = {}
        for (name, dataset, _), cell in self._cells.items():
            if name == scorer:
                least[dataset] = min(least.get(dataset, len(cell)), len(cell))
        return [name for name in self.datasets if least.get(name, 0) >= LEAST_FOR_AVERAGE]

    def pictures(self, dataset: str) -> int:
        """Count a data set's pictures with a score."""
        cells = (cell for (_, name, _), cell in self._cells.items() if name == dataset)
        return len(set().union(*cells))

    def rows(self, scorer: str, dataset: str, condition: Condition) -> list[Row]:
        """Return the rows of a cell, in the order of their keys; empty where it was not run."""
        cell = self._cells.get((scorer, dataset, condition), {})
        return [cell[key] for key in sorted(cell)]

    def agreement(self, scorer: str, dataset: str, condition: Condition) -> Agreement:
        """Correlate scores with labels over a data set; NaN for fewer than 3 pictures."""
        place = scorer, dataset, condition
        if place not in self._known:
            rows = self.rows(*place)
            self._known[place] = correlate(
                [row.label for row in rows],
                [row.score for row in rows],
                self._resamples,
                # The same for all that is compared on a data set, and no other data set's.
                seeded(str(self._seed), dataset),
            )
        return self._known[place]

    def average(self, scorer: str, condition: Condition) -> Agreement:
        """Average the agreement over the data sets with enough pictures; NaN without any."""
        names = self.averaged(scorer)
        if not names:
            unknown = np.full((len(METRICS), self._resamples), np.nan)
            return Agreement(unknown[:, 0], unknown, 0)
        return mean([self.agreement(scorer, name, condition) for name in names])

    def _all_rows(self, scorer: str, condition: Condition) -> list[Row]:
        return [row for name in self.datasets for row in self.rows(scorer, name, condition)]


def correlate(
    labels: Sequence[float], scores: Sequence[float], resamples: int, rng: np.random.Generator
) -> Agreement:
    """Correlate two lists of one value a picture, with a bootstrap over pictures.

    Fewer than 3 pictures have no correlation, fewer than ``LEAST_FOR_AVERAGE`` no replicates.
    """
    x, y = np.asarray(labels, float), np.asarray(scores, float)
    count = len(x)
    replicates = np.full((len(METRICS), resamples), np.nan)
    if count < 3:
        return Agreement(replicates[:, 0], replicates, count)
    if count >= LEAST_FOR_AVERAGE:
        step = max(1, MOST_AT_ONCE // count)
        for start in range(0, resamples, step):
            draws = rng.integers(count, size=(min(step, resamples - start), count))
            ranks = _row_plcc(_row_ranks(x[draws]), _row_ranks(y[draws]))
            lines = _row_plcc(x[draws], y[draws])
            replicates[:, start : start + step] = ranks, lines, (ranks + lines) / 2.0
    rank, linear = srcc(x, y), plcc(x, y)
    return Agreement(np.array([rank, linear, (rank + linear) / 2.0]), replicates, count)


def mean(found: Sequence[Agreement]) -> Agreement:
    """Average agreements, resample by resample; at least one."""
    return Agreement(
        np.mean([one.values for one in found], axis=0),
        np.mean([one.replicates for one in found], axis=0),
        sum(one.count for one in found),
    )


def _row_ranks(values: Floats) -> Floats:
    from scipy.stats import rankdata

    return rankdata(values, axis=1)


def _row_plcc(x: Floats, y: Floats) -> Floats:
    """Correlate row by row; NaN where a row is constant."""
    constant = (np.ptp(x, axis=1) == 0.0) | (np.ptp(y, axis=1) == 0.0)
    x, y = (values - values.mean(axis=1, keepdims=True) for values in (x, y))
    norm = np.sqrt((x * x).sum(axis=1) * (y * y).sum(axis=1))
    with np.errstate(invalid='ignore', divide='ignore'):
        found = (x * y).sum(axis=1) / norm
    return np.where(constant, np.nan, found)
