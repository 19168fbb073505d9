# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The seven degradations of SageIQ-D with the paper's exact parameters (section III-C).

Every one takes an image (uint8, HxWx3, BGR) and a seeded generator and returns a new image of
the same shape. Only the two noises draw from the generator.

What the paper does not say is said here. A window of an even size N has no centre pixel: it
covers the pixels from N/2 before to N/2 - 1 after, as OpenCV anchors it. Beyond the border blurs
see the picture mirrored without repeating its edge (OpenCV's ``BORDER_REFLECT_101``), the median
its edge repeated (``BORDER_REPLICATE``). Salt and pepper fall on whole pixels, not on channels.
JPEG is OpenCV's baseline encoder with its default subsampling of colour (4:2:0).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from sageiq_ros.types import Image, SageIQError

MOTION_KERNEL = 30
GAUSSIAN_KERNEL, GAUSSIAN_SIGMA = 31, 10.0
MEAN_KERNEL = 20
MEDIAN_KERNEL = 21
NOISE_SIGMA = 50.0
JPEG_QUALITY = 5
IMPULSE_AMOUNT, SALT_SHARE = 0.1, 0.5


@dataclass(frozen=True, slots=True)
class Degradation:
    """Describe a degradation: what tables call it, its parameters, and what it does."""

    title: str
    parameters: dict[str, float]
    apply: Callable[[Image, np.random.Generator], Image]


def none(image: Image, rng: np.random.Generator) -> Image:
    """Leave the picture as it is (Fig. 13)."""
    del rng
    return image.copy()


def motion_blur(image: Image, rng: np.random.Generator) -> Image:
    """Average 30 pixels of a row."""
    del rng
    return cv2.blur(image, (MOTION_KERNEL, 1), borderType=cv2.BORDER_REFLECT_101)


def gaussian_blur(image: Image, rng: np.random.Generator) -> Image:
    """Blur with a Gaussian of 10 px standard deviation, cut off at 31 x 31."""
    del rng
    return cv2.GaussianBlur(
        image,
        (GAUSSIAN_KERNEL, GAUSSIAN_KERNEL),
        GAUSSIAN_SIGMA,
        borderType=cv2.BORDER_REFLECT_101,
    )


def mean_blur(image: Image, rng: np.random.Generator) -> Image:
    """Average 20 x 20 pixels."""
    del rng
    return cv2.blur(image, (MEAN_KERNEL, MEAN_KERNEL), borderType=cv2.BORDER_REFLECT_101)


def median_blur(image: Image, rng: np.random.Generator) -> Image:
    """Take the median of 21 x 21 pixels, channel by channel."""
    del rng
    return cv2.medianBlur(image, MEDIAN_KERNEL)


def gaussian_noise(image: Image, rng: np.random.Generator) -> Image:
    """Add white noise of 50 grey levels standard deviation to every channel by itself."""
    field = rng.standard_normal(image.shape, dtype=np.float32)
    return np.clip(np.rint(image + NOISE_SIGMA * field), 0, 255).astype(np.uint8)


def jpeg(image: Image, rng: np.random.Generator) -> Image:
    """Compress as JPEG of quality 5."""
    del rng
    _, data = cv2.imencode('.jpg', image, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def salt_and_pepper(image: Image, rng: np.random.Generator) -> Image:
    """Set a tenth of the pixels to white or black, by the toss of a coin."""
    draw = rng.random(image.shape[:2], dtype=np.float32)
    result = image.copy()
    result[draw < IMPULSE_AMOUNT] = 0
    result[draw < IMPULSE_AMOUNT * SALT_SHARE] = 255
    return result


NONE = 'none'
DEGRADATIONS: dict[str, Degradation] = {
    'motion_blur': Degradation('Motion blur', {'kernel': MOTION_KERNEL}, motion_blur),
    'gaussian_blur': Degradation(
        'Gaussian blur', {'kernel': GAUSSIAN_KERNEL, 'sigma': GAUSSIAN_SIGMA}, gaussian_blur
    ),
    'mean_blur': Degradation('Mean blur', {'kernel': MEAN_KERNEL}, mean_blur),
    'median_blur': Degradation('Median blur', {'kernel': MEDIAN_KERNEL}, median_blur),
    'gaussian_noise': Degradation(
        'Gaussian noise', {'mean': 0.0, 'sigma': NOISE_SIGMA}, gaussian_noise
    ),
    'jpeg': Degradation('JPEG', {'quality': JPEG_QUALITY}, jpeg),
    'salt_and_pepper': Degradation(
        'Salt and pepper',
        {'amount': IMPULSE_AMOUNT, 'salt_share': SALT_SHARE},
        salt_and_pepper,
    ),
    NONE: Degradation('None', {}, none),
}
PAPER_SEVEN = tuple(name for name in DEGRADATIONS if name != NONE)


def find_degradation(name: str) -> Degradation:
    """Return a degradation by its name; raises SageIQError with the names there are."""
    if name not in DEGRADATIONS:
        raise SageIQError(
            f'There is no degradation {name!r} in SageIQ-D; choose from {", ".join(DEGRADATIONS)}.'
        )
    return DEGRADATIONS[name]
