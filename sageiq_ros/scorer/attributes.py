# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What can be measured of a crop's picture quality without any network.

Every number is taken from the luma of BT.601 (0 to 255 grey levels), except the veil, which
needs the colours. Nothing is resized: lengths are pixels of the crop.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sageiq_ros.types import Image

Plane = NDArray[np.float32]

# Below this side there are too few pixels for statistics of edges, noise and blocks.
LEAST_SIDE_PX = 16
FINE_PX, COARSE_PX = 0.7, 2.0
MOST_BLUR_PX = 12.0
# Edges weaker than this, in grey levels per pixel (RMS), tell nothing about blur.
LEAST_GRADIENT = 0.3
# Keeps a direction without any edge from deciding, and energies above zero.
RIDGE = 0.002
TILE_PX = 8
CALM_QUANTILE = 0.25
JPEG_BLOCK_PX = 8
# A step above this is an edge of the scene as likely as one of the grid.
MOST_GRID_STEP = 24.0
BLACK, WHITE = 5, 250
SPECK_STEP = 40
DARK_PATCH_PX = 7
DARK_QUANTILE, BRIGHT_QUANTILE = 0.05, 0.99

# The difference of two Laplacians (Immerkær, 1996): blind to straight edges, unit gain on noise.
_NOISE_MASK = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6.0
_MAD_TO_SIGMA = 1.4826


@dataclass(frozen=True, slots=True)
class Attributes:
    """Hold what was measured of one crop; NaN where it is too small or too flat for a measure.

    width, height: of the crop, pixels.
    blur_along, blur_across: standard deviation of the blur of edges in the direction of most and
        of least blur, pixels in [0, 12].
    blur_direction: the direction of most blur, degrees in [0, 180): 0 along the rows, 90 along
        the columns, counted counter-clockwise.
    cross_energy: gradient energy across that direction over the energy along it, at the coarse
        scale. Motion takes energy away along its line, so a small value tells of a scene that
        has edges of one direction only, and whose blur may have any cause. So does a value
        above 40: then nothing is left along the line to measure ``blur_along`` by.
    noise: standard deviation of the luma's noise, grey levels.
    specks: share of pixels that are black or white dots of their own, [0, 1].
    blocks: step on the 8 px grid of JPEG above that beside it, grey levels in [0, 24].
    mean_luma: grey levels.
    clipped: share of pixels with a colour at the white end, [0, 1].
    bright_end: the luma that 1 % of the pixels exceed, grey levels.
    contrast: standard deviation of the luma, grey levels (RMS contrast: Peli, 1990).
    veil: the dark channel's dark end over the luma's bright end, [0, 1] (He et al., 2009).
    """

    width: int
    height: int
    blur_along: float
    blur_across: float
    blur_direction: float
    cross_energy: float
    noise: float
    specks: float
    blocks: float
    mean_luma: float
    clipped: float
    bright_end: float
    contrast: float
    veil: float

    @property
    def blur(self) -> float:
        """Return the blur of both directions together, their RMS in pixels."""
        return math.hypot(self.blur_along, self.blur_across) / math.sqrt(2.0)

    @property
    def anisotropy(self) -> float:
        """Return how much the blur differs by direction: 0 for a disc, 1 for a line."""
        along, across = self.blur_along**2, self.blur_across**2
        return (along - across) / (along + across) if along > 0.0 else 0.0


def measure(crop: Image) -> Attributes:
    """Measure a crop (uint8 BGR, any size of at least one pixel)."""
    height, width = crop.shape[:2]
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    luma = grey.astype(np.float32)
    bright_end = float(np.quantile(luma, BRIGHT_QUANTILE))
    noise = specks = blocks = math.nan
    blur = (math.nan,) * 4
    if min(height, width) >= LEAST_SIDE_PX:
        specked = speck_mask(grey)
        specks = float(specked.mean())
        # Specks are told apart from noise, so they must not count as noise or as edges too.
        calm = np.where(specked, cv2.medianBlur(grey, 3), grey).astype(np.float32)
        noise = noise_sigma(calm)
        blocks = blockiness(luma)
        blur = directional_blur(calm, noise)
    return Attributes(
        width=width,
        height=height,
        blur_along=blur[0],
        blur_across=blur[1],
        blur_direction=blur[2],
        cross_energy=blur[3],
        noise=noise,
        specks=specks,
        blocks=blocks,
        mean_luma=float(luma.mean()),
        clipped=float((crop.max(axis=2) >= WHITE).mean()),
        bright_end=bright_end,
        contrast=float(luma.std()),
        veil=veil(crop, bright_end),
    )


def directional_blur(luma: Plane, noise: float) -> tuple[float, float, float, float]:
    """Estimate ``blur_along``, ``blur_across``, ``blur_direction`` and ``cross_energy``.

    The gradient energy of a step edge of blur s, seen by Gaussian derivatives of scale t, falls
    as 1 / sqrt(s² + t²); the ratio of two scales gives s whatever the edge's height (re-blurring
    after Zhuo and Sim, 2011). Energies of all directions at once are a structure tensor, and the
    generalised eigenvectors of the two tensors are the directions of most and least blur. The
    energy of noise of this standard deviation is taken off first. NaN where there are no edges.
    """
    fine, coarse = (_tensor(luma, scale, noise) for scale in (FINE_PX, COARSE_PX))
    if np.trace(coarse) < LEAST_GRADIENT**2:
        return (math.nan,) * 4
    fine, coarse = (t + RIDGE * np.trace(t) * np.eye(2) for t in (fine, coarse))
    values, vectors = np.linalg.eig(np.linalg.solve(coarse, fine))
    most = int(np.argmin(values.real))
    x, y = vectors[:, most].real
    direction = math.degrees(math.atan2(-y, x)) % 180.0
    ratios = float(values[most].real), float(values[1 - most].real)
    line, normal = np.array([x, y]), np.array([-y, x])
    cross_energy = float(normal @ coarse @ normal / (line @ coarse @ line))
    return _blur_of(ratios[0]), _blur_of(ratios[1]), direction, cross_energy


