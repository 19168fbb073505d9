# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The size-aware image: a pattern that depends on a crop's height and width alone.

Paper, Algorithm 2. ``div`` is taken literally: k is not doubled, so that three channels share
two frequencies, 1 and 0.0464 radians a pixel.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CHANNELS = 3
AMPLITUDE = 2.0


def sa_image(height: int, width: int, channels: int = CHANNELS) -> NDArray[np.float64]:
    """Return I_sa (height, width, channels) in [-2, 2] for a crop of that many pixels."""
    rows, columns = sa_axis(np.arange(height), channels), sa_axis(np.arange(width), channels)
    return rows[:, None, :] + columns[None, :, :]


def sa_axis(positions: NDArray[np.number], channels: int = CHANNELS) -> NDArray[np.float64]:
    """Return the part of I_sa that depends on one coordinate, (len(positions), channels).

    The pattern is a sum of a function of y and one of x, so that a sampled or resized SA image
    needs only its two axes.
    """
    index = np.arange(channels)
    phase = positions[:, None] * np.exp(-(index // 2) * np.log(10000.0) / channels)
    return np.where(index % 2 == 0, np.sin(phase), np.cos(phase))
