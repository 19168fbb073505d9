# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Draw the ground of the rendered street: carriageway, kerbs, pavements, markings, shadows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sageiq_ros.datasets.street.block import SIDE_STREET
from sageiq_ros.datasets.street.canvas import SHIFT, SUBPIXEL, Canvas
from sageiq_ros.datasets.street.geometry import Camera
from sageiq_ros.datasets.street.light import Light
from sageiq_ros.datasets.street.textures import DETAIL_METRES, ground_detail, stains
from sageiq_ros.datasets.street.things import Layout

HALF_WIDTH = 24.0
PERIOD = 24.0
FAR = 420.0
KERB_HEIGHT = 0.13


@dataclass(frozen=True, slots=True)
class GroundStyle:
    """Hold a scene's ground seen from above, coarse and coarser, and its markings.

    ``levels`` are BGR textures of ``PERIOD`` x 2 ``HALF_WIDTH`` metres, each half as fine as the
    one before; ``density`` is the first one's in pixels per metre.
    """

    levels: tuple[NDArray[np.uint8], ...]
    density: float
    middle: str
    edge_lines: bool
    wear: float


def make_ground(rng: np.random.Generator, layout: Layout, density: int) -> GroundStyle:
    """Paint the materials across the street from above, at ``density`` pixels per metre."""
    rows, columns = int(PERIOD * density), int(2 * HALF_WIDTH * density)
    x = (np.arange(columns) + 0.5) / density - HALF_WIDTH
    z = (np.arange(rows) + 0.5) / density
    asphalt = rng.uniform(82, 125) * np.array([1.01, 1.0, 0.985]) + rng.normal(0, 2, 3)
    lawn = np.array([52, 104, 84]) * rng.uniform(0.8, 1.2)
    slab = rng.uniform(128, 172) * np.array([0.95, 0.99, 1.02])
    kerb_stone = slab * rng.uniform(0.95, 1.15)
    base = np.empty((rows, columns, 3), np.float32)
    base[:] = lawn if layout.suburb else slab * 0.92
    tile = rng.choice([0.4, 0.6, 1.0])
    joints = np.ones((rows, columns), np.float32)
    gap = 1.0 / density
    joints[(z % tile) < gap] = 0.86
    joints[:, (x % tile) < gap] *= 0.86
    left, right = layout.kerb
    for side, kerb in ((-1, left), (1, right)):
        inner = kerb + layout.verge
        outer = inner + layout.sidewalk
        paved = (side * x >= inner) & (side * x <= outer)
        base[:, paved] = slab * joints[:, paved, None]
        base[:, (side * x >= kerb + 0.15) & (side * x < inner)] = lawn
        base[:, (side * x >= kerb) & (side * x < kerb + 0.17)] = kerb_stone
    if not layout.suburb:
        beyond = (x < -(left + layout.verge)) | (x > right + layout.verge)
        base[:, beyond] *= np.where(joints[:, beyond, None] < 1, 0.97, 1.0)
    road = (x > -left) & (x < right)
    base[:, road] = asphalt
    side_lanes = (x < -layout.lanes * layout.lane) | (x > layout.lanes * layout.lane)
    base[:, road & side_lanes] *= rng.uniform(0.86, 1.05)
    lane_at = (x / layout.lane) % 1.0
    tracks = 0.05 * (
        np.exp(-(((lane_at - 0.28) / 0.09) ** 2)) + np.exp(-(((lane_at - 0.72) / 0.09) ** 2))
    )
    oil = -0.04 * np.exp(-(((lane_at - 0.5) / 0.08) ** 2))
    base[:, road] *= (1.0 + tracks + oil)[None, road, None]
    for _ in range(rng.integers(1, 5)):
        x1, z1 = rng.uniform(-left, right), rng.uniform(0, PERIOD - 4)
        z2, x2 = z1 + rng.uniform(0.8, 4), x1 + rng.uniform(0.6, 2)
        across = slice(int((x1 + HALF_WIDTH) * density), int((x2 + HALF_WIDTH) * density))
        patch = (slice(int(z1 * density), int(z2 * density)), across)
        base[patch] *= np.where(road[patch[1]][None, :, None], rng.uniform(0.82, 1.08), 1.0)
    for _ in range(rng.integers(0, 4)):
        way = rng.uniform(-left, right) + np.cumsum(rng.normal(0, 0.35 / density * 4, rows))
        at = np.clip(((way + HALF_WIDTH) * density).astype(int), 0, columns - 2)
        base[np.arange(rows), at] *= 0.78
        base[np.arange(rows), at + 1] *= 0.9
    uneven = cv2.resize(stains(), (columns, rows), interpolation=cv2.INTER_AREA)
    image = np.clip(base * (1.0 + 0.045 * uneven)[:, :, None], 0, 250).astype(np.uint8)
    for _ in range(rng.integers(0, 3)):
        centre = (
            int((rng.uniform(-left, right) + HALF_WIDTH) * density),
            int(rng.uniform(2, 22) * density),
        )
        cv2.circle(image, centre, int(0.36 * density), tuple(asphalt * 0.55), -1, cv2.LINE_AA)
        cv2.circle(image, centre, int(0.28 * density), tuple(asphalt * 0.72), -1, cv2.LINE_AA)
    levels = [image]
    for _ in range(4):
        last = levels[-1]
        levels.append(
            cv2.resize(
                last, (last.shape[1] // 2, last.shape[0] // 2), interpolation=cv2.INTER_AREA
            )
        )
    middle = str(
        rng.choice(['dashed', 'dashed', 'double', 'solid', 'none'], p=(0.3, 0.25, 0.2, 0.15, 0.1))
    )
    return GroundStyle(
        tuple(levels), float(density), middle, bool(rng.random() < 0.5), rng.uniform(0.55, 1.0)
    )


def _within(values: NDArray[np.float32], period: float) -> NDArray[np.float32]:
    """Return values modulo a period; in float32 much faster than the operator."""
    return values - np.float32(period) * np.floor(values * np.float32(1.0 / period))


@dataclass(slots=True)
class Ground:
    """Draw a scene's ground in three steps: ``lay``, ``mark``, then ``shade`` with the shadows."""

    canvas: Canvas
    camera: Camera
    light: Light
    layout: Layout
    style: GroundStyle
    top: int = 0
    x: NDArray[np.float32] | None = None
    z: NDArray[np.float32] | None = None

    def lay(self, mouths: list[float]) -> None:
        """Look up the materials for every pixel below the horizon; side streets are asphalt."""
        camera, canvas = self.camera, self.canvas
        self.top = int(np.clip(camera.horizon + 1, 0, canvas.height - 8))
        x, z = camera.ground_rays(self.top)
        self.x, self.z = x, z
        left, right = self.layout.kerb
        lateral = x
        for mouth in mouths:
            rows = (z.min(axis=1) < mouth + SIDE_STREET) & (z.max(axis=1) > mouth)
            if not rows.any():
                continue
            if lateral is x:
                lateral = x.copy()
            part = slice(int(np.argmax(rows)), int(rows.size - np.argmax(rows[::-1])))
            inside = (
                (z[part] > mouth)
                & (z[part] < mouth + SIDE_STREET)
                & ((x[part] < -left) | (x[part] > right))
            )
            lateral[part] = np.where(
                inside,
                _within(np.abs(x[part]) * np.float32(0.37), self.layout.lane * 0.8),
                lateral[part],
            )
        for first, last, level in self._bands():
            texture = self.style.levels[level]
            density = np.float32(self.style.density / 2**level)
            map_x = np.clip(
                (lateral[first:last] + np.float32(HALF_WIDTH)) * density - 0.5,
                0,
                texture.shape[1] - 1,
            )
            map_y = _within(z[first:last], PERIOD) * density - np.float32(0.5)
            rows = cv2.remap(texture, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
            canvas.put(self.top + first, rows)

    def _bands(self, fineness: float | None = None) -> list[tuple[int, int, int]]:
        """Split the rows by how coarse a texture they need: (first, last, level)."""
        depth = np.minimum(self.z[:, self.z.shape[1] // 2] - self.camera.z, FAR)
        span = depth**2 / (self.camera.y * self.camera.focal)
        wanted = 0.5 * span * (fineness or self.style.density)
        level = np.clip(
            np.floor(np.log2(np.maximum(wanted, 0.5))), 0, len(self.style.levels) - 1
        ).astype(int)
        edges = np.flatnonzero(np.diff(level)) + 1
        starts = [0, *edges.tolist(), level.size]
        return [(a, b, int(level[a])) for a, b in zip(starts[:-1], starts[1:], strict=True)]

    def strip(
        self, x1: float, x2: float, z1: float, z2: float, y1: float = 0.0, y2: float = 0.0
    ) -> NDArray | None:
        """Return the outline in pixels of a band along the street, cut to what is ahead."""
        z1, z2 = max(z1, self.camera.z + 1.2), min(z2, self.camera.z + FAR)
        if z2 <= z1:
            return None
        if z2 - z1 < 6:
            corners = ((x1, y1, z1), (x1, y1, z2), (x2, y2, z2), (x2, y2, z1))
            points = np.array([self.camera.spot(*corner)[:2] for corner in corners])
            return ((points - 0.5) * SUBPIXEL).astype(np.int32)
        count = 14
        d = (z1 - self.camera.z) * np.exp(
            np.linspace(0, 1, count) * math.log((z2 - self.camera.z) / (z1 - self.camera.z))
        ) + self.camera.z
        near = np.stack((np.full(count, x1), np.full(count, y1), d), axis=1)
        off = np.stack((np.full(count, x2), np.full(count, y2), d[::-1]), axis=1)
        points, _ = self.camera.project(np.concatenate((near, off)))
        return ((np.clip(points, -20_000, 20_000) - 0.5) * SUBPIXEL).astype(np.int32)

    def band(self, colour: tuple[float, ...], *where: float) -> None:
        """Paint a band along the street; ``where`` as for ``strip``."""
        outline = self.strip(*where)
        if outline is not None:
            cv2.fillPoly(self.canvas.paint, [outline], (*colour, 0.0), cv2.LINE_AA, SHIFT)

    def own(self, ident: int, bands: list[tuple[float, float, float, float]]) -> None:
        """Give the pixels of bands along the street to ``ident``."""
        mask = np.zeros((self.canvas.height - self.top, self.canvas.width), np.uint8)
        for band in bands:
            outline = self.strip(*band)
            if outline is not None:
                cv2.fillPoly(mask, [outline - (0, self.top * SUBPIXEL)], 1, cv2.LINE_8, SHIFT)
        self.canvas.own(
            ident, (0, self.top, self.canvas.width, self.canvas.height), mask.view(np.bool_)
        )

    def mark(self, mouths: list[float]) -> None:
        """Paint kerbs and markings, gaps in them left at the side streets."""
        camera, layout = self.camera, self.layout
        start, end = camera.z, camera.z + 220.0
        runs, at = [], start
        for mouth in sorted(mouths):
            if mouth > at:
                runs.append((at, min(mouth, end)))
            at = max(at, mouth + SIDE_STREET)
        if at < end:
            runs.append((at, end + 200))
        paint = tuple(
            205 * self.style.wear + 100 * (1 - self.style.wear) * np.array([0.97, 1.0, 1.0])
        )
        yellow = tuple(self.style.wear * np.array([70, 175, 215]) + (1 - self.style.wear) * 100)
        left, right = layout.kerb
        for z1, z2 in runs:
            for side, kerb in ((-1, left), (1, right)):
                tone = (
                    (108.0, 112.0, 114.0) if side * self.light.sun[0] < 0 else (82.0, 85.0, 88.0)
                )
                self.band(tone, side * kerb, side * kerb, z1, z2, 0.0, KERB_HEIGHT)
                if self.style.edge_lines:
                    edge = layout.lanes * layout.lane
                    self.band(paint, side * edge - 0.06, side * edge + 0.06, z1, z2)
        cuts = [mouth + SIDE_STREET / 2 for mouth in mouths]
        if self.style.middle in ('double', 'solid'):
            for x in (-0.11, 0.11) if self.style.middle == 'double' else (0.0,):
                for z1, z2 in runs:
                    self.band(
                        yellow if self.style.middle == 'double' else paint,
                        x - 0.06,
                        x + 0.06,
                        z1,
                        z2,
                    )
        lines = [0.0] if self.style.middle == 'dashed' else []
        lines += [side * layout.lane * lane for side in (-1, 1) for lane in range(1, layout.lanes)]
        first = math.floor(start / 9.0)
        for x in lines:
            for number in range(first, first + 13):
                z = number * 9.0
                if all(abs(z + 1.5 - cut) > SIDE_STREET / 2 + 3 for cut in cuts):
                    self.band(paint, x - 0.07, x + 0.07, z, z + 3.0)
        for mouth in mouths:
            if mouth - 5 - camera.z > 90 or mouth < camera.z:
                continue
            for x in np.arange(-left + 0.4, right - 0.5, 1.0):
                self.band(paint, x, x + 0.5, mouth - 3.8, mouth - 1.0)
            self.band(paint, 0.15, layout.lanes * layout.lane, mouth - 5.3, mouth - 4.9)

    def shade(self, shadows: list[tuple[NDArray, float]]) -> None:
        """Darken the ground by ``shadows`` (outlines, light left), add grain and haze."""
        canvas, light, top = self.canvas, self.light, self.top
        half = np.full(((canvas.height - top + 1) // 2, (canvas.width + 1) // 2), 255, np.uint8)
        for outline, left in sorted(shadows, key=lambda shadow: -shadow[1]):
            points = np.clip((outline - (0.0, top)) / 2, -LIMIT, LIMIT)
            cv2.fillPoly(
                half, [(points * SUBPIXEL).astype(np.int32)], 255.0 * left, cv2.LINE_AA, SHIFT
            )
        half = cv2.blur(half, (5, 3) if canvas.width > 600 else (3, 3))
        shade = cv2.resize(
            half, (canvas.width, canvas.height - top), interpolation=cv2.INTER_LINEAR
        )
        level = light.on(np.array([[0.0, 1.0, 0.0]]))[0]
        detail = ground_detail()
        for first, last, mip in self._bands(detail.shape[0] / DETAIL_METRES * 0.5):
            if mip > 2:
                continue
            grain = (
                cv2.resize(detail, None, fx=0.5**mip, fy=0.5**mip, interpolation=cv2.INTER_AREA)
                if mip
                else detail
            )
            scale = np.float32(grain.shape[0] / DETAIL_METRES)
            map_x, map_y = (
                _within(self.x[first:last], DETAIL_METRES) * scale,
                _within(self.z[first:last], DETAIL_METRES) * scale,
            )
            noise = cv2.remap(grain, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
            shade[first:last] = cv2.multiply(shade[first:last], noise, scale=1 / 128.0)
        ground = cv2.cvtColor(canvas.paint[top:], cv2.COLOR_BGRA2BGR)
        ground = cv2.multiply(ground, cv2.merge((shade, shade, shade)), scale=1 / 255.0)
        ground = cv2.transform(ground, np.diag(level))
        depth = np.clip(self.z[:, self.z.shape[1] // 2] - self.camera.z, 0, 2000)
        veil = (1.0 - np.exp(-depth / light.haze)).astype(np.float32)
        rows = int(np.searchsorted(-veil, -0.03))
        if rows:
            share = veil[:rows, None, None]
            hazy = ground[:rows] * (1 - share) + light.horizon.astype(np.float32) * share
            ground[:rows] = np.clip(hazy, 0, 255).astype(np.uint8)
        canvas.put(top, ground)
        canvas.paint[:, :, 3] = 0


LIMIT = 20_000.0
