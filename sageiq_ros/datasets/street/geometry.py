# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Geometry of the rendered street: the pin-hole camera on the car and the bend of the road.

World axes, in metres: x to the right, y up, z along the street. View axes, as in OpenCV: x to the
right, y down, z into the picture. Image coordinates are pixel edges, origin top left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

NEAR = 0.4
"""Metres in front of the lens where polygons are cut off."""

Array = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Camera:
    """Place a pin-hole camera in the street; it never tilts sideways.

    Lengths in metres, angles in radians, ``focal`` in pixels. Positive ``yaw`` looks right,
    positive ``pitch`` up. ``bend`` is the curvature of the road ahead in 1/m, positive to the
    right: a point that lies d metres ahead along the street is moved sideways by
    ``bend`` d^2 / 2. ``rotation`` (3, 3) turns world axes into view axes.
    """

    width: int
    height: int
    focal: float
    x: float
    y: float
    z: float
    yaw: float = 0.0
    pitch: float = 0.0
    bend: float = 0.0
    rotation: Array = field(init=False, repr=False, compare=False)
    _rows: tuple[tuple[float, ...], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        cy, sy = math.cos(self.yaw), math.sin(self.yaw)
        cp, sp = math.cos(self.pitch), math.sin(self.pitch)
        rows = ((cy, 0.0, -sy), (sp * sy, -cp, sp * cy), (cp * sy, sp, cp * cy))
        object.__setattr__(self, '_rows', rows)
        object.__setattr__(self, 'rotation', np.array(rows))

    def to_view(self, points: Array) -> Array:
        """Turn world points (N, 3) into view coordinates (N, 3), the bend applied."""
        relative = points - (self.x, self.y, self.z)
        ahead = relative[:, 2]
        relative[:, 0] += 0.5 * self.bend * ahead * np.abs(ahead)
        return relative @ self.rotation.T

    def to_image(self, view: Array) -> Array:
        """Project view points (N, 3), all in front of the lens, to pixels (N, 2)."""
        pixels = view[:, :2] * (self.focal / view[:, 2:])
        pixels += (self.width / 2, self.height / 2)
        return pixels

    def project(self, points: Array) -> tuple[Array, Array]:
        """Project world points (N, 3); return pixels (N, 2) and depths (N,).

        Pixels of points nearer than ``NEAR`` mean nothing: look at the depths.
        """
        view = self.to_view(points)
        depth = view[:, 2].copy()
        np.maximum(depth, NEAR, out=view[:, 2])
        return self.to_image(view), depth

    def spot(self, x: float, y: float, z: float) -> tuple[float, float, float]:
        """Project one world point to pixels; return x, y and its depth in metres."""
        ahead = z - self.z
        side = x - self.x + 0.5 * self.bend * ahead * abs(ahead)
        up = y - self.y
        across, down, into = self._rows
        depth = into[0] * side + into[1] * up + into[2] * ahead
        scale = self.focal / max(depth, NEAR)
        u = (across[0] * side + across[2] * ahead) * scale
        v = (down[0] * side + down[1] * up + down[2] * ahead) * scale
        return u + self.width / 2, v + self.height / 2, depth

    def ground_rays(self, top: int) -> tuple[Array, Array]:
        """Return where the rays of the pixels from row ``top`` down meet the ground y = 0.

        Returns x (bend undone) and z in the world's metres, float32 (height - top, width).
        Rays at or above the horizon are given a very distant point, never NaN.
        """
        across, down, into = self._rows
        u = (np.arange(self.width) + (0.5 - self.width / 2)) / self.focal
        v = (np.arange(top, self.height) + (0.5 - self.height / 2)) / self.focal
        reach = self.y / np.maximum(-(down[1] * v + into[1]), 1e-4)
        u = u.astype(np.float32)[None, :]

        def plane(column: int) -> Array:
            level = (reach * (down[column] * v + into[column])).astype(np.float32)[:, None]
            return level + (reach * across[column]).astype(np.float32)[:, None] * u

        ahead, side = plane(2), plane(0)
        if self.bend:
            side -= np.float32(0.5 * self.bend) * ahead * np.abs(ahead)
        side += np.float32(self.x)
        ahead += np.float32(self.z)
        return side, ahead

    @property
    def horizon(self) -> float:
        """Return the row where the horizon crosses the middle column."""
        return self.height / 2 + self.focal * math.tan(self.pitch)


def clip_near(view: Array, near: float = NEAR) -> Array:
    """Cut a polygon of view points (N, 3) at z = ``near``; the result may be empty."""
    inside = view[:, 2] >= near
    if inside.all():
        return view
    if not inside.any():
        return view[:0]
    kept = []
    for here, there, here_in, there_in in zip(
        view, np.roll(view, -1, axis=0), inside, np.roll(inside, -1), strict=True
    ):
        if here_in:
            kept.append(here)
        if here_in != there_in:
            share = (near - here[2]) / (there[2] - here[2])
            kept.append(here + share * (there - here))
    return np.array(kept)


def turn_about_y(points: Array, heading: float) -> Array:
    """Turn points (N, 3) about the vertical; heading pi / 2 sends forward (z) to the right (x)."""
    c, s = math.cos(heading), math.sin(heading)
    turned = np.asarray(points, dtype=np.float64).copy()
    turned[:, 0] = c * points[:, 0] + s * points[:, 2]
    turned[:, 2] = c * points[:, 2] - s * points[:, 0]
    return turned
