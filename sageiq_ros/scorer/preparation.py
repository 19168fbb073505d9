# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Bring a crop and its SA image to the square that SageIQ-M nano's vision encoder takes.

An axis shorter than the square is stretched, as CLIP's preprocessing does; this is where the
small-region bias comes from and what the size information undoes. An axis longer than the
square is not shrunk, which would hide blur and noise: evenly spaced fragments of 32 px are cut
from it and joined, so that the encoder sees native pixels from the whole region. The SA image
is a pattern of the crop's own pixels and takes exactly the same way.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from sageiq_ros.models.sa_image import AMPLITUDE, sa_axis
from sageiq_ros.types import Image

FRAGMENT_PX = 32
# Size features are shared by crops whose sides round to the same quarter of an octave.
STEPS_PER_OCTAVE = 4


def prepare_crop(crop: Image, side: int) -> Image:
    """Return ``crop`` (uint8 BGR, any size) as a square of ``side`` px, still uint8 BGR."""
    height, width = crop.shape[:2]
    if height > side:
        crop = crop[fragment_positions(height, side)]
    if width > side:
        crop = crop[:, fragment_positions(width, side)]
    if crop.shape[:2] != (side, side):
        crop = cv2.resize(crop, (side, side), interpolation=cv2.INTER_LINEAR)
    return crop


def prepare_sa_image(height: int, width: int, side: int) -> NDArray[np.float32]:
    """Return the SA image of a crop's size, prepared alike and normalised: (3, side, side)."""
    rows, columns = _prepared_axis(height, side), _prepared_axis(width, side)
    pattern = (rows[:, :, None] + columns[:, None, :]) / AMPLITUDE
    return pattern.astype(np.float32)


def normalise(crop: Image) -> NDArray[np.float32]:
    """Turn a prepared crop into the encoder's input: (3, side, side), RGB in [-1, 1]."""
    planes = np.ascontiguousarray(crop[:, :, ::-1].transpose(2, 0, 1))
    return planes.astype(np.float32) / np.float32(127.5) - np.float32(1.0)


def fragment_positions(length: int, side: int) -> NDArray[np.intp]:
    """Return ``side`` pixel positions along an axis of ``length`` >= ``side`` pixels."""
    starts = np.rint(np.linspace(0, length - FRAGMENT_PX, side // FRAGMENT_PX)).astype(np.intp)
    return (starts[:, None] + np.arange(FRAGMENT_PX)).ravel()


def rounded_size(height: int, width: int) -> tuple[int, int]:
    """Round a crop's sides, in pixels, to the sizes that size features are computed for."""
    return _rounded_side(height), _rounded_side(width)


def _rounded_side(side: int) -> int:
    return round(2.0 ** (round(math.log2(side) * STEPS_PER_OCTAVE) / STEPS_PER_OCTAVE))


def _prepared_axis(length: int, side: int) -> NDArray[np.float64]:
    """Return the SA pattern along one axis, (3, side), each channel in [-1, 1]."""
    if length > side:
        return sa_axis(fragment_positions(length, side)).T
    pattern = sa_axis(np.arange(length))[:, None, :]
    return cv2.resize(pattern, (1, side), interpolation=cv2.INTER_LINEAR)[:, 0, :].T
