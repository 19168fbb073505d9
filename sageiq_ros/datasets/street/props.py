# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Draw what stands along the rendered street: houses, trees, lamps, signs, signals, fences."""

from __future__ import annotations

import math
from functools import lru_cache

import cv2
import numpy as np

from sageiq_ros.datasets.street.facade import Facade
from sageiq_ros.datasets.street.painter import Array, Painter
from sageiq_ros.datasets.street.textures import CROWNS, crown
from sageiq_ros.datasets.street.things import Building, Prop

ROOFS = [(70, 78, 120), (62, 62, 70), (85, 90, 100), (60, 75, 95)]


def draw_building(
    painter: Painter, house: Building, facade: Facade, ident: int, *, end_wall: bool
) -> bool:
    """Draw a house's end wall, roof and face; return whether any of it came into the picture."""
    side, x, z1, z2, top = house.side, house.x, house.z1, house.z2, house.height
    distance = max(z1 - painter.camera.z, 0.3 * (z2 - z1))
    deep = 9.0
    drawn = False
    roof = np.array(ROOFS[(house.key[1] * 7 + house.key[0]) % len(ROOFS)], float)
    ridge = top + 2.6
    near_end = end_wall and z1 > painter.camera.z + 0.7
    if near_end:
        left, right = (x, x + side * deep) if side > 0 else (x + side * deep, x)
        drawn |= painter.wall(
            facade.plain,
            np.array([left, 0.0, z1]),
            np.array([right - left, 0.0, 0.0]),
            np.array([0.0, top, 0.0]),
            painter.shade_of((0.0, 0.0, -1.0), distance, house.tint),
            ident,
        )
    if house.roof == 'pitched':
        eaves = x - side * 0.35
        middle = x + side * deep / 2
        if near_end:
            gable = [(x, top, z1), (x + side * deep, top, z1), (middle, ridge, z1)]
            colour = painter.lit(
                facade.texture[facade.texture.shape[0] // 2, 2] * np.array(house.tint),
                (0.0, 0.0, -1.0),
                z1,
            )
            painter.face(np.array(gable), colour)
        slope = [
            (eaves, top - 0.2, z1 - 0.2),
            (eaves, top - 0.2, z2),
            (middle, ridge, z2),
            (middle, ridge, z1 - 0.2),
        ]
        if ridge > painter.camera.y:
            painter.face(np.array(slope), painter.lit(roof, (-side * 0.6, 0.8, 0.0), z1))
        painter.canvas.stamp(ident)
    begin, along = ((x, 0.0, z1), z2 - z1) if side < 0 else ((x, 0.0, z2), z1 - z2)
    drawn |= painter.wall(
        facade,
        np.array(begin),
        np.array([0.0, 0.0, along]),
        np.array([0.0, top, 0.0]),
        painter.shade_of((-side, 0.0, 0.0), distance, house.tint),
        ident,
    )
    return drawn


def opening_outline(
    painter: Painter, house: Building, facade: Facade, opening: tuple[float, float, float, float]
) -> Array | None:
    """Return where a window or door of a house's face lies in the picture, None if behind us."""
    left, bottom, right, top = opening
    across, up = (house.z2 - house.z1) / facade.width, house.height / facade.height
    left, right, bottom, top = left * across, right * across, bottom * up, top * up
    if house.side < 0:
        z1, z2 = house.z1 + left, house.z1 + right
    else:
        z1, z2 = house.z2 - right, house.z2 - left
    if z1 < painter.camera.z + 1.5:
        return None
    corners = ((bottom, z1), (bottom, z2), (top, z2), (top, z1))
    return np.array([painter.camera.spot(house.x, y, z)[:2] for y, z in corners])


def _post(
    painter: Painter, x: float, z: float, bottom: float, top: float, radius: float, colour: Array
) -> None:
    """Draw a round post as three bands of light, one where it is thin."""
    low_x, low_y, depth = painter.camera.spot(x, bottom, z)
    top_x, top_y, _ = painter.camera.spot(x, top, z)
    half = max(painter.camera.focal * radius / max(depth, 0.5), 0.45)
    lit_side = half if painter.light.sun[0] > 0 else -half
    levels = (
        ((-1.0, -0.3, 0.75), (-0.3, 0.35, 1.0), (0.35, 1.0, 1.2))
        if half > 1.2
        else ((-1.0, 1.0, 1.0),)
    )
    for low, high, gain in levels:
        a, b = low * lit_side, high * lit_side
        outline = [
            (low_x + a, low_y),
            (low_x + b, low_y),
            (top_x + b * 0.8, top_y),
            (top_x + a * 0.8, top_y),
        ]
        painter.canvas.polygon(outline, np.clip(colour * gain, 0, 255).tolist())


@lru_cache(maxsize=1024)
def _draw_lots(kind: int, key: tuple[int, int]) -> tuple[float, ...]:
    """Return eight numbers in [0, 1) that belong to a thing for good."""
    return tuple(np.random.default_rng([key[0] + 10_000, key[1], kind]).random(8).tolist())


def draw_tree(painter: Painter, tree: Prop, ident: int, trunk_ident: int) -> None:
    """Draw a trunk and, over it, a crown from the stock, tinted and turned to the sun."""
    lots = _draw_lots(21, tree.key)
    distance = tree.z - painter.camera.z
    kind = int(lots[0] * (9 if tree.surface else CROWNS))
    bare = tree.size * (0.12 if kind >= 9 else 0.28 + 0.12 * lots[1])
    bark = painter.lit((58.0, 70.0, 82.0), (0.0, 0.2, -1.0), tree.z)
    _post(painter, tree.x, tree.z, 0.0, bare + 0.25 * tree.size, 0.07 + 0.016 * tree.size, bark)
    painter.canvas.stamp(trunk_ident, ident)
    half = (tree.size - bare) * (0.32 if kind >= 9 else 0.5 + 0.18 * lots[2])
    box, depth = painter.camera.project(
        np.array([(tree.x - half, tree.size, tree.z), (tree.x + half, bare * 0.85, tree.z)])
    )
    bounds = painter.canvas.region(box)
    if bounds is None or depth[0] < 0.8:
        return
    x1, y1, x2, y2 = bounds
    wide, tall = box[1] - box[0]
    level = int(np.clip(np.log2(224.0 / max(wide, 4.0)) + 0.4, 0, 5))
    colours, alpha = crown(kind, bool(painter.light.sun[0] > 0), level)
    side = len(alpha)
    place = np.array([[wide / side, 0, box[0, 0] - x1], [0, tall / side, box[0, 1] - y1]])
    size = (x2 - x1, y2 - y1)
    season = np.array([0.75 + 0.45 * lots[3], 0.8 + 0.3 * lots[4], 0.75 + 0.5 * lots[5]])
    shade = painter.shade_of((0.0, 0.6, -0.8), distance)
    shade[:, :3] = shade[:, :3] * season
    leaves = cv2.warpAffine(
        cv2.transform(colours, shade), place, size, borderMode=cv2.BORDER_REPLICATE
    )
    weight = cv2.warpAffine(alpha, place, size)
    under = painter.canvas.paint[y1:y2, x1:x2]
    blended = cv2.blendLinear(
        leaves, cv2.cvtColor(under, cv2.COLOR_BGRA2BGR), weight, 1.0 - weight
    )
    cv2.mixChannels([blended], [under], [0, 0, 1, 1, 2, 2])
    painter.canvas.own(ident, bounds, weight > 0.5)


def draw_lamp(painter: Painter, lamp: Prop, ident: int, light_ident: int) -> None:
    """Draw a street lamp: a tapered pole with an arm over the road and its light."""
    grey = painter.lit((105.0, 106.0, 104.0), (0.0, 0.0, -1.0), lamp.z)
    ax, ay, depth = painter.camera.spot(lamp.x, lamp.size - 0.1, lamp.z)
    bx, by, _ = painter.camera.spot(lamp.x - lamp.side * 1.5, lamp.size + 0.25, lamp.z)
    if depth < 0.8:
        return
    _post(painter, lamp.x, lamp.z, 0.0, lamp.size, 0.075, grey)
    m = painter.scale(lamp.z)
    thick = max(0.05 * m, 0.5)
    painter.canvas.polygon(
        [(ax, ay - thick), (bx, by - thick), (bx, by + thick), (ax, ay + thick)], grey.tolist()
    )
    painter.canvas.stamp(ident)
    outline = [(-0.35, -0.06), (0.3, -0.08), (0.3, 0.07), (-0.35, 0.1)]
    glow = (190.0, 225.0, 252.0) if painter.light.lamps else np.clip(grey * 1.25, 0, 255).tolist()
    painter.canvas.polygon([(bx + dx * m, by + dy * m) for dx, dy in outline], glow)
    painter.canvas.stamp(light_ident)


_SIGNS = ('ban', 'limit', 'limit', 'warning', 'warning', 'stop', 'parking', 'order', 'back')
_BAR = [(-0.7, -0.15), (0.7, -0.15), (0.7, 0.15), (-0.7, 0.15)]
_TRIANGLE = [(-1.1, 0.75), (1.1, 0.75), (0.0, -1.15)]
_PLATE = [(-0.85, -0.95), (0.85, -0.95), (0.85, 0.95), (-0.85, 0.95)]


def _ring(
    count: int = 18, size: float = 1.0, x: float = 0.0, y: float = 0.0
) -> list[tuple[float, float]]:
    step = 2 * math.pi / count
    return [
        (x + size * math.cos((k + 0.5) * step), y + size * math.sin((k + 0.5) * step))
        for k in range(count)
    ]


def draw_sign(painter: Painter, sign: Prop, pole_ident: int, ident: int) -> None:
    """Draw a traffic sign on its post: warning, ban, order, stop, parking, or seen from behind."""
    lots = _draw_lots(22, sign.key)
    x, y, depth = painter.camera.spot(sign.x, sign.size - 0.25, sign.z)
    if depth < 0.8:
        return
    grey = painter.lit((140.0, 140.0, 138.0), (0.0, 0.0, -1.0), sign.z)
    _post(painter, sign.x, sign.z, 0.0, sign.size, 0.035, grey)
    painter.canvas.stamp(pole_ident)
    radius = (0.34 + 0.11 * lots[0]) * painter.scale(sign.z)

    def tone(blue: float, green: float, red: float) -> list[float]:
        return np.minimum(
            painter.lit((blue, green, red), (0.0, 0.0, -1.0), sign.z) * 1.1, 255
        ).tolist()

    def paint(outline: list[tuple[float, float]], colour: list[float]) -> None:
        painter.canvas.polygon([(x + dx * radius, y + dy * radius) for dx, dy in outline], colour)

    red, white, blue, dark = (
        tone(40, 30, 200),
        tone(235, 236, 238),
        tone(185, 95, 30),
        tone(30, 30, 32),
    )
    shape = _SIGNS[int(lots[1] * len(_SIGNS))]
    if shape in ('ban', 'limit', 'order', 'back'):
        paint(_ring(), {'order': blue, 'back': grey.tolist()}.get(shape, red))
        if shape == 'limit':
            paint(_ring(size=0.78), white)
            for offset in (-0.28, 0.28):
                paint(_ring(10, 0.3, offset), dark)
                paint(_ring(10, 0.14, offset), white)
        elif shape == 'ban':
            paint(_BAR, white)
        elif shape == 'order':
            paint([(-0.12, 0.6), (0.12, 0.6), (0.12, -0.5), (-0.12, -0.5)], white)
            paint([(-0.4, -0.2), (0.4, -0.2), (0.0, -0.7)], white)
    elif shape == 'warning':
        paint(_TRIANGLE, red)
        paint([(dx * 0.68, dy * 0.68 + 0.04) for dx, dy in _TRIANGLE], white)
        paint([(-0.1, 0.3), (0.1, 0.3), (0.1, -0.35), (-0.1, -0.35)], dark)
    elif shape == 'stop':
        paint(_ring(8, 1.08), white)
        paint(_ring(8, 0.98), red)
        for k in range(4):
            left = k * 0.32 - 0.62
            paint([(left, -0.2), (left + 0.2, -0.2), (left + 0.2, 0.2), (left, 0.2)], white)
    else:
        paint(_PLATE, white)
        paint([(dx * 0.92, dy * 0.92) for dx, dy in _PLATE], blue)
        paint([(-0.4, -0.65), (-0.15, -0.65), (-0.15, 0.65), (-0.4, 0.65)], white)
        paint(_ring(12, 0.38, 0.05, -0.28), white)
        paint(_ring(12, 0.17, 0.05, -0.28), blue)
    painter.canvas.stamp(ident)


def draw_signal(painter: Painter, signal: Prop, pole_ident: int, ident: int, time: float) -> None:
    """Draw a traffic light on its pole; it changes every 8 s."""
    x, y, depth = painter.camera.spot(signal.x, signal.size - 0.1, signal.z)
    if depth < 0.8:
        return
    dark = painter.lit((52.0, 56.0, 54.0), (0.0, 0.0, -1.0), signal.z)
    _post(painter, signal.x, signal.z, 0.0, signal.size, 0.06, dark * 1.4)
    painter.canvas.stamp(pole_ident)
    m = painter.scale(signal.z)
    box = [(-0.2, -0.55), (0.2, -0.55), (0.2, 0.5), (-0.2, 0.5)]
    painter.canvas.polygon([(x + dx * m, y + dy * m) for dx, dy in box], (dark * 0.55).tolist())
    on = int((time / 8.0 + signal.key[0]) % 3)
    for index, colour in enumerate(((40, 40, 245), (40, 190, 250), (130, 235, 60))):
        gain = 1.0 if index == on else 0.22
        lamp = _ring(12, 0.125, 0.0, (index - 1.05) * 0.32)
        painter.canvas.polygon(
            [(x + dx * m, y + dy * m) for dx, dy in lamp], [c * gain for c in colour]
        )
    painter.canvas.stamp(ident)


def draw_fence(painter: Painter, fence: Prop, ident: int) -> None:
    """Draw a fence or hedge along the street: boards with posts, railings, or clipped leaves."""
    lots = _draw_lots(23, fence.key)
    start, end = max(fence.z, painter.camera.z + 1.0), fence.z + fence.size
    if end <= start:
        return
    boards = lots[0] < 0.4
    top = 0.9 + 0.6 * lots[1]
    wood = ((150, 175, 190), (215, 218, 220), (70, 95, 120), (60, 62, 60))[int(lots[2] * 4)]
    colour = painter.lit(wood, (-fence.side, 0.0, -0.2), start)
    spot, canvas = painter.camera.spot, painter.canvas

    def rail(z1: float, z2: float, low: float, high: float, tone: Array) -> None:
        corners = ((low, z1), (low, z2), (high, z2), (high, z1))
        canvas.polygon([spot(fence.x, y, z)[:2] for y, z in corners], tone)

    tone, seam = colour.tolist(), (colour * 0.72).tolist()
    if boards:
        rail(start, end, 0.05, top, tone)
    else:
        rail(start, end, top - 0.14, top - 0.06, tone)
        rail(start, end, 0.2, 0.28, tone)
    step = 0.28 if boards else 0.22
    for number in range(math.ceil((start - fence.z) / step), int(fence.size / step)):
        z = fence.z + number * step
        away = z - painter.camera.z
        if away > 45:
            break
        if away < 12 or number % (2 if away < 20 else 4) == 0:
            rail(z, z + (0.025 if boards else 0.07), 0.05, top, seam if boards else tone)
    canvas.stamp(ident)
