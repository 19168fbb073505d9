# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""NIQE: how far a picture's statistics lie from those of pristine pictures, without any opinions.

Mittal, Soundararajan, Bovik: Making a 'Completely Blind' Image Quality Analyzer, IEEE Signal
Processing Letters 2013. The model of pristine pictures is this project's own, fitted by
``sageiq train niqe``; numbers therefore differ from those of the authors' model.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.scorer.natural_scene import (
    Floats,
    fit,
    grey,
    local_statistics,
    normalised,
    padded,
)
from sageiq_ros.types import Image, Quality

PATCH_PX, FEATURES = 96, 36
SHIFTS = ((0, 1), (1, 0), (1, 1), (1, -1))
# A pristine picture's patches count where their mean local contrast is so many grey levels, and
# such a part of its sharpest patch's: what is out of focus must not pass for pristine.
LEAST_CONTRAST, LEAST_SHARPNESS = 8.0, 0.6
# The distance whose score is 0.5; see docs/scorers.md.
HALF_SCORE_DISTANCE = 12.0
PRISTINE = 'niqe_pristine.json'


@dataclass(frozen=True, slots=True)
class PristineModel:
    """Hold mean (36,) and covariance (36, 36) of pristine patches' features."""

    mean: Floats
    covariance: Floats


class NiqeScorer:
    """Score crops with NIQE; a side below 96 px is mirrored up to that."""

    def __init__(self) -> None:
        self._model = shipped_model()

    @property
    def name(self) -> str:
        """Name the metric, as published in the message."""
        return 'niqe'

    def score(self, crops: Sequence[Image]) -> list[Quality]:
        """Return one quality per crop, in order; 0 for one of even colour."""
        return [Quality(score_of(distance(crop, self._model))) for crop in crops]


def score_of(found: float) -> float:
    """Map NIQE, 0 to infinity and lower better, to (0, 1]: 0.5 at ``HALF_SCORE_DISTANCE``."""
    return 1.0 / (1.0 + (found / HALF_SCORE_DISTANCE) ** 2)


def distance(image: Image, model: PristineModel) -> float:
    """Return NIQE of a uint8 BGR image; infinite where no patch has any structure.

    The covariance of less than two patches is taken as 0.
    """
    features = patch_features(grey(padded(image, PATCH_PX)))
    if not len(features):
        return math.inf
    covariance = np.cov(features, rowvar=False) if len(features) > 1 else 0.0
    apart = model.mean - features.mean(axis=0)
    inverse = np.linalg.pinv((model.covariance + covariance) / 2.0)
    return math.sqrt(max(float(apart @ inverse @ apart), 0.0))


def fit_pristine(images: Iterable[Image]) -> tuple[PristineModel, int]:
    """Fit the model to the sharp patches of clean pictures; returns it and their number.

    Grids of patches begin at a picture's corner and half a patch from it. Raises ValueError
    for fewer patches than the covariance of 36 features needs.
    """
    kept = []
    for image in images:
        for begin in (0, PATCH_PX // 2):
            plane = grey(image)[begin:, begin:]
            if min(plane.shape) < PATCH_PX:
                continue
            sharpness = _sharpness(plane).ravel()
            least = max(LEAST_CONTRAST, LEAST_SHARPNESS * sharpness.max())
            kept.append(patch_features(plane, sharpness > least))
    features = np.concatenate(kept) if kept else np.empty((0, FEATURES))
    if len(features) <= FEATURES:
        raise ValueError(f'{len(features)} sharp patches are too few for {FEATURES} features.')
    return PristineModel(features.mean(axis=0), np.cov(features, rowvar=False)), len(features)


def shipped_model() -> PristineModel:
    """Read the model that comes with the package."""
    text = (files('sageiq_ros.scorer') / PRISTINE).read_text(encoding='utf-8')
    content: dict[str, Any] = json.loads(text)
    return PristineModel(np.array(content['mean']), np.array(content['covariance']))


def patch_features(plane: Floats, chosen: NDArray[np.bool_] | None = None) -> Floats:
    """Return the features (n, 36) of a grey plane's patches of 96 px, at full and half size.

    Patches are those of a grid, row by row, without the rest at right and below; ``chosen``
    leaves some of them out, and one without structure is left out always.
    """
    rows, columns = plane.shape[0] // PATCH_PX, plane.shape[1] // PATCH_PX
    plane = plane[: rows * PATCH_PX, : columns * PATCH_PX]
    scales = [normalised(plane), normalised(halved(plane))]
    found = []
    for index in range(rows * columns):
        if chosen is not None and not chosen[index]:
            continue
        row, column = divmod(index, columns)
        features: list[float] = []
        for scaled, side in zip(scales, (PATCH_PX, PATCH_PX // 2), strict=True):
            patch = scaled[row * side : (row + 1) * side, column * side : (column + 1) * side]
            features += _features(patch)
        if len(features) == FEATURES:
            found.append(features)
    return np.array(found).reshape(-1, FEATURES)


def halved(plane: Floats) -> Floats:
    """Halve a plane of even sides bicubically, smoothed first so that nothing aliases."""
    return _halved_rows(_halved_rows(plane).T).T


def _halved_rows(plane: Floats) -> Floats:
    padded_plane = np.pad(plane, ((3, 3), (0, 0)), mode='symmetric')
    count = len(plane) // 2
    parts = (
        weight * padded_plane[tap : tap + 2 * count : 2] for tap, weight in enumerate(_HALVING)
    )
    return np.sum(list(parts), axis=0)


def _cubic(x: float) -> float:
    """Return Keys' cubic convolution kernel with a = -0.5."""
    x = abs(x)
    if x <= 1.0:
        return 1.5 * x**3 - 2.5 * x**2 + 1.0
    return -0.5 * x**3 + 2.5 * x**2 - 4.0 * x + 2.0 if x < 2.0 else 0.0


# An output pixel lies between the fourth and the fifth of the eight pixels that it is made of.
_HALVING = np.array([_cubic((tap - 3.5) / 2.0) / 2.0 for tap in range(8)])


def _features(patch: Floats) -> list[float]:
    """Return the 18 features of one scale, or none where there is nothing to fit."""
    own = fit(patch)
    pairs = [fit(patch * np.roll(patch, shift, axis=(0, 1))) for shift in SHIFTS]
    if own is None or None in pairs:
        return []
    features = [own.shape, own.scale * (own.left + own.right) / 2.0]
    for pair in pairs:
        if pair is not None:
            features += [pair.shape, pair.mean, pair.scale * pair.left, pair.scale * pair.right]
    return features


def _sharpness(plane: Floats) -> Floats:
    """Return the mean local contrast of every patch of the grid: (rows, columns)."""
    rows, columns = plane.shape[0] // PATCH_PX, plane.shape[1] // PATCH_PX
    plane = plane[: rows * PATCH_PX, : columns * PATCH_PX]
    _, contrast = local_statistics(plane)
    return contrast.reshape(rows, PATCH_PX, columns, PATCH_PX).mean(axis=(1, 3))
