# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""How much feature centres diverge: equations 5 to 7, as printed and defined for any vector.

Equation 6 takes the logarithm of a ratio of features, which a projection makes negative, and
equation 5 divides by the Euclidean norm, after which a vector does not sum to 1. What is done
about both, and why, is told in docs/similarity.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.types import SageIQError

SIGNED, LITERAL = 'signed', 'literal'
KINDS = (SIGNED, LITERAL)
# The share of an even distribution in every one: what one set never shows is rare, not impossible.
EVEN_SHARE = 1e-3

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Divergence:
    """Hold ``matrix`` (N, N) in nats, from row to column, and what could not be computed.

    ``undefined`` (N, N) counts the terms of equation 6 without a value; where there is one, the
    matrix is NaN. ``terms`` is how many each sum has.
    """

    kind: str
    matrix: Matrix
    undefined: NDArray[np.int64]
    terms: int


@dataclass(frozen=True, slots=True)
class Contrast:
    """Hold the mean divergence among driving sets and between them and the others, both ways.

    NaN where the data has too few sets of a kind, or where a divergence is undefined.
    """

    driving: float
    apart: float


def diverge(vectors: Matrix, kind: str = SIGNED) -> Divergence:
    """Compare N vectors (N, L), of any finite values, by one of ``KINDS`` (equation 7).

    Raises SageIQError for a kind that there is not.
    """
    if kind == SIGNED:
        shares = signed_shares(vectors)
        count = len(vectors)
        return Divergence(kind, kl(shares), np.zeros((count, count), np.int64), shares.shape[1])
    if kind == LITERAL:
        return _as_printed(vectors)
    raise SageIQError(f'There is no divergence {kind!r}; choose {" or ".join(KINDS)}.')


def signed_shares(vectors: Matrix) -> Matrix:
    """Turn vectors (N, L) into distributions (N, 2 L): positive parts, then negative ones.

    Every row is positive and sums to 1. Of a vector without negative elements the first half is
    the vector over its sum, up to ``EVEN_SHARE``; a vector of zeros is spread evenly.
    """
    parts = np.concatenate([np.maximum(vectors, 0), np.maximum(-vectors, 0)], axis=1)
    # Divided by the largest first, no finite vector's sum overflows.
    largest = parts.max(axis=1, keepdims=True)
    parts = np.divide(parts, largest, out=np.ones_like(parts), where=largest > 0)
    shares = parts / parts.sum(axis=1, keepdims=True)
    return (1 - EVEN_SHARE) * shares + EVEN_SHARE / parts.shape[1]


def kl(shares: Matrix) -> Matrix:
    """Return the Kullback-Leibler divergences (N, N) of positive distributions (N, M), in nats."""
    p, q = shares[:, None], shares[None]
    # Of two nearly equal distributions, rounding alone could make the sum negative.
    return np.maximum((p * np.log(p / q)).sum(axis=2), 0)


def contrast(matrix: Matrix, driving: Sequence[bool]) -> Contrast:
    """Summarise a matrix (N, N) whose rows are driving sets or not."""
    kinds = np.array(driving)
    among = np.outer(kinds, kinds) & ~np.eye(len(kinds), dtype=bool)
    between = kinds[:, None] != kinds[None]
    return Contrast(*(float(matrix[at].mean()) if at.any() else np.nan for at in (among, between)))


def mean_to_others(matrix: Matrix) -> Matrix:
    """Return each set's mean divergence to and from all others (N)."""
    both = matrix + matrix.T
    return (both.sum(axis=1) - np.diag(both)) / (2 * (len(matrix) - 1))


def _as_printed(vectors: Matrix) -> Divergence:
    """Compute equations 5 and 6 as they stand; a feature of 0 adds 0, the limit of x log x."""
    with np.errstate(divide='ignore', invalid='ignore'):
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        p, q = unit[:, None], unit[None]
        ratio = p / q
        terms = np.where(p == 0, 0, p * np.log(ratio))
    undefined = np.isnan(q) | ((p != 0) & ~((ratio > 0) & np.isfinite(ratio)))
    matrix = np.where(undefined.any(axis=2), np.nan, terms.sum(axis=2))
    return Divergence(LITERAL, matrix, undefined.sum(axis=2), vectors.shape[1])
