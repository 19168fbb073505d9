# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Meshes of the rendered street's cars, trucks and buses.

Bodies are lofts: cross-sections set along the length and joined by quads.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.datasets.street.mesh import Material, Mesh, MeshBuilder, inset

# Share of the length from the rear, height of the belt line and of the top, as shares of the
# vehicle's height.
PROFILES = {
    'sedan': [(0, .60, .64), (.02, .65, .69), (.16, .68, .71), (.30, .66, .96), (.42, .66, 1.0),
              (.47, .66, 1.0), (.49, .66, 1.0), (.61, .65, .97), (.77, .63, .66), (.90, .55, .60),
              (.97, .47, .53), (1, .43, .47)],
    'hatch': [(0, .60, .64), (.02, .63, .67), (.05, .64, .70), (.15, .64, .95), (.30, .64, 1.0),
              (.42, .64, 1.0), (.44, .64, 1.0), (.60, .63, .97), (.76, .61, .65), (.91, .52, .58),
              (.97, .46, .52), (1, .42, .46)],
    'suv': [(0, .58, .62), (.01, .62, .66), (.04, .63, .68), (.09, .63, .95), (.28, .63, 1.0),
            (.30, .63, 1.0), (.48, .63, 1.0), (.50, .63, 1.0), (.64, .62, .97), (.77, .61, .64),
            (.93, .55, .60), (.985, .50, .55), (1, .46, .50)],
    'van': [(0, .50, .95), (.01, .52, .98), (.05, .52, 1.0), (.35, .52, 1.0), (.37, .52, 1.0),
            (.60, .52, 1.0), (.62, .52, 1.0), (.76, .51, .97), (.90, .48, .55), (.96, .44, .49),
            (1, .36, .40)],
}  # fmt: skip
SIZES = {
    'sedan': (1.80, 1.46, 4.6),
    'hatch': (1.74, 1.48, 4.0),
    'suv': (1.88, 1.70, 4.6),
    'van': (1.95, 2.0, 5.0),
}
CAR_STYLES = ('sedan', 'hatch', 'suv', 'hatch', 'sedan', 'suv', 'van', 'hatch')
VARIANTS = 12


@lru_cache(maxsize=6 * VARIANTS)
def vehicle_mesh(label: str, variant: int, coarse: bool = False) -> Mesh:
    """Return a mesh of ``label`` 'car', 'truck' or 'bus'; ``variant`` below ``VARIANTS``.

    A ``coarse`` one has the same size and fewer quads, for where it is small in the picture.
    """
    rng = np.random.default_rng([71, variant, len(label)])
    if label == 'car':
        return _car(rng, CAR_STYLES[variant % len(CAR_STYLES)], coarse)
    return _truck(rng) if label == 'truck' else _bus(rng)


_LEVELS = tuple(pairwise(range(12)))
_COARSE_LEVELS = ((0, 2), (2, 3), (3, 4), (4, 7), (7, 8), (8, 9), (9, 11))


def _stations(style: str, coarse: bool) -> list[tuple[float, float, float]]:
    """Return a profile's cross-sections, those close to another left out where ``coarse``."""
    kept: list[tuple[float, float, float]] = []
    for station in PROFILES[style]:
        if not coarse or not kept or station[0] - kept[-1][0] > 0.055:
            kept.append(station)
    kept[-1] = PROFILES[style][-1]
    return kept


