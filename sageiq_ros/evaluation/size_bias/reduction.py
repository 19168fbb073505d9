# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures at half their width and height, and the entropy that hardly minds (paper, IV-B 1)."""

from __future__ import annotations

import cv2
import numpy as np

from sageiq_ros.types import Image

INTERPOLATIONS = {
    'area': cv2.INTER_AREA,
    'linear': cv2.INTER_LINEAR,
    'cubic': cv2.INTER_CUBIC,
    'lanczos': cv2.INTER_LANCZOS4,
    'nearest': cv2.INTER_NEAREST,
}
LEVELS = 256


def shannon_entropy(image: Image) -> float:
    """Return the entropy of the histogram of intensities, in bits, in [0, 8] (eq. 1 and 2).

    ``image`` is uint8, (height, width, 3) BGR. The paper does not say what an intensity is; here
    it is the grey level that OpenCV makes of BGR: luma of ITU-R BT.601, rounded to 0 .. 255.
    """
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    counts = np.bincount(grey.ravel(), minlength=LEVELS)
    shares = counts[counts > 0] / grey.size
    # Adding zero turns the -0.0 of a single grey level into 0.0.
    return float(-(shares * np.log2(shares)).sum()) + 0.0


def rescaled_half(image: Image, interpolation: str = 'area') -> Image:
    """Shrink to half the width and height, rounded down, at least one pixel each.

    ``interpolation`` is a key of ``INTERPOLATIONS``; the paper does not name its own.
    """
    width, height = _half(image)
    return cv2.resize(image, (width, height), interpolation=INTERPOLATIONS[interpolation])


def cropped_half(image: Image) -> Image:
    """Cut the centre of half the width and height, rounded down, at least one pixel each."""
    width, height = _half(image)
    y, x = (image.shape[0] - height) // 2, (image.shape[1] - width) // 2
    return image[y : y + height, x : x + width]


def _half(image: Image) -> tuple[int, int]:
    height, width = image.shape[:2]
    return max(1, width // 2), max(1, height // 2)
