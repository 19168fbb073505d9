# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Facades of the rendered street: a wall's texture, and where its windows and doors lie."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import cv2
import numpy as np

from sageiq_ros.datasets.street.textures import Texture, stains, wall_grain

WALLS = {
    'plaster': [(168, 188, 205), (190, 205, 215), (150, 170, 195), (185, 185, 180),
                (140, 160, 178), (165, 190, 190), (160, 180, 220), (200, 195, 175)],
    'brick': [(62, 78, 140), (70, 84, 125), (80, 100, 150), (95, 120, 160), (88, 98, 118)],
    'panel': [(150, 152, 152), (128, 130, 134), (170, 175, 178), (108, 112, 118)],
    'clapboard': [(200, 205, 205), (180, 170, 150), (150, 175, 165), (160, 185, 205)],
}  # fmt: skip
ACCENTS = [
    (48, 52, 150),
    (130, 70, 35),
    (60, 105, 45),
    (40, 40, 44),
    (30, 130, 190),
    (150, 150, 60),
]


@dataclass(frozen=True)
class Facade:
    """Hold a wall's texture, its size in metres and its openings.

    ``windows`` and ``doors`` are rectangles (left, bottom, right, top) in metres from the wall's
    lower left corner as seen from the street.
    """

    texture: Texture
    width: float
    height: float
    windows: tuple[tuple[float, float, float, float], ...]
    doors: tuple[tuple[float, float, float, float], ...]
    _shrunk: dict[tuple[int, int], Texture] = field(default_factory=dict, repr=False)

    def shrunk(self, across: int, down: int) -> Texture:
        """Return the texture, 2^across times narrower and 2^down times lower."""
        found = self._shrunk.get((across, down))
        if found is None:
            rows, columns = self.texture.shape[:2]
            size = (max(1, columns >> across), max(1, rows >> down))
            found = self._shrunk[across, down] = cv2.resize(
                self.texture, size, interpolation=cv2.INTER_AREA
            )
        return found

    @cached_property
    def plain(self) -> Facade:
        """Return a wall without openings to go round the corner with."""
        edge = min((window[0] for window in self.windows if window[1] > 1.0), default=0.6) - 0.3
        density = self.texture.shape[1] / self.width
        strip = self.texture[:, : max(3, int(edge * density))]
        pair = np.concatenate((strip, strip[:, ::-1]), axis=1)
        column = np.tile(pair, (1, max(1, round(9.0 * density / pair.shape[1])), 1))
        return Facade(column, self.width, self.height, (), ())


VARIANTS = 5
STOREYS = {'low': (5.2, 7.5), 'mid': (9.0, 15.0), 'high': (15.0, 27.0)}


@lru_cache(maxsize=4 * 3 * 2 * VARIANTS)
def facade_size(style: str, height: str, shop: bool, variant: int) -> tuple[float, float]:
    """Return the width and height in metres of a facade of the stock."""
    rng = _stock_rng(style, height, shop, variant)
    return float(rng.uniform(8.0, 18.0)), float(rng.uniform(*STOREYS[height]))


def _stock_rng(style: str, height: str, shop: bool, variant: int) -> np.random.Generator:
    return np.random.default_rng(
        [81, list(WALLS).index(style), list(STOREYS).index(height), shop, variant]
    )


@lru_cache(maxsize=256)
def stock_facade(
    style: str, height: str, shop: bool, variant: int, glow: int, density: int
) -> Facade:
    """Draw a facade of the stock, once per process.

    ``style`` is a key of ``WALLS``, ``height`` of ``STOREYS``; ``variant`` below ``VARIANTS``;
    ``shop`` puts shop windows on the ground floor; ``glow`` is the share of windows with a lamp
    on in per cent; ``density`` in pixels per metre.
    """
    rng = _stock_rng(style, height, shop, variant)
    width, tall = float(rng.uniform(8.0, 18.0)), float(rng.uniform(*STOREYS[height]))
    return _make(rng, width, tall, style, density, glow / 100.0, shop)


