# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Degraded crops of clean pictures with full-reference labels: SageIQ-M nano's training set.

A sample is made in four steps. A picture is brought to a random scale (shrinking only, which
also hides its own compression); a crop's size and place are drawn; the crop with a margin of
its surroundings is degraded as a camera would; the label is the pseudo-score of the crop in
native resolution. A crop of less than 64 px is measured in the 64 px around it, which the
measures' filters need, but only their responses inside it count.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from sageiq_ros.datasets.degradations import DEGRADATIONS, degrade
from sageiq_ros.datasets.full_reference import pseudo_score
from sageiq_ros.datasets.photos import read_picture
from sageiq_ros.types import Image, SageIQError

SIDE_RANGE_PX = (16, 512)
ASPECT_SPREAD = 0.45
CLEAN_SHARE = 0.15
DOUBLE_SHARE = 0.20
MARGIN_PX = 16
LABEL_SIDE_PX = 64
MIN_PICTURE_SIDE_PX = 160
LEAST_CONTRAST = 8.0
LEAST_SHARPNESS = 0.28
PLACE_TRIES = 10
CROPS_PER_PICTURE = 6
GAMMA_SPREAD = 0.25
GAIN_SPREAD = 0.08
SATURATION_RANGE = (0.5, 1.3)


@dataclass(frozen=True, slots=True)
class LabelledCrop:
    """Hold a degraded crop (uint8 BGR), its label in [0, 1] and what was done to it.

    ``kinds`` names the degradations in the order applied, none for a clean crop, and
    ``strengths`` gives theirs.
    """

    image: Image
    label: float
    kinds: tuple[str, ...]
    strengths: tuple[float, ...]


def draw_crops(
    groups: Sequence[Sequence[Path]],
    shares: Sequence[float],
    count: int,
    seed: int,
    *,
    toned: float = 0.0,
    least_side: int = SIDE_RANGE_PX[0],
) -> Iterator[LabelledCrop]:
    """Draw ``count`` labelled crops, picking groups of pictures by their shares.

    Of this share of the pictures, ``toned``, the tones are varied first, so that a few pictures
    teach many lights; not of all, or darkness would tell nothing of exposure any more. Sides are
    ``least_side`` px or more.
    """
    rng = np.random.default_rng(seed)
    weights = np.asarray(shares) / np.sum(shares)
    drawn = 0
    while drawn < count:
        group = groups[int(rng.choice(len(groups), p=weights))]
        path = group[int(rng.integers(len(group)))]
        picture = read_picture(path)
        if min(picture.shape[:2]) < MIN_PICTURE_SIDE_PX:
            raise SageIQError(
                f'{path} is too small to cut crops from: it needs {MIN_PICTURE_SIDE_PX} px a side.'
            )
        vary = toned > 0.0 and rng.random() < toned
        for _ in range(min(CROPS_PER_PICTURE, count - drawn)):
            yield draw_crop(_toned(picture, rng) if vary else picture, rng, least_side)
            drawn += 1


def draw_crop(
    picture: Image, rng: np.random.Generator, least_side: int = SIDE_RANGE_PX[0]
) -> LabelledCrop:
    """Draw one labelled crop from a clean picture (uint8 BGR, at least 160 px a side)."""
    picture = _rescaled(picture, rng)
    height, width = picture.shape[:2]
    bounds = draw_bounds(picture, draw_size(width, height, rng, least_side), rng)
    kinds = draw_kinds(rng)
    strengths = tuple(float(rng.uniform(0.02, 1.0)) for _ in kinds)
    if len(kinds) > 1:
        strengths = tuple(0.6 * s for s in strengths)
    degraded, label = degraded_crop(picture, bounds, kinds, strengths, rng)
    return LabelledCrop(degraded, label, kinds, strengths)


def draw_size(
    width: int, height: int, rng: np.random.Generator, low: int = SIDE_RANGE_PX[0]
) -> tuple[int, int]:
    """Draw a crop's width and height of ``low`` to 512 px: log-uniform side, log-normal aspect."""
    high = SIDE_RANGE_PX[1]
    side = math.exp(rng.uniform(math.log(low), math.log(high)))
    stretch = math.exp(rng.normal(0.0, ASPECT_SPREAD) / 2.0)
    w = min(max(round(side * stretch), low), min(high, width))
    h = min(max(round(side / stretch), low), min(high, height))
    return w, h


