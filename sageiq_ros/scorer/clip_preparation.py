# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""CLIP's preprocessing as mPLUG-Owl2's family does it, in its three conventions; needs Pillow.

An SA image takes the same way as a crop, in floating point throughout.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from sageiq_ros.models.sa_image import AMPLITUDE, sa_image
from sageiq_ros.scorer.preparation import rounded_size
from sageiq_ros.scorer.scoring_settings import ScoringSettings
from sageiq_ros.types import Image

MEAN = np.array([0.48145466, 0.4578275, 0.40821073])
STD = np.array([0.26862954, 0.26130258, 0.27577711])
PAD_COLOUR = (122, 116, 104)
# Of a longer crop the centre is taken first: resized as a whole it would need gigabytes.
LONGEST_ASPECT = 16
Planes = NDArray[np.generic]


def prepare_crop(crop: Image, aspect: str, side: int) -> NDArray[np.float32]:
    """Return ``crop`` (uint8 BGR, any size) as the encoder's input: (3, side, side) RGB.

    ``aspect`` is ``stretch``, ``crop`` or ``pad``. Resampling is bicubic with 8-bit results
    between, as in the published code.
    """
    rgb = np.ascontiguousarray(crop[:, :, ::-1])
    square = _squared(rgb, aspect, side, PAD_COLOUR)
    return _planes((square.astype(np.float64) / 255 - MEAN) / STD)


def prepare_sa_image(
    height: int, width: int, settings: ScoringSettings, side: int
) -> NDArray[np.float32]:
    """Return the SA image of a crop's size as the encoder's input: (3, side, side).

    ``sa_range`` ``pixels`` maps [-2, 2] to [0, 255] and normalises like a picture; ``unit``
    halves it and ``raw`` leaves it as it is, both without normalisation.
    """
    pattern = sa_image(height, width)
    pad = (0.0, 0.0, 0.0)
    if settings.sa_range == 'pixels':
        pattern = (pattern + AMPLITUDE) / (2 * AMPLITUDE)
        pad = tuple(value / 255 for value in PAD_COLOUR)
    elif settings.sa_range == 'unit':
        pattern = pattern / AMPLITUDE
    aspect = settings.aspect if settings.sa_aspect == 'image' else settings.sa_aspect
    square = _squared(pattern.astype(np.float32), aspect, side, pad).astype(np.float64)
    return _planes((square - MEAN) / STD if settings.sa_range == 'pixels' else square)


def sa_size(height: int, width: int, settings: ScoringSettings) -> tuple[int, int]:
    """Return the size whose SA image stands for a crop's."""
    return (height, width) if settings.sa_size == 'exact' else rounded_size(height, width)


def _squared(image: Planes, aspect: str, side: int, colour: tuple[float, ...]) -> Planes:
    height, width = image.shape[:2]
    if aspect == 'crop':
        return _centre(image, side)
    longest = max(height, width)
    if aspect == 'pad':
        canvas = np.full((longest, longest, 3), colour, image.dtype)
        top, left = (longest - height) // 2, (longest - width) // 2
        canvas[top : top + height, left : left + width] = image
        image = canvas
    else:
        # In two steps, as in the published demos: to a square of the longer side first.
        image = _resized(image, longest, longest)
    return _resized(image, side, side)


def _centre(image: Planes, side: int) -> Planes:
    height, width = image.shape[:2]
    limit = LONGEST_ASPECT * min(height, width)
    top, left = max(0, height - limit) // 2, max(0, width - limit) // 2
    image = image[top : top + limit, left : left + limit]
    height, width = image.shape[:2]
    if width <= height:
        image = _resized(image, side, side * height // width)
    else:
        image = _resized(image, side * width // height, side)
    height, width = image.shape[:2]
    top, left = (height - side) // 2, (width - side) // 2
    return image[top : top + side, left : left + side]


def _resized(image: Planes, width: int, height: int) -> Planes:
    if image.shape[:2] == (height, width):
        return image
    size, way = (width, height), Pillow.Resampling.BICUBIC
    if image.dtype == np.uint8:
        return np.asarray(Pillow.fromarray(image).resize(size, way))
    planes = [
        np.asarray(Pillow.fromarray(np.ascontiguousarray(image[:, :, c])).resize(size, way))
        for c in range(3)
    ]
    return np.stack(planes, axis=2)


def _planes(square: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.ascontiguousarray(square.transpose(2, 0, 1), np.float32)
