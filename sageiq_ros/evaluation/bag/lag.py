# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""By how much one series of scores comes later than another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.evaluation.bag.blocks import decorrelation_length
from sageiq_ros.evaluation.correlation import plcc

LIMIT_S = 2.0
COARSEST_S, FINEST_S = 0.1, 0.005
LEAST_GAP_S, GAP_PERIODS = 1.0, 3.0
LEAST_OVERLAP = 0.5
LEAST_POINTS = 10
LEAST_LENGTHS = 10
CHANCE = 0.05
EQUAL = 1e-9

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lag:
    """Hold the shift in seconds, positive where the prediction comes later, and what it gives.

    ``correlation`` is Pearson's at that shift, over ``points`` pairs, and ``step_s`` the grid's.
    Where none can be known all is NaN and ``reason`` says why.
    """

    seconds: float = math.nan
    correlation: float = math.nan
    step_s: float = math.nan
    points: int = 0
    reason: str = ''

    @property
    def at_limit(self) -> bool:
        """Tell whether the shift is the largest that was tried, so that more may be true."""
        return abs(self.seconds) > LIMIT_S - self.step_s / 2.0


@dataclass(frozen=True, slots=True)
class _Series:
    """Hold a series in order of time, in seconds, and the median time between its values."""

    times: Floats
    values: Floats
    period: float

    def at(self, times: Floats) -> Floats:
        """Interpolate the series; NaN beyond its ends and in gaps."""
        found = np.interp(times, self.times, self.values, np.nan, np.nan)
        after = np.clip(np.searchsorted(self.times, times), 1, len(self.times) - 1)
        gap = self.times[after] - self.times[after - 1]
        found[gap > max(LEAST_GAP_S, GAP_PERIODS * self.period)] = np.nan
        return found


def find_lag(
    prediction_ns: Sequence[int],
    predictions: Sequence[float],
    label_ns: Sequence[int],
    labels: Sequence[float],
) -> Lag:
    """Return the shift within LIMIT_S at which two series correlate most.

    They are compared at the stamps of the one that has fewer in a second, where the other is
    interpolated, but not over gaps of more than a second and three periods. Shifts are tried in
    steps of about half the shorter period, between FINEST_S and COARSEST_S. One that leaves less
    than half of the values that another one compares is not considered; of shifts that are
    equally good the smallest is returned.

    There is none to be known from fewer than LEAST_POINTS pairs, from series that overlap by
    fewer than LEAST_LENGTHS of the lengths in which they stay alike, and where the correlation is
    no greater than that of independent series at one of the shifts may be in CHANCE of cases, by
    Fisher's z with as many values as lengths.
    """
    origin_ns = min([*prediction_ns, *label_ns], default=0)
    prediction = _series(prediction_ns, predictions, origin_ns)
    label = _series(label_ns, labels, origin_ns)
    if (fewest := min(len(prediction.times), len(label.times))) < LEAST_POINTS:
        return _too_few(fewest)
    finest = min(prediction.period, label.period) / 2.0
    steps = round(LIMIT_S / float(np.clip(finest, FINEST_S, COARSEST_S)))
    step = LIMIT_S / steps
    shifts = sorted(range(-steps, steps + 1), key=abs)
    tried = {shift: _correlate(prediction, label, shift * step) for shift in shifts}
    most = max(count for _, count in tried.values())
    if most < LEAST_POINTS:
        return _too_few(most)
    least = max(LEAST_OVERLAP * most, LEAST_POINTS)
    found = {
        shift: correlation
        for shift, (correlation, count) in tried.items()
        if count >= least and not math.isnan(correlation)
    }
    if not found:
        return Lag(reason='one of the series does not change')
    highest = max(found.values())
    best = next(shift for shift, value in found.items() if value >= highest - EQUAL)
    ours, other = _pairs(prediction, label, best * step)
    doubt = _doubt(ours, other, highest, len(found))
    if doubt:
        return Lag(reason=doubt)
    return Lag(best * step, found[best], step, len(ours))


def _too_few(values: int) -> Lag:
    return Lag(reason=f'{values} values can be compared, and {LEAST_POINTS} are needed')


def _doubt(ours: Floats, other: Floats, highest: float, shifts: int) -> str:
    """Say why the highest correlation of so many shifts tells no lag, '' where it does."""
    alike = max(decorrelation_length(ours), decorrelation_length(other))
    lengths = len(ours) / alike
    if lengths < LEAST_LENGTHS:
        return (
            f'{len(ours)} values that stay alike for {alike} say as much as {lengths:.0f} would, '
            f'and {LEAST_LENGTHS} are needed'
        )
    z = NormalDist().inv_cdf(1.0 - CHANCE / shifts)
    if highest < math.tanh(z / math.sqrt(lengths - 3.0)):
        return f'the highest correlation, {highest:.2f}, may be one by chance'
    return ''


def _pairs(prediction: _Series, label: _Series, shift_s: float) -> tuple[Floats, Floats]:
    """Return the values of one series, and those of the other at ``shift_s`` from them."""
    if prediction.period >= label.period:
        ours, other = prediction.values, label.at(prediction.times - shift_s)
    else:
        ours, other = label.values, prediction.at(label.times + shift_s)
    known = np.isfinite(other)
    return ours[known], other[known]


def _correlate(prediction: _Series, label: _Series, shift_s: float) -> tuple[float, int]:
    """Correlate the prediction with the label of ``shift_s`` before; returns the count, too."""
    ours, other = _pairs(prediction, label, shift_s)
    return (plcc(ours, other) if len(ours) else math.nan), len(ours)


def _series(stamps_ns: Sequence[int], values: Sequence[float], origin_ns: int) -> _Series:
    """Order a series by time, in seconds from the origin; of equal stamps the first one stays."""
    nanoseconds = np.asarray(stamps_ns, np.int64) - origin_ns
    times, first = np.unique(nanoseconds / 1e9, return_index=True)
    period = float(np.median(np.diff(times))) if len(times) > 1 else COARSEST_S
    return _Series(times, np.asarray(values, np.float64)[first], period)
