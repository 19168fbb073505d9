# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The rendered street's lens and sensor: focus, motion, dirt, exposure, vignetting, noise.

What is done to a frame is known exactly and told as an ``Optics``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from sageiq_ros.types import Image


@dataclass(frozen=True, slots=True)
class Optics:
    """Tell how a frame was taken; pixels are those of a frame 960 wide.

    ``defocus_px`` radius of the blur disc; ``motion_px`` length and ``motion_angle`` (radians)
    of the smear; ``noise_sigma`` grey levels in mid-grey; ``exposure_gain`` 1 is right;
    ``drops`` the number of drops on the lens, ``dirt`` the share of light lost to it at most;
    ``vignette`` the light lost in the corners; ``jpeg`` a quality below 100 to pass through.
    """

    defocus_px: float = 0.0
    motion_px: float = 0.0
    motion_angle: float = 0.0
    noise_sigma: float = 1.5
    exposure_gain: float = 1.0
    drops: int = 0
    dirt: float = 0.0
    vignette: float = 0.12
    jpeg: int = 100


EPISODES = ('defocus', 'motion', 'dark', 'bright', 'noise', 'drops', 'dirt')


def random_optics(rng: np.random.Generator, *, dim: bool) -> Optics:
    """Draw how a single picture is taken: mostly well, sometimes badly in one or two ways."""
    optics = good_optics(rng, dim=dim)
    if rng.random() < 0.4:
        for kind in rng.choice(EPISODES, size=1 + int(rng.random() < 0.25), replace=False):
            optics = spoil(optics, str(kind), rng.uniform(0.15, 1.0))
    jpeg = int(rng.integers(45, 96)) if rng.random() < 0.3 else 100
    return replace(optics, jpeg=jpeg)


def good_optics(rng: np.random.Generator, *, dim: bool) -> Optics:
    """Draw the ordinary settings of a camera in order; ``dim`` light costs noise and blur."""
    return Optics(
        defocus_px=0.4 * rng.random(),
        motion_px=rng.uniform(0.5, 2.0) if dim else rng.uniform(0.0, 1.0),
        motion_angle=rng.uniform(-0.3, 0.3),
        noise_sigma=rng.uniform(2.5, 5.0) if dim else rng.uniform(0.8, 2.2),
        exposure_gain=rng.uniform(0.9, 1.1),
        vignette=rng.uniform(0.05, 0.22),
    )


def spoil(optics: Optics, kind: str, strength: float) -> Optics:
    """Worsen a frame by an episode of ``EPISODES``; ``strength`` in [0, 1]."""
    if kind == 'defocus':
        return replace(optics, defocus_px=optics.defocus_px + 8.0 * strength)
    if kind == 'motion':
        return replace(optics, motion_px=optics.motion_px + 24.0 * strength)
    if kind == 'dark':
        noise = optics.noise_sigma + 4.0 * strength
        return replace(
            optics, exposure_gain=optics.exposure_gain * (1 - 0.8 * strength), noise_sigma=noise
        )
    if kind == 'bright':
        return replace(optics, exposure_gain=optics.exposure_gain * (1 + 1.6 * strength))
    if kind == 'noise':
        return replace(optics, noise_sigma=optics.noise_sigma + 26.0 * strength)
    if kind == 'drops':
        return replace(optics, drops=optics.drops + round(40 * strength))
    return replace(optics, dirt=min(0.9, optics.dirt + 0.85 * strength))


_PLATE_STEP = 0.25


@lru_cache(maxsize=12)
def _noise_plate(width: int, height: int, steps: int) -> NDArray[np.int16]:
    """Return sensor noise, slightly coloured, of spread ``steps`` x ``_PLATE_STEP``."""
    return np.round(_unit_plate(width, height) * (steps * _PLATE_STEP)).astype(np.int16)


