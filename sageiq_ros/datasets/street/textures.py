# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Textures of the rendered street, all made from seeded noise: ground, walls, leaves, clouds.

Colours are BGR. What does not depend on a scene is made once per process from a fixed seed.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

DETAIL_METRES = 4.0
"""Side of the square of ground that ``ground_detail`` covers, in metres."""

Texture = NDArray[np.uint8]


def tiling_noise(rng: np.random.Generator, height: int, width: int, cells: int) -> NDArray:
    """Make fractal noise that tiles, float32 of about zero mean and unit spread.

    ``cells`` is the number of lattice cells of the coarsest octave along the longer side.
    """
    total = np.zeros((height, width), np.float32)
    weight = 1.0
    longer = max(height, width)
    while cells <= longer:
        rows, columns = max(1, cells * height // longer), max(1, cells * width // longer)
        lattice = rng.standard_normal((rows, columns)).astype(np.float32)
        padded = np.pad(lattice, 2, mode='wrap')
        size = (
            round(width * (columns + 4) / columns),
            round(height * (rows + 4) / rows),
        )
        grown = cv2.resize(padded, size, interpolation=cv2.INTER_CUBIC)
        top, left = round(2 * height / rows), round(2 * width / columns)
        total += weight * grown[top : top + height, left : left + width]
        weight *= 0.6
        cells *= 2
    return (total - total.mean()) / (total.std() + 1e-6)


@lru_cache(maxsize=1)
def ground_detail() -> Texture:
    """Return the grain of asphalt: grey 512 x 512 around 128, tiling, ``DETAIL_METRES`` wide."""
    rng = np.random.default_rng(41)
    size = 512
    grain = rng.standard_normal((size, size)).astype(np.float32)
    soft = cv2.GaussianBlur(np.pad(grain, 4, mode='wrap'), (0, 0), 1.0)[4:-4, 4:-4]
    grain = 0.6 * grain + 1.5 * soft
    image = 128.0 + 9.0 * grain + 5.0 * tiling_noise(rng, size, size, 4)
    return np.clip(image, 40, 216).astype(np.uint8)


@lru_cache(maxsize=1)
def stains() -> NDArray[np.float32]:
    """Return slow unevenness of surfaces, 512 x 1024, tiling, about zero mean, unit spread."""
    return tiling_noise(np.random.default_rng(43), 512, 1024, 16)


@lru_cache(maxsize=1)
def clouds() -> NDArray[np.float32]:
    """Return the density of clouds, 512 x 1024 in [0, 1], tiling."""
    noise = tiling_noise(np.random.default_rng(47), 512, 1024, 6)
    return np.clip(0.5 + 0.32 * noise, 0.0, 1.0).astype(np.float32)


@lru_cache(maxsize=16)
def wall_grain(style: str) -> NDArray[np.float32]:
    """Return the relief of a wall at 20 px/m as factors around 1, 256 x 512, tiling."""
    rng = np.random.default_rng(53)
    height, width = 256, 512
    grain = 1.0 + 0.025 * tiling_noise(rng, height, width, 4)
    if style == 'brick':
        row_of = np.arange(height) // 4
        tone = 1.0 + 0.09 * rng.standard_normal((height // 4, width // 8 + 1))
        columns = (np.arange(width)[None, :] + 4 * (row_of % 2)[:, None]) // 8
        grain *= tone[row_of[:, None], columns % tone.shape[1]]
        grain[::4] *= 1.12
    elif style == 'panel':
        grain[::32] *= 0.8
        grain[:, ::48] *= 0.8
    elif style == 'clapboard':
        grain *= np.linspace(1.06, 0.94, 8)[np.arange(height) % 8][:, None]
        grain[::8] *= 0.82
    else:
        grain *= 1.0 + 0.02 * rng.standard_normal((height, width))
    return grain.astype(np.float32)


CROWNS = 12


@lru_cache(maxsize=12 * CROWNS)
def crown(kind: int, from_right: bool, level: int) -> tuple[Texture, NDArray[np.float32]]:
    """Return a tree's crown, 224 / 2^``level`` pixels square: its colours and its alpha."""
    colours, alpha = _crown(kind)
    if from_right:
        colours, alpha = (
            np.ascontiguousarray(colours[:, ::-1]),
            np.ascontiguousarray(alpha[:, ::-1]),
        )
    if level:
        size = (alpha.shape[1] >> level, alpha.shape[0] >> level)
        colours = cv2.resize(colours, size, interpolation=cv2.INTER_AREA)
        alpha = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
    return colours, alpha


@lru_cache(maxsize=CROWNS)
def _crown(kind: int) -> tuple[Texture, NDArray[np.float32]]:
    """Make a tree's crown lit from the left: colours 224 x 224 x 3 (grey-green) and its alpha.

    Kinds 0 to 8 are broad-leaved, 9 to 11 conifers.
    """
    rng = np.random.default_rng(600 + kind)
    size = 224
    leaves = np.zeros((size, size, 4), np.uint8)
    conifer = kind >= 9
    if conifer:
        t = rng.random(1500) ** 0.7
        spread = (0.06 + 0.40 * t) * (0.75 + 0.25 * np.abs(np.sin(t * 24)))
        x = 0.5 + spread * rng.uniform(-1, 1, t.size)
        y = 0.03 + 0.93 * t
        light = 0.5 - 0.9 * (x - 0.5) / (spread + 0.05) * 0.45 + rng.normal(0, 0.12, t.size)
        order = np.argsort(y)
    else:
        lumps = rng.integers(7, 12)
        angle = rng.uniform(0, 2 * np.pi, lumps)
        reach = rng.uniform(0.1, 0.27, lumps)
        centre = np.stack((0.5 + reach * np.cos(angle) * 1.1, 0.5 + reach * np.sin(angle)), 1)
        radius = rng.uniform(0.11, 0.20, lumps)
        lump = np.sort(rng.integers(0, lumps, 1700))
        theta, r = rng.uniform(0, 2 * np.pi, lump.size), np.sqrt(rng.random(lump.size))
        offset = np.stack((np.cos(theta), np.sin(theta)), 1) * (r * radius[lump])[:, None]
        x, y = (centre[lump] + offset).T
        relief = -(offset @ (0.55, 0.85)) / radius[lump]
        whole = -((x - 0.5) * 0.6 + (y - 0.5)) / 0.45
        light = 0.42 + 0.24 * relief + 0.22 * whole + rng.normal(0, 0.10, lump.size)
        order = np.argsort(light + rng.normal(0, 0.15, lump.size))
    hue = rng.normal(0, 1, x.size)
    for i in order:
        level = float(np.clip(light[i], 0.08, 1.0))
        green = 40 + 150 * level
        colour = (green * 0.45, green, green * (0.72 + 0.06 * hue[i]), 255)
        point = (int(x[i] * size * 16), int(y[i] * size * 16))
        axes = (int(rng.integers(32, 76)), int(rng.integers(24, 52)))
        cv2.ellipse(
            leaves,
            (point[0] >> 4, point[1] >> 4),
            (axes[0] >> 4, axes[1] >> 4),
            float(rng.integers(0, 180)),
            0,
            360,
            colour,
            -1,
            cv2.LINE_AA,
        )
    alpha = cv2.GaussianBlur(leaves[:, :, 3], (0, 0), 0.8).astype(np.float32) / 255.0
    colours = leaves[:, :, :3].copy()
    colours[leaves[:, :, 3] == 0] = (40, 80, 60)
    return colours, alpha
