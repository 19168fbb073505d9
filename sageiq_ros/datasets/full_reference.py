# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Full-reference quality: how near a degraded picture is to its clean original.

Three published measures on numpy arrays, and the pseudo-score that labels SageIQ-M nano's
training crops. They follow the definitions of the ``piq`` library (checked against its values
in the tests) and are written with OpenCV's filters, which label a crop about ten times faster
on one processor core and need no torch.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from sageiq_ros.types import Image

Plane = NDArray[np.float32]
Window = tuple[slice, slice]

# The mapping of the three measures to one score in [0, 1]; fixed, so that scores compare.
GMSD_WORST = 0.30
SPREAD = 1.5
LEAST_SIDE_PX = 48

_TO_YIQ = np.array(  # rows Y, I, Q; columns B, G, R
    [[0.114, 0.587, 0.299], [-0.3213, -0.2746, 0.5959], [0.3112, -0.5227, 0.2115]], np.float32
)
_HAARPSI_C = 30.0
_HAARPSI_ALPHA = 4.2
_GMSD_T = 170.0
_VIF_NOISE = 2.0
_VIF_EPSILON = 1e-8


def pseudo_score(clean: Image, degraded: Image, window: Window | None = None) -> float:
    """Score ``degraded`` against ``clean`` in [0, 1], 1 for equal pictures.

    The mean of HaarPSI, VIF (values above 1 count as 1) and 1 - GMSD / 0.30 (not below 0),
    raised to 1.5: the power is monotone, leaves every rank alone and spreads the scores of
    common faults over the whole range. Both pictures are uint8 BGR of the same shape, at least
    48 px a side, in native resolution: nothing is resized before measuring. ``window`` (rows and
    columns in pixels) limits the score to a part: the filters still see what surrounds it, and
    only their responses inside are pooled. So a part smaller than the filters has a score.
    """
    yiq_clean, yiq_degraded = _yiq(clean), _yiq(degraded)
    parts = (
        _haarpsi(yiq_clean, yiq_degraded, window),
        min(1.0, _vif(yiq_clean[0], yiq_degraded[0], window)),
        max(0.0, 1.0 - _gmsd(yiq_clean[0], yiq_degraded[0], window) / GMSD_WORST),
    )
    # HaarPSI of equal pictures exceeds 1 by its rounding.
    return min(1.0, float(np.mean(parts))) ** SPREAD


def haarpsi(clean: Image, degraded: Image) -> float:
    """Measure the Haar wavelet perceptual similarity (Reisenhofer et al., 2018) in [0, 1]."""
    return _haarpsi(_yiq(clean), _yiq(degraded))


def gmsd(clean: Image, degraded: Image) -> float:
    """Measure the gradient magnitude similarity deviation (Xue et al., 2014), 0 for equal."""
    return _gmsd(_yiq(clean)[0], _yiq(degraded)[0])


def vif(clean: Image, degraded: Image) -> float:
    """Measure visual information fidelity in the pixel domain (Sheikh and Bovik, 2006)."""
    return _vif(_yiq(clean)[0], _yiq(degraded)[0])


def _yiq(image: Image) -> list[Plane]:
    transformed = cv2.transform(image.astype(np.float32), _TO_YIQ)
    return list(cv2.split(transformed))


