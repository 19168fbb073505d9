# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Algorithm 1 of the paper: from three logits to a region's score, and on to a triplet's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sageiq_ros.probability import softmax
from sageiq_ros.types import Quality

LEVEL_SCORES = np.array([1.0, 0.5, 0.0])


def quality_from_logits(logits: Sequence[float] | np.ndarray) -> Quality:
    """Score a region from its logits of good, average and poor (lines 3 to 6).

    The score lies in [0, 1]. Raises ValueError unless there are three finite logits.
    """
    values = np.asarray(logits, dtype=np.float64)
    if values.shape != (3,) or not np.isfinite(values).all():
        raise ValueError(f'Three finite logits are needed, not {values!r}.')
    probabilities = softmax(values)
    good, average, poor = (float(p) for p in probabilities)
    score = float(np.clip(probabilities @ LEVEL_SCORES, 0.0, 1.0))
    return Quality(score, good, average, poor)


def normalize_weights(subject: float, object_: float) -> tuple[float, float]:
    """Turn raw weights into their softmax (line 8): (8, 5) becomes (0.953, 0.047)."""
    first, second = softmax([subject, object_])
    return float(first), float(second)


def triplet_score(weights: tuple[float, float], scores: tuple[float, float]) -> float:
    """Combine a subject's and an object's score by their normalised weights (line 9)."""
    return weights[0] * scores[0] + weights[1] * scores[1]