def _make(
    rng: np.random.Generator,
    width: float,
    height: float,
    style: str,
    density: float,
    lit: float,
    shop: bool,
) -> Facade:
    columns, rows = max(8, round(width * density)), max(8, round(height * density))
    image = _wall(rng, rows, columns, style, density)
    scale_x, scale_y = columns / width, rows / height

    def paint(box: tuple[float, float, float, float], colour: tuple[float, ...]) -> None:
        left, bottom, right, top = box
        cv2.rectangle(
            image,
            (round(left * scale_x), rows - round(top * scale_y)),
            (round(right * scale_x) - 1, rows - round(bottom * scale_y) - 1),
            colour,
            -1,
        )

    base = np.array(image[rows // 2, columns // 2], float)
    trim = tuple(np.clip(base * rng.choice([0.72, 1.22, 1.3]) + 8, 0, 250))
    frame = [(225, 228, 230), (60, 62, 66), (90, 110, 135), (210, 215, 205)][rng.integers(4)]
    storey = rng.uniform(2.9, 3.5)
    ground = rng.uniform(3.4, 4.2) if shop else storey
    storeys = max(1, 1 + int((height - ground - 0.5) / storey))
    bays = max(1, round(width / rng.uniform(2.2, 3.4)))
    pitch = width / bays
    half = min(pitch * rng.uniform(0.22, 0.38), 1.1)
    tall = rng.uniform(1.3, 1.9)
    windows: list[tuple[float, float, float, float]] = []
    doors: list[tuple[float, float, float, float]] = []
    door_bay = int(rng.integers(bays))
    bands, balconies = rng.random() < 0.5, rng.random() < 0.35

    def window(left: float, bottom: float, right: float, top: float) -> None:
        paint((left - 0.14, bottom - 0.12, right + 0.14, top + 0.14), trim)
        paint((left, bottom, right, top), frame)
        glow = rng.random() < lit
        dark = rng.uniform(0.25, 0.75)
        panes = 2 if right - left > 0.8 else 1
        wide = (right - left - 0.08) / panes
        for pane in range(panes):
            x1 = left + 0.08 + pane * wide
            x2 = x1 + wide - 0.08
            if glow:
                paint((x1, bottom + 0.08, x2, top - 0.08), (110, 190, 245))
                continue
            for step in range(3):
                low = bottom + 0.08 + step * (top - bottom - 0.16) / 3
                tone = (0.55 + 0.35 * step) * dark
                paint((x1, low, x2, top - 0.08), (135 * tone, 122 * tone, 108 * tone))
        curtain = rng.random()
        if curtain < 0.35:
            drop = (top - bottom) * rng.uniform(0.15, 0.6)
            paint((left + 0.1, top - drop, right - 0.1, top - 0.08), (165, 172, 176))
        paint((left - 0.2, bottom - 0.14, right + 0.2, bottom - 0.04), tuple(base * 0.55))
        windows.append((left, bottom, right, top))

    for floor in range(storeys):
        foot = 0.0 if floor == 0 else ground + (floor - 1) * storey
        if floor and bands:
            paint((0, foot - 0.12, width, foot + 0.06), trim)
        if floor == 0 and shop:
            _shop_front(rng, paint, width, ground, doors, windows)
            continue
        for bay in range(bays):
            middle = (bay + 0.5) * pitch
            if floor == 0 and bay == door_bay:
                paint((middle - 0.75, 0, middle + 0.75, 2.45), trim)
                colour = ACCENTS[rng.integers(len(ACCENTS))]
                paint((middle - 0.55, 0, middle + 0.55, 2.25), colour)
                paint((middle - 0.35, 1.2, middle + 0.35, 2.0), (70, 66, 60))
                doors.append((middle - 0.55, 0.0, middle + 0.55, 2.25))
                continue
            bottom = foot + 0.9
            top = min(bottom + tall, height - 0.4)
            if top - bottom > 0.7:
                window(middle - half, bottom, middle + half, top)
                if balconies and floor and bay % 2 == 0:
                    paint(
                        (middle - half - 0.3, foot, middle + half + 0.3, foot + 0.16), (90, 90, 92)
                    )
                    for bar in np.arange(middle - half - 0.3, middle + half + 0.3, 0.22):
                        paint((bar, foot + 0.1, bar + 0.06, foot + 1.0), (52, 52, 55))
                    paint(
                        (middle - half - 0.3, foot + 0.95, middle + half + 0.3, foot + 1.05),
                        (45,) * 3,
                    )
    paint((0, height - 0.45, width, height), trim)
    paint((0, height - 0.6, width, height - 0.45), tuple(base * 0.6))
    paint((0, 0, width, 0.4), tuple(base * 0.62))
    return Facade(image, width, height, tuple(windows), tuple(doors))


def _wall(
    rng: np.random.Generator, rows: int, columns: int, style: str, density: float
) -> Texture:
    """Tint the relief of a style, with stains from the weather, darker towards the ground."""
    colour = np.array(WALLS[style][rng.integers(len(WALLS[style]))], np.float32)
    colour = np.clip(colour * rng.uniform(0.75, 1.08) + rng.normal(0, 6, 3), 25, 235)
    grain = wall_grain(style)
    up, across = 20.0 / density * rows, 20.0 / density * columns
    top, left = rng.integers(0, 60), rng.integers(0, 120)
    rows_at = (top + np.linspace(0, up, rows)).astype(int) % grain.shape[0]
    columns_at = (left + np.linspace(0, across, columns)).astype(int) % grain.shape[1]
    relief = grain[rows_at[:, None], columns_at[None, :]]
    weather = stains()[: min(rows, 512), : min(columns, 1024)]
    if weather.shape != relief.shape:
        weather = cv2.resize(weather, (columns, rows))
    relief = relief * (1.0 + 0.035 * weather) * np.linspace(1.04, 0.92, rows)[:, None]
    return np.clip(relief[:, :, None] * colour, 0, 250).astype(np.uint8)


def _shop_front(rng, paint, width, ground, doors, windows) -> None:
    """Paint shops from wall to wall: glass with wares, an entrance, a fascia or an awning."""
    shops = max(1, round(width / rng.uniform(5, 9)))
    each = width / shops
    for shop in range(shops):
        left, right = shop * each + 0.25, (shop + 1) * each - 0.25
        accent = np.array(ACCENTS[rng.integers(len(ACCENTS))], float)
        paint((left, 0.0, right, ground - 0.3), tuple(accent * 0.55))
        bright = rng.uniform(0.5, 1.4)
        entrance = left + rng.uniform(0.1, 0.75) * (right - left - 1.2)
        for x1, x2 in ((left + 0.15, entrance - 0.1), (entrance + 1.2, right - 0.15)):
            if x2 - x1 < 0.5:
                continue
            paint((x1, 0.5, x2, ground - 1.0), tuple(bright * c for c in (72, 68, 62)))
            for _ in range(int((x2 - x1) * 3)):
                x, low = rng.uniform(x1, x2 - 0.3), rng.uniform(0.5, 0.9)
                ware = tuple(float(c) for c in rng.uniform(30, 190, 3) * min(bright, 1.0))
                paint((x, low, x + rng.uniform(0.1, 0.4), low + rng.uniform(0.1, 0.9)), ware)
            paint((x1, ground - 1.5, x2, ground - 1.0), tuple(bright * c for c in (118, 112, 100)))
            windows.append((x1, 0.5, x2, ground - 1.0))
        paint((entrance, 0.0, entrance + 1.1, 2.3), tuple(bright * c for c in (50, 48, 46)))
        paint((entrance + 0.95, 1.0, entrance + 1.02, 1.3), (190, 190, 190))
        doors.append((entrance, 0.0, entrance + 1.1, 2.3))
        paint((left, ground - 1.0, right, ground - 0.35), tuple(accent))
        letters = rng.uniform(0.25, 0.6) * (right - left)
        x = left + rng.uniform(0.2, 0.6) * (right - left - letters)
        ink = (235, 235, 235) if accent.mean() < 110 else (30, 30, 30)
        end = x + letters
        while x < end:
            wide = rng.uniform(0.12, 0.3)
            paint((x, ground - 0.82, x + wide, ground - 0.52), ink)
            x += wide + 0.08
        if rng.random() < 0.4:
            for stripe in range(int((right - left) / 0.5)):
                at = left + stripe * 0.5
                colour = accent if stripe % 2 else (215, 218, 220)
                paint((at, ground - 1.6, at + 0.5, ground - 1.0), tuple(colour))
