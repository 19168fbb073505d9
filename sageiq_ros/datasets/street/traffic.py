# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Draw the rendered street's vehicles: meshes shaded by sun, sky and what they mirror."""

from __future__ import annotations

import math

import numpy as np

from sageiq_ros.datasets.street.geometry import turn_about_y
from sageiq_ros.datasets.street.mesh import Material, Mesh
from sageiq_ros.datasets.street.painter import Array, Painter
from sageiq_ros.datasets.street.things import Vehicle
from sageiq_ros.datasets.street.vehicles import vehicle_mesh

NEAREST = 1.2
COARSE_BELOW = 20.0
"""Pixels a metre below which a vehicle is drawn with fewer faces."""
_COLOURS = np.array(
    [(0, 0, 0), (46, 42, 38), (34, 34, 36), (150, 152, 154), (225, 228, 230), (38, 30, 165),
     (225, 228, 228), (205, 208, 210), (40, 120, 220), (30, 30, 32), (40, 40, 44)], float,
)  # fmt: skip
_GLOSS = np.array([0.42, 0.95, 0.10, 0.5, 0.6, 0.35, 0.1, 0.15, 0.3, 0.0, 0.0])


def draw_vehicle(painter: Painter, vehicle: Vehicle, ident: int, wheel_idents: list[int]) -> bool:
    """Draw a vehicle and its wheels; return False, nothing drawn, where it is too near or away.

    ``wheel_idents`` must be as many as the mesh has wheels.
    """
    coarse = painter.scale(vehicle.z) < COARSE_BELOW
    mesh = vehicle_mesh(vehicle.label, vehicle.variant, coarse)
    place = np.array([vehicle.x, 0.0, vehicle.z])
    vertices = turn_about_y(mesh.vertices, vehicle.heading) + place
    view = painter.camera.to_view(vertices)
    if view[:, 2].min() < NEAREST:
        return False
    pixels = painter.camera.to_image(view)
    if painter.canvas.region(pixels) is None:
        return False
    dark = painter.hazy(np.array([[20.0, 20, 22]]), vehicle.z - painter.camera.z)[0]
    tall = float(np.ptp(pixels[:, 1]))
    _draw_tyres(painter, vehicle, mesh, dark)
    _draw_faces(painter, vehicle, mesh, view, pixels)
    painter.canvas.stamp(ident)
    if tall < 12:
        return True
    for wheel, wheel_ident in zip(_seen_wheels(painter, vehicle, mesh), wheel_idents, strict=True):
        if wheel is not None:
            _draw_wheel(painter, vehicle, wheel, dark)
            painter.canvas.stamp(wheel_ident, ident)
    return True


def _draw_faces(
    painter: Painter, vehicle: Vehicle, mesh: Mesh, view: Array, pixels: Array
) -> None:
    """Queue the quads that face the lens, the hull's far ones first, then the details."""
    seen_from = view[mesh.quads].mean(axis=1)
    normals = turn_about_y(mesh.normals, vehicle.heading)
    facing = ((normals @ painter.camera.rotation.T) * seen_from).sum(axis=1)
    front = np.flatnonzero(facing < 0)
    if front.size == 0:
        return
    split = int(np.searchsorted(front, mesh.body))
    hull, details = front[:split], front[split:]
    if np.ptp(pixels[:, 1]) < 22:
        details = details[~_TINY[mesh.materials[details]]]
    hull = hull[np.argsort(-seen_from[hull, 2], kind='stable')]
    order = np.concatenate((hull, details))
    colours = _shade(
        painter, vehicle, mesh.materials[order], normals[order], seen_from[order], facing[order]
    )
    painter.canvas.polygons(pixels[mesh.quads[order]], colours)


_TINY = np.isin(np.arange(len(Material)), (Material.SEAM, Material.METAL, Material.AMBER))


def _shade(
    painter: Painter,
    vehicle: Vehicle,
    materials: Array,
    normals: Array,
    seen_from: Array,
    facing: Array,
) -> Array:
    """Return the colours (N, 3) of faces: diffuse light, mirrored sky, haze, lamps on."""
    light = painter.light
    palette = _COLOURS.copy()
    palette[Material.PAINT] = vehicle.paint
    if vehicle.variant % 3 == 0:
        palette[Material.CARGO] = (175, 168, 150)
    lit = palette[materials] * light.on(normals)
    distance = np.sqrt((seen_from * seen_from).sum(axis=1))
    cosine = np.minimum(-facing / distance, 1.0)
    mirrored = (seen_from / distance[:, None]) @ painter.camera.rotation + 2.0 * cosine[
        :, None
    ] * normals
    up = mirrored[:, 1:2]
    sky = light.horizon + (light.zenith - light.horizon) * np.minimum(np.maximum(up * 1.4, 0), 1)
    street = _STREET * light.skylight
    world = street + (sky - street) / (1.0 + np.exp(-14.0 * (up - 0.06)))
    gloss = _GLOSS[materials]
    fresnel = ((0.16 + 0.84 * (1.0 - cosine) ** 3) * gloss)[:, None]
    colours = lit * (1.0 - 0.6 * fresnel) + world * fresnel
    glint = np.maximum(mirrored @ light.sun, 0.0) ** 40 * gloss * 260
    colours += glint[:, None] * light.sunlight
    if light.lamps:
        colours[materials == Material.HEADLIGHT] = (235, 248, 255)
        colours[materials == Material.TAILLIGHT] = (45, 35, 215)
    if vehicle.braking:
        colours[materials == Material.TAILLIGHT] = (70, 60, 255)
    return painter.hazy(colours, vehicle.z - painter.camera.z)


