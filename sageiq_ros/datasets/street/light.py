# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Daylight of the rendered street: sun, sky and haze, and how they colour surfaces (BGR)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TIMES = ('day', 'overcast', 'dusk')


@dataclass(frozen=True, slots=True)
class Light:
    """Hold the light of a scene.

    ``sun`` points to the sun (world axes); colours are BGR factors where 1 keeps a surface's own
    colour (``sunlight``, ``skylight``) or 0-255 colours (``zenith``, ``horizon``). ``haze`` is the
    distance in metres at which 63 % of a surface is lost; ``shadow`` what a cast shadow leaves of
    the light; ``lamps`` whether lights are on; ``cover`` the share of clouds.
    """

    time: str
    sun: NDArray[np.float64]
    sunlight: NDArray[np.float64]
    skylight: NDArray[np.float64]
    zenith: NDArray[np.float64]
    horizon: NDArray[np.float64]
    haze: float
    shadow: float
    lamps: bool
    cover: float

    def on(self, normals: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the light on surfaces with unit ``normals`` (N, 3), as (N, 3) factors."""
        open_sky = (0.72 + 0.28 * normals[:, 1])[:, None]
        facing = np.maximum(normals @ self.sun, 0.0)[:, None]
        return open_sky * self.skylight + facing * self.sunlight

    def veil(self, distance: float) -> float:
        """Return the share of haze in front of something ``distance`` metres away."""
        return 1.0 - math.exp(-max(distance, 0.0) / self.haze)


def make_light(rng: np.random.Generator, time: str | None = None) -> Light:
    """Draw the light of a scene; ``time`` is one of ``TIMES`` or None for any."""
    if time is None:
        time = str(rng.choice(TIMES, p=(0.55, 0.27, 0.18)))
    azimuth = rng.uniform(-math.pi, math.pi)
    elevation = {'day': rng.uniform(0.5, 1.1), 'overcast': 1.2, 'dusk': rng.uniform(0.1, 0.3)}[
        time
    ]
    sun = np.array(
        [
            math.cos(elevation) * math.sin(azimuth),
            math.sin(elevation),
            math.cos(elevation) * math.cos(azimuth),
        ]
    )
    if time == 'day':
        warm = rng.uniform(0.9, 1.1)
        return Light(
            time,
            sun,
            0.62 * np.array([0.88, 0.97, 1.05 * warm]),
            0.70 * np.array([1.07, 1.0, 0.95]),
            np.array([205, 150, 88]) * rng.uniform(0.85, 1.1),
            np.array([238, 226, 208.0]),
            rng.uniform(260, 700),
            0.48,
            False,
            rng.uniform(0.0, 0.75),
        )
    if time == 'overcast':
        level = rng.uniform(0.72, 0.95)
        return Light(
            time,
            sun,
            0.10 * np.ones(3),
            level * np.array([1.02, 1.0, 0.97]),
            np.array([190, 184, 178]) * level,
            np.array([222, 220, 216]) * min(1.05 * level, 1.0),
            rng.uniform(120, 380),
            0.80,
            bool(rng.random() < 0.35),
            0.9,
        )
    level = rng.uniform(0.38, 0.6)
    return Light(
        time,
        sun,
        0.30 * np.array([0.45, 0.75, 1.15]),
        level * np.array([1.18, 0.98, 0.88]),
        np.array([120, 82, 58]) * (level + 0.45),
        np.array([120, 160, 222]) * (level + 0.4),
        rng.uniform(200, 500),
        0.72,
        True,
        rng.uniform(0.1, 0.7),
    )
