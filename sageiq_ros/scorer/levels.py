# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""From the logits of any number of quality levels to a region's score."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from sageiq_ros.probability import softmax
from sageiq_ros.types import Quality

MIDDLE = 0.5


def quality_from_levels(
    logits: ArrayLike, values: Sequence[float], temperature: float = 1.0
) -> Quality:
    """Score a region from the logits of its levels, the best first.

    The score is the expectation of ``values``, in [0, 1]. Levels above the middle count as good,
    below as poor, so that three levels give Algorithm 1 and five fit the same message. Raises
    ValueError for logits that are not finite or not as many as ``values``.
    """
    found, worth = np.asarray(logits, np.float64), np.asarray(values, np.float64)
    if found.shape != worth.shape or not np.isfinite(found).all():
        raise ValueError(f'{len(worth)} finite logits are needed, not {found!r}.')
    probabilities = softmax(found / temperature)
    return Quality(
        score=float(np.clip(probabilities @ worth, 0.0, 1.0)),
        p_good=float(probabilities[worth > MIDDLE].sum()),
        p_average=float(probabilities[worth == MIDDLE].sum()),
        p_poor=float(probabilities[worth < MIDDLE].sum()),
    )