_STREET = np.array([72.0, 74.0, 76.0])
_RIM = 20
_CIRCLE = [
    (math.cos(k * 2 * math.pi / _RIM), math.sin(k * 2 * math.pi / _RIM)) for k in range(_RIM)
]


def _spot(
    painter: Painter, vehicle: Vehicle, x: float, y: float, z: float
) -> tuple[float, float, float]:
    """Project a point of the vehicle's own axes."""
    c, s = math.cos(vehicle.heading), math.sin(vehicle.heading)
    return painter.camera.spot(vehicle.x + c * x + s * z, y, vehicle.z + c * z - s * x)


def _draw_tyres(painter: Painter, vehicle: Vehicle, mesh: Mesh, dark: Array) -> None:
    """Paint the shadow under the body and the treads that show below it."""
    half, length = mesh.size[0] / 2 * 0.92, mesh.size[2] / 2 * 0.74
    radius = float(mesh.wheels[0, 2])
    ours = 1.0 if math.cos(vehicle.heading) > 0 else -1.0
    corners = ((-half, radius), (half, radius), (half, 0.12), (-half, 0.12))
    belly = [_spot(painter, vehicle, x, y, -ours * length)[:2] for x, y in corners]
    painter.canvas.polygon(belly, (dark * 0.5).tolist())
    for x, z, r, wide in mesh.wheels.tolist():
        inner, at = x - math.copysign(wide, x), z - ours * r * 0.5
        corners = ((inner, 0.0), (x, 0.0), (x, r), (inner, r))
        tread = [_spot(painter, vehicle, across, y, at)[:2] for across, y in corners]
        painter.canvas.polygon(tread, dark.tolist())


Wheel = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]


def _seen_wheels(painter: Painter, vehicle: Vehicle, mesh: Mesh) -> list[Wheel | None]:
    """Return of every wheel its hub and its forward and upward half axes in pixels.

    None stands for a wheel whose outer side is turned away from us.
    """
    wheels: list[Wheel | None] = []
    for x, z, radius, _ in mesh.wheels.tolist():
        x *= 1.005
        hub = _spot(painter, vehicle, x, radius, z)
        outer = _spot(painter, vehicle, x + math.copysign(0.3, x), radius, z)
        front, above = (
            _spot(painter, vehicle, x, radius, z + radius),
            _spot(painter, vehicle, x, 2 * radius, z),
        )
        ahead = (front[0] - hub[0], front[1] - hub[1])
        up = (above[0] - hub[0], above[1] - hub[1])
        # Seen from outside, turning from forward to up runs one way round on the right-hand side
        # of the vehicle and the other way on its left; edge-on wheels are left to the treads.
        turn = ahead[0] * up[1] - ahead[1] * up[0]
        seen = turn < 0 if x > 0 else turn > 0
        wheels.append(
            ((hub[0], hub[1]), ahead, up) if seen and abs(turn) > 0.6 and outer[2] > 0 else None
        )
    return wheels


def _draw_wheel(painter: Painter, vehicle: Vehicle, wheel: Wheel, dark: Array) -> None:
    """Paint arch, tyre, rim and, where it is big enough, spokes that turn with the way driven."""
    (x, y), (ax, ay), (ux, uy) = wheel

    def ring(
        size: float, points: list[tuple[float, float]] = _CIRCLE
    ) -> list[tuple[float, float]]:
        return [(x + size * (c * ax + s * ux), y + size * (c * ay + s * uy)) for c, s in points]

    polygon = painter.canvas.polygon
    tall = 2 * abs(uy)
    silver = painter.lit(
        (150.0, 152.0, 154.0), (math.copysign(0.9, -ax * uy), 0.3, -0.2), vehicle.z
    )
    polygon(ring(1.2, _CIRCLE[: _RIM // 2 + 1]), (dark * 0.55).tolist())
    polygon(ring(1.0), (dark * 1.25).tolist())
    if tall <= 14:
        polygon(ring(0.66, _CIRCLE[::2]), (silver * 0.8).tolist())
        return
    polygon(ring(0.66), (dark * 0.8).tolist())
    spokes = 5 + vehicle.variant % 3
    turned = -vehicle.z / 0.31 if vehicle.speed else float(vehicle.variant)
    tone = silver.tolist()
    for k in range(spokes):
        angle = turned + k * 2 * math.pi / spokes
        blade = [(r * math.cos(angle + da), r * math.sin(angle + da)) for r, da in _BLADE]
        polygon(ring(1.0, blade), tone)
    polygon(ring(0.16, _CIRCLE[::2]), (silver * 0.8).tolist())


_BLADE = ((0.64, -0.30), (0.64, 0.30), (0.1, 0.45), (0.1, -0.45))