def _tensor(luma: Plane, scale: float, noise: float) -> NDArray[np.float64]:
    """Return the mean structure tensor (2, 2) of Gaussian derivatives, x first."""
    smooth = cv2.GaussianBlur(luma, (0, 0), scale, borderType=cv2.BORDER_REFLECT)
    dx = cv2.filter2D(smooth, -1, np.array([[-0.5, 0.0, 0.5]], np.float32))[1:-1, 1:-1]
    dy = cv2.filter2D(smooth, -1, np.array([[-0.5], [0.0], [0.5]], np.float32))[1:-1, 1:-1]
    xx, yy, xy = ((a * b).mean(dtype=np.float64) for a, b in ((dx, dx), (dy, dy), (dx, dy)))
    own = noise**2 * _noise_gain(scale)
    floor = RIDGE * (xx + yy)
    return np.array([[max(xx - own, floor), xy], [xy, max(yy - own, floor)]])


def _noise_gain(scale: float) -> float:
    """Return the variance that one component of the gradient takes from white noise."""
    reach = 4 * math.ceil(scale)
    line = cv2.getGaussianKernel(2 * reach + 1, scale)[:, 0]
    slope = np.convolve(line, [0.5, 0.0, -0.5])
    return float((line**2).sum() * (slope**2).sum())


def _blur_of(ratio: float) -> float:
    """Turn the ratio of fine to coarse gradient energy into a blur in pixels."""
    squared = ratio**2
    if squared >= (COARSE_PX / FINE_PX) ** 2:
        return 0.0
    if squared <= 1.0:
        return MOST_BLUR_PX
    return min(MOST_BLUR_PX, math.sqrt((COARSE_PX**2 - squared * FINE_PX**2) / (squared - 1.0)))


def noise_sigma(luma: Plane) -> float:
    """Estimate the noise's standard deviation in grey levels.

    Immerkær's mask takes the structure away; the median absolute response of each tile of 8 px
    gives a deviation, and the lower quartile of all unclipped tiles passes over texture.
    """
    response = np.abs(cv2.filter2D(luma, -1, _NOISE_MASK)[1:-1, 1:-1])
    rows, columns = (size // TILE_PX for size in response.shape)
    inner = luma[1:-1, 1:-1]

    def tiles(plane: Plane) -> Plane:
        cut = plane[: rows * TILE_PX, : columns * TILE_PX]
        return cut.reshape(rows, TILE_PX, columns, TILE_PX).swapaxes(1, 2).reshape(-1, TILE_PX**2)

    lit = (tiles(inner) > BLACK).mean(axis=1) * (tiles(inner) < WHITE).mean(axis=1) > 0.8
    deviations = _MAD_TO_SIGMA * np.median(tiles(response), axis=1)
    if not lit.any():
        return 0.0
    return float(np.quantile(deviations[lit], CALM_QUANTILE))


def speck_mask(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Mark pixels at the black or white end that stand 40 grey levels off their 3 x 3 median."""
    median = cv2.medianBlur(grey, 3)
    off = cv2.absdiff(grey, median) >= SPECK_STEP
    return off & ((grey <= BLACK) | (grey >= WHITE))


def blockiness(luma: Plane) -> float:
    """Measure the steps that the 8 px grid of JPEG leaves, in grey levels in [0, 24].

    A step between neighbours counts by what it exceeds the larger of the steps before and after
    it. Its mean at the best of the eight phases, less the median of the other phases, is what the
    grid adds; the grid may start anywhere, as in a crop. Both axes are averaged.
    """
    return (_grid_excess(luma) + _grid_excess(luma.T)) / 2.0


def _grid_excess(luma: Plane) -> float:
    steps = np.abs(np.diff(luma, axis=1))
    beside = np.maximum(steps[:, :-2], steps[:, 2:])
    by_column = np.clip(steps[:, 1:-1] - beside, 0.0, MOST_GRID_STEP).mean(axis=0)
    phases = np.array([by_column[start::JPEG_BLOCK_PX].mean() for start in range(JPEG_BLOCK_PX)])
    best = int(np.argmax(phases))
    return float(phases[best] - np.median(np.delete(phases, best)))


def veil(crop: Image, bright_end: float) -> float:
    """Measure the share of light that lies over everything, as haze does, in [0, 1].

    The dark channel (the least colour within 7 px) is near black somewhere in a clear picture;
    its 5 % quantile over the bright end of the luma does not change with the exposure.
    """
    if bright_end <= 0.0:
        return 0.0
    patch = np.ones((DARK_PATCH_PX, DARK_PATCH_PX), np.uint8)
    dark = cv2.erode(crop.min(axis=2), patch)
    return min(1.0, float(np.quantile(dark, DARK_QUANTILE)) / bright_end)
