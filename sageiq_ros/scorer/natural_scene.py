# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Natural scene statistics, which BRISQUE and NIQE share.

A natural, undistorted picture whose pixels are normalised by their neighbourhood's mean and
contrast follows a generalised Gaussian closely; distortions bend it. Both metrics describe that
distribution, and those of products of neighbours, by the parameters of fitted asymmetric
generalised Gaussians (Mittal, Moorthy, Bovik: No-Reference Image Quality Assessment in the
Spatial Domain, IEEE TIP 2012, section III).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sageiq_ros.types import Image

Floats = NDArray[np.float64]

WINDOW_PX, WINDOW_SIGMA = 7, 7.0 / 6.0
# Of contrast, in grey levels: what keeps even areas from being blown up to noise.
STABILISER = 1.0
# A contrast below this, in grey levels, is rounding of the arithmetic and no picture.
LEAST_CONTRAST = 1e-3

_SHAPES = np.arange(0.2, 10.0005, 0.001)


@dataclass(frozen=True, slots=True)
class AsymmetricGaussian:
    """Hold a fitted asymmetric generalised Gaussian of mode 0.

    ``shape`` is 2 for a Gaussian and 1 for a Laplacian; ``left`` and ``right`` are the root mean
    squares of the values below and above 0.
    """

    shape: float
    left: float
    right: float

    @property
    def scale(self) -> float:
        """Return what turns ``left`` and ``right`` into the scales of the density."""
        return math.sqrt(math.gamma(1.0 / self.shape) / math.gamma(3.0 / self.shape))

    @property
    def mean(self) -> float:
        """Return the distribution's mean."""
        tails = math.gamma(2.0 / self.shape) / math.gamma(1.0 / self.shape)
        return (self.right - self.left) * self.scale * tails


def grey(image: Image) -> Floats:
    """Return the luma (height, width) of a uint8 BGR image as whole grey levels, 0 to 255."""
    return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float64)


def padded(image: Image, least: int) -> Image:
    """Mirror an image at its right and lower edges until no side is below ``least`` pixels.

    Mirroring keeps the statistics of neighbouring pixels, which stretching would smooth.
    """
    height, width = image.shape[:2]
    if min(height, width) >= least:
        return image
    right, bottom = max(least - width, 0), max(least - height, 0)
    return cv2.copyMakeBorder(image, 0, bottom, 0, right, cv2.BORDER_REFLECT)


def normalised(plane: Floats) -> Floats:
    """Subtract the local mean of grey levels and divide by the local contrast (MSCN)."""
    mean, contrast = local_statistics(plane)
    return np.where(contrast < LEAST_CONTRAST, 0.0, (plane - mean) / (contrast + STABILISER))


def local_statistics(plane: Floats) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of each grey level's neighbourhood."""
    mean, squares = (
        cv2.GaussianBlur(
            values, (WINDOW_PX, WINDOW_PX), WINDOW_SIGMA, borderType=cv2.BORDER_REPLICATE
        )
        for values in (plane, plane * plane)
    )
    return mean, np.sqrt(np.abs(squares - mean * mean))


def fit(values: Floats) -> AsymmetricGaussian | None:
    """Match the moments of values of any shape; None where all are 0, which has no shape."""
    squares = values * values
    below, above = values < 0.0, values > 0.0
    left = math.sqrt(squares[below].mean()) if below.any() else 0.0
    right = math.sqrt(squares[above].mean()) if above.any() else 0.0
    if not left and not right:
        return None
    # The correction is the same for a ratio and its inverse, so neither side may be 0 alone.
    ratio = min(left, right) / max(left, right)
    correction = (ratio**3 + 1.0) * (ratio + 1.0) / (ratio**2 + 1.0) ** 2
    moments = correction * float(np.abs(values).mean()) ** 2 / float(squares.mean())
    place = min(max(int(np.searchsorted(_MOMENTS, moments)), 1), len(_SHAPES) - 1)
    nearer_below = moments - _MOMENTS[place - 1] < _MOMENTS[place] - moments
    return AsymmetricGaussian(float(_SHAPES[place - nearer_below]), left, right)


def _moment_ratio(shape: float) -> float:
    gamma = math.gamma
    return gamma(2.0 / shape) ** 2 / (gamma(1.0 / shape) * gamma(3.0 / shape))


_MOMENTS = np.array([_moment_ratio(float(shape)) for shape in _SHAPES])