def _car(rng: np.random.Generator, style: str, coarse: bool) -> Mesh:
    width, height, length = (v * rng.uniform(0.97, 1.04) for v in SIZES[style])
    builder = MeshBuilder()
    low, half = 0.20 + 0.05 * (style == 'suv'), width / 2
    z, rings, cabin = [], [], []
    closed = style == 'van' and rng.random() < 0.9
    for share, belt, top in _stations(style, coarse):
        taper = (
            1.0
            - 0.10 * max(0.0, 1 - share / 0.06) ** 2
            - 0.14 * max(0.0, 1 - (1 - share) / 0.09) ** 2
        )
        w, b, t = half * taper, belt * height, top * height
        indoors = t - b > 0.2
        roof = w * (0.76 if style != 'van' else 0.86) if indoors else w * 0.90
        lower = low + 0.06 * (1 - taper) / 0.14
        shoulder = t - (0.07 if indoors else 0.015)
        right = [(w * 0.93, lower), (w * 0.99, lower + 0.16), (w, lower + 0.55 * (b - lower)),
                 (w * 0.955, b), (roof, shoulder), (roof * 0.62, t)]  # fmt: skip
        ring = right + [(-x, y) for x, y in reversed(right)]
        z.append((share - 0.5) * length)
        rings.append(np.array([(x, y, z[-1]) for x, y in ring]))
        cabin.append(indoors)
    spine = 0.45 * height
    glass: list[NDArray[np.float64]] = []
    for i in range(len(rings) - 1):
        rear, front = rings[i], rings[i + 1]
        glazed = not (closed and z[i] < 0.1 * length)
        for k1, k2 in _COARSE_LEVELS if coarse else _LEVELS:
            corners = [rear[k1], front[k1], front[k2], rear[k2]]
            material = Material.BLACK if k2 == 1 or k1 == 10 else Material.PAINT
            builder.quad(corners, material, detail=False, spine=spine)
            side = (k1, k2) in ((3, 4), (7, 8)) and (cabin[i] or cabin[i + 1])
            if side and glazed and z[i + 1] - z[i] > 0.15:
                share = 0.10 if cabin[i] and cabin[i + 1] else 0.22
                glass.append(inset(np.array(corners), share, 0.01))
        if cabin[i] != cabin[i + 1]:
            for k1, k2 in ((4, 7),) if coarse else ((4, 5), (5, 6), (6, 7)):
                screen = np.array([rear[k1], front[k1], front[k2], rear[k2]])
                centre = (rear[4:8].mean(axis=0) + front[4:8].mean(axis=0)) / 2
                lift = (0.0, 0.012, 0.012 if z[i] > 0 else -0.012)
                glass.append(centre + (screen - centre) * (0.93, 0.86, 0.86) + lift)
    for ring in (rings[0], rings[-1]):
        for k in range(5):
            builder.quad(
                [ring[k], ring[k + 1], ring[10 - k], ring[11 - k]],
                Material.PAINT,
                detail=False,
                spine=spine,
            )
    for pane in glass:
        builder.quad(pane, Material.GLASS, detail=True, spine=spine)
    front, rear = z[-1], z[0]
    tip = half * 0.86
    nose = PROFILES[style][-1][1] * height
    builder.end_quad(front, -tip * 0.95, tip * 0.95, low + 0.03, low + 0.16, Material.BLACK)
    builder.end_quad(front, -tip * 0.55, tip * 0.55, nose - 0.20, nose - 0.05, Material.BLACK)
    builder.end_quad(front, -tip * 0.5, tip * 0.5, nose - 0.14, nose - 0.11, Material.METAL)
    for side in (-1, 1):
        builder.end_quad(
            front,
            side * tip * 0.62,
            side * tip * 1.04,
            nose - 0.16,
            nose + 0.01,
            Material.HEADLIGHT,
        )
    builder.end_quad(front, -0.26, 0.26, low + 0.14, low + 0.25, Material.PLATE)
    tail = PROFILES[style][0][1] * height
    back = half * 0.88
    builder.end_quad(rear, -back, back, low + 0.02, low + 0.18, Material.BLACK)
    builder.end_quad(rear, -back, back, low + 0.30, low + 0.315, Material.SEAM)
    for side in (-1, 1):
        builder.end_quad(
            rear,
            side * back * 0.60,
            side * back * 1.02,
            tail - 0.20,
            tail - 0.03,
            Material.TAILLIGHT,
        )
        builder.end_quad(
            rear, side * back * 0.62, side * back * 0.78, tail - 0.19, tail - 0.12, Material.AMBER
        )
    builder.end_quad(rear, -0.26, 0.26, tail - 0.26, tail - 0.14, Material.PLATE)
    if style == 'van':
        builder.end_quad(rear, -back * 0.8, -0.03, height * 0.56, height * 0.88, Material.GLASS)
        builder.end_quad(rear, 0.03, back * 0.8, height * 0.56, height * 0.88, Material.GLASS)
        builder.end_quad(rear, -0.012, 0.012, low + 0.2, height * 0.94, Material.SEAM)
    skin = half + 0.012
    belt = height * 0.60
    for share in (0.30, 0.49, 0.70):
        at = (share - 0.5) * length
        builder.side_quad(skin, at, at + 0.02, low + 0.12, belt, Material.SEAM)
    for share in (0.34, 0.53):
        at = (share - 0.5) * length
        builder.side_quad(skin, at, at + 0.16, belt - 0.13, belt - 0.09, Material.METAL)
    builder.side_quad(
        half * 0.97, rear + 0.02, rear + 0.22, tail - 0.18, tail - 0.03, Material.TAILLIGHT
    )
    builder.side_quad(
        half * 0.93, front - 0.26, front - 0.06, nose - 0.10, nose + 0.02, Material.HEADLIGHT
    )
    mirror = (0.74 - 0.5) * length
    for side in (-1, 1):
        x1, x2 = side * half * 0.99, side * (half + 0.19)
        for at in (mirror, mirror - 0.10):
            corners = [
                (x1, belt + 0.04, at),
                (x2, belt + 0.05, at),
                (x2, belt + 0.19, at),
                (x1, belt + 0.19, at),
            ]
            builder.quad(
                corners,
                Material.PAINT if at == mirror else Material.BLACK,
                detail=True,
                spine=belt,
            )
    radius = (0.31 if style != 'suv' else 0.36) * rng.uniform(0.97, 1.05)
    wheels = [
        (side * half, (share - 0.5) * length, radius, 0.22)
        for side in (-1, 1)
        for share in (0.18, 0.82)
    ]
    return builder.finish(wheels, (width, height, length))