@lru_cache(maxsize=2)
def _unit_plate(width: int, height: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(61)
    plate = rng.standard_normal((height + 64, width + 64, 3), dtype=np.float32)
    plate = plate * np.float32(0.75) + cv2.GaussianBlur(plate, (3, 3), 0.8) * np.float32(0.9)
    return plate / plate.std()


@lru_cache(maxsize=8)
def _falloff(width: int, height: int, vignette: float) -> Image:
    """Return what a lens leaves of the light, 255 for all, darker towards the corners."""
    x = (np.arange(width, dtype=np.float32) + 0.5) / width * 2 - 1
    y = (np.arange(height, dtype=np.float32) + 0.5) / height * 2 - 1
    left = 255.0 * (1.0 - vignette / 2 * (x[None, :] ** 2 + y[:, None] ** 2))
    return cv2.merge([np.round(left).astype(np.uint8)] * 3)


def _response(gain: float) -> Image:
    """Return the sensor's curve for an exposure: a table of 256; overexposure rolls off."""
    light = np.arange(256) * gain
    if gain > 1.15:
        light = 255.0 * (1.0 - np.exp(-light / 255.0 * 2.2)) / (1.0 - math.exp(-2.2))
    return np.clip(np.round(light), 0, 255).astype(np.uint8)


def _disc(radius: float) -> NDArray[np.float32]:
    half = max(1, math.ceil(radius))
    grid = np.arange(-half, half + 1)
    away = np.hypot(grid[None, :], grid[:, None])
    kernel = np.clip(radius + 0.5 - away, 0.0, 1.0).astype(np.float32)
    return kernel / kernel.sum()


def _line(length: float, angle: float) -> NDArray[np.float32]:
    half = max(1, math.ceil(length / 2))
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    steps = max(2, 4 * math.ceil(length))
    for share in np.linspace(-0.5, 0.5, steps):
        x, y = half + share * length * math.cos(angle), half + share * length * math.sin(angle)
        left, top = min(int(x), 2 * half - 1), min(int(y), 2 * half - 1)
        fx, fy = x - left, y - top
        kernel[top : top + 2, left : left + 2] += np.outer((1 - fy, fy), (1 - fx, fx))
    return kernel / kernel.sum()


def blur_disc(image: Image, radius: float) -> Image:
    """Put an image out of focus by a disc of ``radius`` pixels; large ones at half the size."""
    if radius < 0.3:
        return image
    if radius <= 4.0:
        return cv2.filter2D(image, -1, _disc(radius))
    height, width = image.shape[:2]
    small = cv2.resize(image, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return cv2.resize(
        blur_disc(small, radius / 2), (width, height), interpolation=cv2.INTER_LINEAR
    )


def take(scene: Image, optics: Optics, seed: tuple[int, int]) -> Image:
    """Photograph a scene: return the frame that this lens and sensor make of it.

    ``seed`` is the drive's seed and the frame's number: drops and dirt stay, noise does not.
    """
    height, width = scene.shape[:2]
    scale = width / 960.0
    image = blur_disc(scene, optics.defocus_px * scale)
    if optics.motion_px * scale > 1.0:
        image = cv2.filter2D(image, -1, _line(optics.motion_px * scale, optics.motion_angle))
    if optics.drops:
        image = _wet(image, optics.drops, seed[0])
    vignette = round(optics.vignette, 2)
    if vignette > 0.0:
        image = cv2.multiply(image, _falloff(width, height, vignette), scale=1 / 255.0)
    if optics.dirt > 0.0:
        lost = cv2.convertScaleAbs(_smear(width, height, seed[0]), alpha=optics.dirt)
        kept = cv2.merge([cv2.bitwise_not(lost)] * 3)
        veil = cv2.merge([cv2.convertScaleAbs(lost, alpha=52.0 / 255.0)] * 3)
        image = cv2.add(cv2.multiply(image, kept, scale=1 / 255.0), veil)
    if abs(optics.exposure_gain - 1.0) > 0.004:
        image = cv2.LUT(image, _response(optics.exposure_gain))
    steps = round(optics.noise_sigma / _PLATE_STEP)
    if steps:
        x, y = np.random.default_rng([*seed, 67]).integers(0, 64, 2)
        grain = _noise_plate(width, height, steps)[y : y + height, x : x + width]
        image = cv2.add(image, grain, dtype=cv2.CV_8U)
    result = image
    if optics.jpeg < 100:
        _, packed = cv2.imencode('.jpg', result, [cv2.IMWRITE_JPEG_QUALITY, optics.jpeg])
        result = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    return result


def _wet(image: Image, drops: int, seed: int) -> Image:
    """Show the picture upside down and out of focus in ``drops`` drops of water."""
    height, width = image.shape[:2]
    rng = np.random.default_rng([seed, 68])
    result = image.copy()
    for _ in range(drops):
        radius = int(width * rng.uniform(0.012, 0.05))
        x, y = int(rng.uniform(0, width)), int(rng.uniform(0, height))
        x1, y1, x2, y2 = (
            max(x - radius, 0),
            max(y - radius, 0),
            min(x + radius, width),
            min(y + radius, height),
        )
        if x2 - x1 < 6 or y2 - y1 < 6:
            continue
        wide = 3 * radius
        source = image[max(y - wide, 0) : y + wide, max(x - wide, 0) : x + wide]
        seen = cv2.resize(source[::-1, ::-1], (x2 - x1, y2 - y1), interpolation=cv2.INTER_AREA)
        seen = cv2.blur(seen, (5, 5))
        gx, gy = np.arange(x1, x2) - x, np.arange(y1, y2) - y
        away = np.hypot(gx[None, :], gy[:, None] * rng.uniform(0.8, 1.0)) / radius
        alpha = np.clip((1.0 - away) * 5.0, 0.0, 1.0)[:, :, None] * 0.95
        rim = (1.0 - 0.35 * np.clip(away, 0, 1) ** 4)[:, :, None]
        target = result[y1:y2, x1:x2]
        target[:] = np.clip(target * (1 - alpha) + seen * rim * alpha, 0, 255).astype(np.uint8)
    return result


@lru_cache(maxsize=4)
def _smear(width: int, height: int, seed: int) -> NDArray[np.uint8]:
    """Return where dirt lies on the lens: spots and a film, 255 where it is thickest."""
    rng = np.random.default_rng([seed, 69])
    film = cv2.resize(
        rng.random((6, 9)).astype(np.float32),
        (width // 4, height // 4),
        interpolation=cv2.INTER_CUBIC,
    )
    spots = np.zeros((height // 4, width // 4), np.float32)
    for _ in range(int(rng.integers(25, 60))):
        centre = (int(rng.uniform(0, width // 4)), int(rng.uniform(0, height // 4)))
        cv2.circle(
            spots,
            centre,
            int(1 + rng.exponential(0.012) * width),
            rng.uniform(0.4, 1.0),
            -1,
            cv2.LINE_AA,
        )
    dirt = cv2.GaussianBlur(0.45 * np.clip(film * 2 - 0.8, 0, 1) + spots, (0, 0), width / 480)
    return cv2.convertScaleAbs(cv2.resize(np.clip(dirt, 0, 1), (width, height)), alpha=255.0)
