# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""How alike two answers are: latent cosine and Word2Vec similarity (paper, section IV-D).

Both put one vector on every token or word of an answer, reduce them to one vector in two ways and
take the cosine of the two answers' vectors; the average of the two ways is the third row of
Tables X and XI. The functions here take arrays; ``clip_tokens`` and ``word2vec`` read them from
files.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Similarity:
    """Hold the cosines, each in [-1, 1], of two answers reduced in two ways.

    ``mean`` is by the mean of all vectors; ``other`` by the first vector (LCS, "CLS token") or by
    the largest value of every dimension (WVS, "max pooling").
    """

    mean: float
    other: float

    @property
    def average(self) -> float:
        """Return the mean of both, the third row of the tables."""
        return (self.mean + self.other) / 2.0


def latent_cosine(first: Vectors, second: Vectors) -> Similarity:
    """Compare token embeddings (tokens, width) of two answers, start token included (Table X).

    The first token of every text is CLIP's start token, so ``other`` is 1 whatever the answers
    say: the paper's 1.000 tells nothing of the answers, and its averages half of nothing.
    """
    return Similarity(
        mean=cosine(first.mean(axis=0), second.mean(axis=0)),
        other=cosine(first[0], second[0]),
    )


def word_similarity(first: Vectors, second: Vectors) -> Similarity:
    """Compare word vectors (words, width) of two answers by mean and max pooling (Table XI)."""
    return Similarity(
        mean=cosine(first.mean(axis=0), second.mean(axis=0)),
        other=cosine(first.max(axis=0), second.max(axis=0)),
    )


def cosine(a: Vectors, b: Vectors) -> float:
    """Return the cosine of the angle between two vectors, in [-1, 1].

    Raises ValueError for a vector of length 0 or without finite length, which has no direction.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    # Scaled first, so that no square over- or underflows.
    scales = np.abs(a).max(initial=0.0), np.abs(b).max(initial=0.0)
    if not (np.isfinite(scales).all() and min(scales) > 0.0):
        raise ValueError('a vector of length 0 or without finite length has no direction')
    a, b = a / scales[0], b / scales[1]
    return float(np.clip(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)), -1.0, 1.0))