def _box(
    builder: MeshBuilder,
    z1: float,
    z2: float,
    y1: float,
    y2: float,
    half: float,
    material: Material,
) -> None:
    """Add a box with slightly rounded upper edges, cut into bands so that it shades."""
    levels = [
        (half, y1),
        (half, y1 + 0.3 * (y2 - y1)),
        (half, y1 + 0.7 * (y2 - y1)),
        (half, y2 - 0.12),
        (half - 0.12, y2),
    ]
    ring = levels + [(-x, y) for x, y in reversed(levels)]
    spine = (y1 + y2) / 2
    for (xa, ya), (xb, yb) in zip(ring[:-1], ring[1:], strict=True):
        corners = [(xa, ya, z1), (xa, ya, z2), (xb, yb, z2), (xb, yb, z1)]
        builder.quad(corners, material, detail=False, spine=spine)
    for z in (z1, z2):
        for k in range(4):
            (xa, ya), (xb, yb) = levels[k], levels[k + 1]
            corners = np.array([(xa, ya, z), (xb, yb, z), (-xb, yb, z), (-xa, ya, z)])
            builder.quad(corners, material, detail=False, spine=spine)
            # The spine rule measures from 0.8 z: right for the outer end, wrong for inner ones.
            indices, normal, kind = builder.hull[-1]
            outward = np.array([0.0, 0.0, 1.0 if z == z2 else -1.0])
            builder.hull[-1] = (indices, outward if abs(normal[2]) > 0.5 else normal, kind)


