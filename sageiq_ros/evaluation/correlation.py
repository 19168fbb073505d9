# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""How well two lists of scores agree: the correlations of the paper's tables."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray


def plcc(a: ArrayLike, b: ArrayLike) -> float:
    """Return Pearson's linear correlation in [-1, 1], NaN where a list is constant."""
    x, y = (np.asarray(values, np.float64) for values in (a, b))
    # The rounded mean of equal values may differ from them, and noise would be correlated.
    if np.ptp(x) == 0.0 or np.ptp(y) == 0.0:
        return math.nan
    x, y = x - x.mean(), y - y.mean()
    norm = math.sqrt(float(x @ x)) * math.sqrt(float(y @ y))
    return float(np.clip(x @ y / norm, -1.0, 1.0)) if norm > 0.0 else math.nan


def srcc(a: ArrayLike, b: ArrayLike) -> float:
    """Return Spearman's rank correlation in [-1, 1]; equal values share their mean rank."""
    return plcc(ranks(a), ranks(b))


def ranks(values: ArrayLike) -> NDArray[np.float64]:
    """Rank values from 1; equal ones get the mean of their places."""
    return level_ranks(np.unique(np.asarray(values), return_inverse=True)[1])


def level_ranks(levels: NDArray[np.intp]) -> NDArray[np.float64]:
    """Rank whole numbers of 0 or more as ``ranks`` does, without sorting them."""
    counts = np.bincount(levels)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2.0)[levels]


def auc(scores: ArrayLike, relevant: ArrayLike) -> float:
    """Return the chance that a relevant item scores above another one, ties counting a half.

    The area under the ROC curve; NaN where all or none are relevant.
    """
    is_relevant = np.asarray(relevant, bool)
    positives, negatives = int(is_relevant.sum()), int((~is_relevant).sum())
    if not positives or not negatives:
        return math.nan
    above = ranks(scores)[is_relevant].sum() - positives * (positives + 1) / 2.0
    return float(above / (positives * negatives))