def draw_bounds(
    picture: Image, size: tuple[int, int], rng: np.random.Generator
) -> tuple[int, int, int, int]:
    """Draw a place, x, y, width, height, that holds something sharp.

    Empty sky has no quality to see, and what the lens left out of focus is no clean reference.
    A place is taken when its luma varies by 8 grey levels and is as sharp as ``LEAST_SHARPNESS``;
    otherwise the sharpest of ten that vary, or of ten at all, is.
    """
    height, width = picture.shape[:2]
    w, h = size
    best, best_rank = (0, 0, w, h), (False, -1.0)
    for _ in range(PLACE_TRIES):
        x, y = int(rng.integers(0, width - w + 1)), int(rng.integers(0, height - h + 1))
        contrast, found = contrast_and_sharpness(picture[y : y + h, x : x + w])
        rank = (contrast >= LEAST_CONTRAST, found)
        if rank > best_rank:
            best, best_rank = (x, y, w, h), rank
        if rank >= (True, LEAST_SHARPNESS):
            break
    return best


def contrast_and_sharpness(image: Image) -> tuple[float, float]:
    """Return the luma's standard deviation and how much of its gradient is finest detail.

    The second is the Laplacian's standard deviation over that of Sobel's x derivative: about
    0.4 for a sharp picture and below 0.2 for one blurred by 2 px.
    """
    luma = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
    gradient = float(cv2.Sobel(luma, cv2.CV_32F, 1, 0).std())
    return float(luma.std()), float(cv2.Laplacian(luma, cv2.CV_32F).std()) / (gradient + 1.0)


def draw_kinds(rng: np.random.Generator) -> tuple[str, ...]:
    """Draw which degradations happen: none, one, or two different ones."""
    draw = rng.random()
    if draw < CLEAN_SHARE:
        return ()
    count = 2 if draw > 1.0 - DOUBLE_SHARE else 1
    return tuple(str(k) for k in rng.choice(list(DEGRADATIONS), count, replace=False))


def degraded_crop(
    picture: Image,
    bounds: tuple[int, int, int, int],
    kinds: Sequence[str],
    strengths: Sequence[float],
    rng: np.random.Generator,
) -> tuple[Image, float]:
    """Degrade the surroundings of ``bounds`` (x, y, width, height); return crop and label."""
    x, y, w, h = bounds
    height, width = picture.shape[:2]
    left, right = _grow(x, x + w, LABEL_SIDE_PX, width)
    top, bottom = _grow(y, y + h, LABEL_SIDE_PX, height)
    x0, x1 = max(0, left - MARGIN_PX), min(width, right + MARGIN_PX)
    y0, y1 = max(0, top - MARGIN_PX), min(height, bottom + MARGIN_PX)
    clean = picture[y0:y1, x0:x1]
    degraded = clean
    for kind, strength in zip(kinds, strengths, strict=True):
        degraded = degrade(degraded, kind, strength, rng)
    seen = np.s_[top - y0 : bottom - y0, left - x0 : right - x0]
    window = np.s_[y - top : y - top + h, x - left : x - left + w]
    label = pseudo_score(clean[seen], degraded[seen], window) if kinds else 1.0
    cut = np.s_[y - y0 : y - y0 + h, x - x0 : x - x0 + w]
    return degraded[cut], label


def _toned(picture: Image, rng: np.random.Generator) -> Image:
    """Vary a picture's gamma, white balance and saturation as cameras and hours do."""
    gamma = math.exp(rng.normal(0.0, GAMMA_SPREAD))
    gains = 1.0 + rng.uniform(-GAIN_SPREAD, GAIN_SPREAD, 3)
    curve = (np.arange(256) / 255.0) ** gamma * 255.0
    curves = np.clip(np.rint(curve[:, None] * gains), 0, 255).astype(np.uint8)
    picture = cv2.LUT(picture, curves[None])
    grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    colour = rng.uniform(*SATURATION_RANGE)
    return cv2.addWeighted(picture, colour, grey, 1.0 - colour, 0.0)


def _rescaled(picture: Image, rng: np.random.Generator) -> Image:
    smallest = min(picture.shape[:2])
    least = max(MIN_PICTURE_SIDE_PX / smallest, 0.35)
    scale = rng.uniform(least, 1.0)
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _grow(low: int, high: int, least: int, limit: int) -> tuple[int, int]:
    """Widen [low, high) to ``least`` around its centre, inside [0, limit)."""
    missing = max(0, min(least, limit) - (high - low))
    low = min(max(0, low - missing // 2), max(0, limit - (high - low) - missing))
    return low, max(high, low + min(least, limit))
