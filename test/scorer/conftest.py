# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures with the statistics of natural ones, the same whatever draws or decodes elsewhere."""

import numpy as np
import pytest


@pytest.fixture(scope='session')
def picture():
    """Return a maker of textured BGR pictures: (height, width, seed) -> uint8."""
    return _picture


def _picture(height, width, seed):
    rng = np.random.default_rng(seed)
    image = np.zeros((height, width, 3))
    for size, gain in ((1, 12.0), (3, 30.0), (9, 60.0), (33, 120.0)):
        grown = (height + size - 1, width + size - 1, 3)
        noise = rng.integers(-128, 128, grown).astype(np.float64)
        for axis in (0, 1):
            total = np.cumsum(noise, axis)
            total = np.concatenate([np.zeros_like(np.take(total, [0], axis)), total], axis)
            count = total.shape[axis]
            later = np.take(total, np.arange(size, count), axis)
            noise = later - np.take(total, np.arange(count - size), axis)
        image += gain * noise / (128.0 * size * size) * size**0.5
    return np.clip(np.rint(image + 120), 0, 255).astype(np.uint8)
