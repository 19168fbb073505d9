# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What every object of the rendered street is drawn with: camera, canvas and light together."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sageiq_ros.datasets.street.canvas import Canvas
from sageiq_ros.datasets.street.facade import Facade
from sageiq_ros.datasets.street.geometry import NEAR, Camera, clip_near
from sageiq_ros.datasets.street.light import Light

Array = NDArray[np.floating]


@dataclass(slots=True)
class Painter:
    """Join the canvas with the camera that looks at the street and the light that falls on it."""

    canvas: Canvas
    camera: Camera
    light: Light

    def scale(self, z: float) -> float:
        """Return how many pixels a metre takes at the street's depth ``z``."""
        return self.camera.focal / max(z - self.camera.z, NEAR)

    def hazy(self, colours: Array, distance: float) -> Array:
        """Veil colours (N, 3) by the haze of ``distance`` metres; 0-255, clipped."""
        veil = self.light.veil(distance)
        hazy = colours * (1 - veil) + self.light.horizon * veil
        return np.minimum(np.maximum(hazy, 0.0), 255.0)

    def lit(self, colour: Array, normal: tuple[float, float, float], z: float) -> Array:
        """Return a surface's colour in this light and haze, shape (3,)."""
        light = self.light.on(np.array([normal]))[0]
        return self.hazy(np.asarray(colour, float) * light, z - self.camera.z)

    def flat(self, points: Array) -> Array | None:
        """Project a world polygon (N, 3), cut at the lens; None where nothing is ahead."""
        view = clip_near(self.camera.to_view(np.asarray(points, float)))
        return None if len(view) < 3 else self.camera.to_image(view)

    def face(self, points: Array, colour: Array) -> None:
        """Queue a convex world polygon with a final colour."""
        outline = self.flat(points)
        if outline is not None:
            self.canvas.polygon(outline.tolist(), colour.tolist())

    def wall(
        self, facade: Facade, corner: Array, along: Array, up: Array, shade: Array, ident: int
    ) -> bool:
        """Lay a facade on the parallelogram from ``corner`` (its upper left is corner + up).

        ``corner``, ``corner + along`` and ``corner + up`` are world points; ``shade`` a 3 x 4
        matrix for the colours. The pixels go to ``ident``. Returns whether anything was drawn.
        """
        ends = self.camera.to_view(
            np.array([corner, corner + along, corner + along + up, corner + up])
        )
        view = clip_near(ends, 0.7)
        if len(view) < 3:
            return False
        outline = self.camera.to_image(view)
        bounds = self.canvas.region(outline)
        if bounds is None:
            return False
        x1, y1, x2, y2 = bounds
        rows, columns = facade.texture.shape[:2]
        wide, tall = np.ptp(np.clip(outline, -4000, 4000), axis=0).tolist()
        across = int(
            np.clip(np.log2(columns * self._ahead(ends) / max(wide, 1.0) + 1e-9) + 0.35, 0, 5)
        )
        down = int(np.clip(np.log2(rows / max(tall, 1.0)) + 0.35, 0, 5))
        texture = cv2.transform(facade.shrunk(across, down), shade)
        rows, columns = texture.shape[:2]
        lens = np.array(
            [
                [self.camera.focal, 0.0, self.camera.width / 2 - x1],
                [0.0, self.camera.focal, self.camera.height / 2 - y1],
                [0.0, 0.0, 1.0],
            ]
        )
        plane = np.stack((ends[1] - ends[0], ends[0] - ends[3], ends[3]), axis=1)
        texels = np.array([[1 / columns, 0, 0.5 / columns], [0, 1 / rows, 0.5 / rows], [0, 0, 1]])
        shift = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
        try:
            picture = cv2.warpPerspective(
                texture, shift @ lens @ plane @ texels, (x2 - x1, y2 - y1),
                flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE,
            )  # fmt: skip
        except cv2.error:
            return False
        mask = np.zeros((y2 - y1, x2 - x1), np.uint8)
        corners = np.clip(outline - (x1 + 0.5, y1 + 0.5), -20_000, 20_000)
        cv2.fillConvexPoly(mask, (corners * 16).astype(np.int32), 255, cv2.LINE_8, 4)
        target = self.canvas.paint[y1:y2, x1:x2]
        cv2.copyTo(cv2.merge((picture, np.zeros_like(mask))), mask, target)
        self.canvas.own(ident, bounds, mask > 0)
        return True

    @staticmethod
    def _ahead(ends: Array) -> float:
        """Return which share of a wall's length lies ahead of the lens, at least a tenth."""
        z1, z2 = sorted((float(ends[0, 2]), float(ends[1, 2])))
        return 1.0 if z1 >= 0.7 or z2 - z1 < 1e-6 else max(0.1, (z2 - 0.7) / (z2 - z1))

    def shade_of(
        self,
        normal: tuple[float, float, float],
        distance: float,
        tint: tuple[float, ...] = (1.0, 1.0, 1.0),
    ) -> Array:
        """Return the 3 x 4 matrix that puts a wall into this light and haze."""
        veil = self.light.veil(distance)
        level = self.light.on(np.array([normal]))[0] * tint * (1 - veil)
        return np.concatenate((np.diag(level), (self.light.horizon * veil)[:, None]), axis=1)