def _truck(rng: np.random.Generator) -> Mesh:
    half, height, length = rng.uniform(1.12, 1.25), rng.uniform(2.9, 3.6), rng.uniform(6.5, 9.0)
    builder = MeshBuilder()
    front, rear = length / 2, -length / 2
    cab = rng.uniform(1.7, 2.1)
    top = min(height - 0.2, 2.75)
    _box(builder, rear, front - cab - 0.15, 0.95, height, half, Material.CARGO)
    _box(builder, rear + 0.3, front - 0.4, 0.55, 0.95, half * 0.7, Material.BLACK)
    _box(builder, front - cab, front, 0.45, top, half * 0.96, Material.PAINT)
    w = half * 0.96
    builder.end_quad(front, -w * 0.9, w * 0.9, top * 0.55, top * 0.90, Material.GLASS)
    builder.end_quad(front, -w * 0.6, w * 0.6, top * 0.30, top * 0.48, Material.BLACK)
    builder.end_quad(front, -w, w, 0.45, 0.62, Material.BLACK)
    builder.end_quad(front, -0.26, 0.26, 0.5, 0.62, Material.PLATE)
    builder.end_quad(rear, -0.015, 0.015, 1.0, height - 0.1, Material.SEAM)
    builder.end_quad(rear, -half, half, 0.80, 1.02, Material.BLACK)
    builder.end_quad(rear, -half * 0.95, half * 0.95, 0.52, 0.62, Material.METAL)
    builder.end_quad(rear, -0.26, 0.26, 0.64, 0.76, Material.PLATE)
    for side in (-1, 1):
        builder.end_quad(front, side * w * 0.62, side * w * 0.96, 0.66, 0.88, Material.HEADLIGHT)
        builder.end_quad(
            rear, side * half * 0.62, side * half * 0.98, 0.78, 0.95, Material.TAILLIGHT
        )
        for z in (-0.08, 0.08):
            builder.end_quad(
                rear, side * 0.3 + z, side * 0.3 + z + 0.03, 1.1, height - 0.2, Material.METAL
            )
    builder.side_quad(
        w + 0.01, front - cab * 0.72, front - cab * 0.15, top * 0.56, top * 0.88, Material.GLASS
    )
    builder.side_quad(
        w + 0.01, front - cab * 0.80, front - cab * 0.78, 0.6, top * 0.92, Material.SEAM
    )
    if rng.random() < 0.7:
        builder.side_quad(
            half + 0.01,
            rear + length * 0.15,
            rear + length * 0.55,
            height * 0.55,
            height * 0.8,
            Material.PAINT,
        )
    radius = 0.48
    wheels = [
        (side * half, z, radius, 0.34)
        for side in (-1, 1)
        for z in (rear + length * 0.2, front - cab * 0.55)
    ]
    return builder.finish(wheels, (2 * half, height, length))


def _bus(rng: np.random.Generator) -> Mesh:
    half, height, length = 1.26, rng.uniform(2.9, 3.2), rng.uniform(10.0, 12.0)
    builder = MeshBuilder()
    front, rear = length / 2, -length / 2
    _box(builder, rear, front, 0.32, height, half, Material.PAINT)
    builder.side_quad(half + 0.006, rear + 0.25, front - 0.15, 1.30, height - 0.45, Material.GLASS)
    for z in np.linspace(rear + 0.25, front - 0.15, 9)[1:-1]:
        builder.side_quad(half + 0.012, z, z + 0.07, 1.30, height - 0.45, Material.BLACK)
    builder.side_quad(half + 0.006, rear, front, 0.32, 0.46, Material.BLACK)
    builder.side_quad(half + 0.006, rear + 0.2, front - 0.2, 0.95, 1.10, Material.CARGO)
    for at in (front - 1.5, 0.3):
        side = half + 0.014
        corners = [
            (side, 0.4, at),
            (side, 0.4, at + 1.2),
            (side, height - 0.5, at + 1.2),
            (side, height - 0.5, at),
        ]
        builder.quad(corners, Material.GLASS, detail=True, spine=1.5)
    builder.end_quad(front, -half * 0.94, half * 0.94, 1.0, height - 0.5, Material.GLASS)
    builder.end_quad(front, -half * 0.8, half * 0.8, height - 0.46, height - 0.16, Material.BLACK)
    builder.end_quad(front, -half * 0.5, half * 0.4, height - 0.40, height - 0.22, Material.AMBER)
    builder.end_quad(front, -half, half, 0.32, 0.5, Material.BLACK)
    builder.end_quad(front, -0.26, 0.26, 0.4, 0.52, Material.PLATE)
    builder.end_quad(rear, -half * 0.8, half * 0.8, 1.55, height - 0.5, Material.GLASS)
    builder.end_quad(rear, -half * 0.8, half * 0.8, 0.55, 1.15, Material.SEAM)
    builder.end_quad(rear, -half, half, 0.32, 0.45, Material.BLACK)
    builder.end_quad(rear, -0.26, 0.26, 1.22, 1.34, Material.PLATE)
    for side in (-1, 1):
        builder.end_quad(
            front, side * half * 0.62, side * half * 0.95, 0.6, 0.82, Material.HEADLIGHT
        )
        builder.end_quad(
            rear, side * half * 0.82, side * half * 0.96, 0.8, 1.4, Material.TAILLIGHT
        )
    wheels = [
        (side * half, z, 0.48, 0.34)
        for side in (-1, 1)
        for z in (rear + length * 0.25, front - 2.6)
    ]
    return builder.finish(wheels, (2 * half, height, length))
