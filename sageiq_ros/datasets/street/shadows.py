# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Find the shadows that lie on the rendered street: under things, and cast by the sun."""

from __future__ import annotations

import math

import cv2
import numpy as np

from sageiq_ros.datasets.street.painter import Array, Painter
from sageiq_ros.datasets.street.things import Snapshot
from sageiq_ros.datasets.street.vehicles import vehicle_mesh

Spot = tuple[float, float]
_RING = [(math.cos(k * math.pi / 6), math.sin(k * math.pi / 6)) for k in range(12)]
REACH = {'vehicle': 100.0, 'person': 45.0, 'prop': 80.0, 'building': 130.0}


def _box(x: float, z: float, half_x: float, half_z: float) -> list[Spot]:
    return [
        (x - half_x, z - half_z),
        (x + half_x, z - half_z),
        (x + half_x, z + half_z),
        (x - half_x, z + half_z),
    ]


def _ellipse(x: float, z: float, half_x: float, half_z: float, turn: float = 0.0) -> list[Spot]:
    c, s = math.cos(turn), math.sin(turn)
    return [
        (x + c * half_x * u + s * half_z * v, z - s * half_x * u + c * half_z * v)
        for u, v in _RING
    ]


def find_shadows(painter: Painter, seen: Snapshot) -> list[tuple[Array, float]]:
    """Return convex outlines in pixels of what lies in the shade, and the light left there."""
    light, camera = painter.light, painter.camera
    height = max(float(light.sun[1]), 0.18)
    sx, sz = -float(light.sun[0]) / height, -float(light.sun[2]) / height
    slope, turn = math.hypot(sx, sz), math.atan2(sx, sz)
    cast = light.time != 'overcast'
    shade = light.shadow
    found: list[tuple[list[Spot], float]] = []

    def dragged(base: list[Spot], tall: float) -> list[Spot]:
        return base + [(x + sx * tall, z + sz * tall) for x, z in base]

    for vehicle in seen.vehicles:
        if vehicle.z - camera.z > REACH['vehicle']:
            continue
        wide, tall, length = vehicle_mesh(vehicle.label, vehicle.variant).size
        for grow, left in ((1.12, 0.72), (1.0, 0.40), (0.85, 0.22)):
            found.append(
                (_box(vehicle.x, vehicle.z, wide / 2 * grow, length / 4 * (1 + grow)), left)
            )
        if cast:
            found.append(
                (dragged(_box(vehicle.x, vehicle.z, wide / 2, length / 2), tall * 0.85), shade)
            )
    for person in seen.people:
        if not 1.0 < person.z - camera.z < REACH['person']:
            continue
        found.append((_ellipse(person.x, person.z, 0.24, 0.55 if person.ride else 0.24), 0.6))
        if cast:
            middle = (person.x + 0.85 * sx, person.z + 0.85 * sz)
            found.append((_ellipse(*middle, 0.22, 0.85 * slope, turn), shade))
    for prop in seen.props:
        if prop.kind == 'fence' or prop.z - camera.z > REACH['prop']:
            continue
        if prop.kind == 'tree':
            found.append((_ellipse(prop.x, prop.z, 0.5, 0.5), 0.75))
            if cast:
                middle = (prop.x + 0.68 * prop.size * sx, prop.z + 0.68 * prop.size * sz)
                half = prop.size * 0.34
                found.append(
                    (_ellipse(*middle, half, half * max(1.0, 0.7 * slope), turn), shade + 0.08)
                )
        if cast:
            post = _box(prop.x, prop.z, 0.07, 0.07)
            found.append((dragged(post, prop.size * (0.5 if prop.kind == 'tree' else 1.0)), shade))
    if cast:
        for house in seen.buildings:
            if -house.side * sx * house.height > 0.2 and house.z1 - camera.z < REACH['building']:
                base = [(house.x, max(house.z1, camera.z - 8)), (house.x, house.z2)]
                found.append((dragged(base, house.height), shade))
    return _project(painter, found)


def _project(painter: Painter, found: list[tuple[list[Spot], float]]) -> list[tuple[Array, float]]:
    """Project outlines of the ground, what is behind the lens drawn up to it, all at once."""
    if not found:
        return []
    flat = np.array([spot for outline, _ in found for spot in outline])
    points = np.zeros((len(flat), 3))
    points[:, 0] = flat[:, 0]
    points[:, 2] = np.maximum(flat[:, 1], painter.camera.z + 1.5)
    pixels = painter.camera.project(points)[0].astype(np.float32)
    shadows, start = [], 0
    for outline, left in found:
        part = pixels[start : start + len(outline)]
        start += len(outline)
        shadows.append((cv2.convexHull(part)[:, 0], left))
    return shadows