def _halve(plane: Plane) -> Plane:
    """Average 2x2 blocks, dropping an odd last row or column."""
    height, width = plane.shape[0] // 2 * 2, plane.shape[1] // 2 * 2
    return cv2.resize(
        plane[:height, :width], (width // 2, height // 2), interpolation=cv2.INTER_AREA
    )


def _inside(plane: Plane, window: Window | None, first: int, step: int) -> Plane:
    """Cut a map to ``window``; its value i is of pixel ``first`` + i ``step``. One is kept."""
    if window is None:
        return plane
    cuts = []
    for bounds, length in zip(window, plane.shape, strict=True):
        low = min(max(0, math.ceil((bounds.start - first) / step)), length - 1)
        high = math.ceil((bounds.stop - first) / step)
        cuts.append(slice(low, max(low + 1, high)))
    return plane[cuts[0], cuts[1]]


def _correlate(plane: Plane, kernel: Plane, anchor: tuple[int, int]) -> Plane:
    return cv2.filter2D(plane, cv2.CV_32F, kernel, anchor=anchor, borderType=cv2.BORDER_CONSTANT)


def _haarpsi(clean: list[Plane], degraded: list[Plane], window: Window | None = None) -> float:
    halves = [[_halve(plane) for plane in planes] for planes in (clean, degraded)]
    responses = [_haar_responses(planes[0]) for planes in halves]
    similarities, weights = [], []
    for orientation in (0, 1):
        a, b = (response[orientation] for response in responses)
        weights.append(np.maximum(a[2], b[2]))
        similarities.append((_likeness(a[0], b[0]) + _likeness(a[1], b[1])) / 2.0)
    box = np.full((2, 2), 0.25, np.float32)
    chroma = [
        [np.abs(_correlate(plane, box, (0, 0))) for plane in planes[1:]] for planes in halves
    ]
    similarities.append(
        (_likeness(chroma[0][0], chroma[1][0]) + _likeness(chroma[0][1], chroma[1][1])) / 2.0
    )
    weights.append((weights[0] + weights[1]) / 2.0)
    similarities, weights = (
        [_inside(plane, window, 0, 2) for plane in planes] for planes in (similarities, weights)
    )
    total = sum(float(weight.sum()) for weight in weights)
    if total == 0.0:
        return 1.0
    squashed = sum(
        float((weight / (1.0 + np.exp(-_HAARPSI_ALPHA * similarity))).sum())
        for weight, similarity in zip(weights, similarities, strict=True)
    )
    share = squashed / total
    return float((np.log(share / (1.0 - share)) / _HAARPSI_ALPHA) ** 2)


def _haar_responses(plane: Plane) -> list[list[Plane]]:
    """Return magnitudes at three scales for both orientations."""
    both: list[list[Plane]] = [[], []]
    for scale in (2, 4, 8):
        kernel = np.full((scale, scale), 1.0 / scale, np.float32)
        kernel[scale // 2 :] *= -1.0
        anchor = (scale // 2 - 1, scale // 2 - 1)
        both[0].append(np.abs(_correlate(plane, kernel, anchor)))
        both[1].append(np.abs(_correlate(plane, kernel.T.copy(), anchor)))
    return both


def _likeness(a: Plane, b: Plane) -> Plane:
    return (2.0 * a * b + _HAARPSI_C) / (a * a + b * b + _HAARPSI_C)


def _gmsd(clean: Plane, degraded: Plane, window: Window | None = None) -> float:
    a, b = (_gradient(_halve(plane)) for plane in (clean, degraded))
    similarity = (2.0 * a * b + _GMSD_T) / (a * a + b * b + _GMSD_T)
    return float(_inside(similarity, window, 0, 2).std())


def _gradient(plane: Plane) -> Plane:
    prewitt = np.array([[1, 0, -1], [1, 0, -1], [1, 0, -1]], np.float32) / 3.0
    x = _correlate(plane, prewitt, (1, 1))
    y = _correlate(plane, prewitt.T.copy(), (1, 1))
    return np.sqrt(x * x + y * y)


def _vif(clean: Plane, degraded: Plane, window: Window | None = None) -> float:
    seen = sent = 0.0
    first, step = 0, 1
    for size in (17, 9, 5, 3):
        edge = size // 2
        if size != 17:
            clean, degraded = (_smooth(p, size)[::2, ::2] for p in (clean, degraded))
            first, step = first + edge * step, 2 * step
        mean_a, mean_b = _smooth(clean, size), _smooth(degraded, size)
        variance_a = np.maximum(_smooth(clean * clean, size) - mean_a * mean_a, 0.0)
        variance_b = np.maximum(_smooth(degraded * degraded, size) - mean_b * mean_b, 0.0)
        covariance = _smooth(clean * degraded, size) - mean_a * mean_b
        gain = covariance / (variance_a + _VIF_EPSILON)
        rest = variance_b - gain * covariance
        flat_a = variance_a < _VIF_EPSILON
        gain[flat_a], rest[flat_a], variance_a[flat_a] = 0.0, variance_b[flat_a], 0.0
        flat_b = variance_b < _VIF_EPSILON
        gain[flat_b], rest[flat_b] = 0.0, 0.0
        opposite = gain < 0.0
        rest[opposite], gain[opposite] = variance_b[opposite], 0.0
        rest = np.maximum(rest, _VIF_EPSILON)
        gain, rest, variance_a = (
            _inside(plane, window, first + edge * step, step) for plane in (gain, rest, variance_a)
        )
        seen += float(np.log10(1.0 + gain**2 * variance_a / (rest + _VIF_NOISE)).sum())
        sent += float(np.log10(1.0 + variance_a / _VIF_NOISE).sum())
    return (seen + _VIF_EPSILON) / (sent + _VIF_EPSILON)


def _smooth(plane: Plane, size: int) -> Plane:
    """Average with a Gaussian window; only windows inside the picture are kept."""
    edge = size // 2
    smoothed = cv2.GaussianBlur(plane, (size, size), size / 5.0)
    return np.ascontiguousarray(smoothed[edge:-edge, edge:-edge])
