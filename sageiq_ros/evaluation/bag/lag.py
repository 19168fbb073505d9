# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""By how much one series of scores comes later than another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.evaluation.correlation import plcc

LIMIT_S = 2.0
COARSEST_S, FINEST_S = 0.1, 0.005
LEAST_GAP_S, GAP_PERIODS = 1.0, 3.0
LEAST_OVERLAP = 0.5
LEAST_POINTS = 3
EQUAL = 1e-9


@dataclass(frozen=True, slots=True)
class Lag:
    """Hold the shift in seconds, positive where the prediction comes later, and what it gives.

    ``correlation`` is Pearson's at that shift and ``step_s`` the grid's. All is NaN where a
    series is constant or has fewer than three values.
    """

    seconds: float = math.nan
    correlation: float = math.nan
    step_s: float = math.nan

    @property
    def at_limit(self) -> bool:
        """Tell whether the shift is the largest that was tried, so that more may be true."""
        return abs(self.seconds) > LIMIT_S - self.step_s / 2.0


@dataclass(frozen=True, slots=True)
class _Series:
    """Hold a series in order of time, in seconds, and the median time between its values."""

    times: NDArray[np.float64]
    values: NDArray[np.float64]
    period: float

    def at(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
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
    """
    if min(len(predictions), len(labels)) < LEAST_POINTS:
        return Lag()
    origin_ns = min(*prediction_ns, *label_ns)
    prediction = _series(prediction_ns, predictions, origin_ns)
    label = _series(label_ns, labels, origin_ns)
    finest = min(prediction.period, label.period) / 2.0
    steps = round(LIMIT_S / float(np.clip(finest, FINEST_S, COARSEST_S)))
    step = LIMIT_S / steps
    shifts = sorted(range(-steps, steps + 1), key=abs)
    tried = {shift: _correlate(prediction, label, shift * step) for shift in shifts}
    least = LEAST_OVERLAP * max(count for _, count in tried.values())
    best = Lag()
    for shift, (found, count) in tried.items():
        better = found > best.correlation + EQUAL or math.isnan(best.correlation)
        if count >= least and not math.isnan(found) and better:
            best = Lag(shift * step, found, step)
    return best


def _correlate(prediction: _Series, label: _Series, shift_s: float) -> tuple[float, int]:
    """Correlate the prediction with the label of ``shift_s`` before; returns the count, too."""
    if prediction.period >= label.period:
        ours, other = prediction.values, label.at(prediction.times - shift_s)
    else:
        ours, other = label.values, prediction.at(label.times + shift_s)
    known = np.isfinite(other)
    count = int(known.sum())
    return (plcc(ours[known], other[known]) if count >= LEAST_POINTS else math.nan), count


def _series(stamps_ns: Sequence[int], values: Sequence[float], origin_ns: int) -> _Series:
    """Order a series by time, in seconds from the origin; of equal stamps the first one stays."""
    nanoseconds = np.asarray(stamps_ns, np.int64) - origin_ns
    times, first = np.unique(nanoseconds / 1e9, return_index=True)
    period = float(np.median(np.diff(times))) if len(times) > 1 else COARSEST_S
    return _Series(times, np.asarray(values, np.float64)[first], period)
