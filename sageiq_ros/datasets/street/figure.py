# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Figures of the rendered street: what people wear, and limbs, trunks and heads to draw.

A limb is shaded as a cylinder lit from the sun's side. Lengths are metres.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sageiq_ros.datasets.street.painter import Painter
from sageiq_ros.datasets.street.things import Person

Spot = tuple[float, float]
Colour = tuple[float, float, float]

SKINS = [(150, 180, 225), (125, 160, 210), (90, 125, 180), (60, 85, 130), (45, 62, 95)]
HAIRS = [(20, 22, 28), (30, 42, 62), (55, 85, 120), (90, 150, 195), (120, 122, 125)]
CLOTHES = [
    (40, 40, 44),
    (75, 55, 40),
    (110, 75, 45),
    (150, 150, 150),
    (225, 226, 228),
    (45, 40, 140),
    (45, 90, 50),
    (60, 60, 65),
    (70, 110, 150),
    (30, 150, 210),
    (130, 95, 150),
    (60, 40, 80),
    (170, 120, 60),
    (35, 60, 190),
]
TROUSERS = [(95, 65, 42), (70, 48, 32), (38, 38, 42), (60, 62, 66), (95, 120, 145), (120, 90, 60)]


@dataclass(frozen=True, slots=True)
class Outfit:
    """Hold a person's build and clothes; colours BGR, lengths in metres."""

    tall: float
    broad: float
    skin: Colour
    hair: Colour
    top: Colour
    legs: Colour
    shoes: Colour
    skirt: bool
    coat: float
    long_hair: bool
    bag: str
    bag_colour: Colour
    helmet: bool


@lru_cache(maxsize=512)
def make_outfit(key: tuple[int, int], label: str, ride: str) -> Outfit:
    """Dress a person; the same one always the same."""
    rng = np.random.default_rng([key[0] + 40_000, key[1] + 10_000, 31])

    def pick(colours: list[Colour]) -> Colour:
        gain = rng.uniform(0.8, 1.15)
        return tuple(min(max(c * gain, 8.0), 245.0) for c in colours[rng.integers(len(colours))])

    woman = label == 'woman'
    tall = (
        rng.normal(1.66 if woman else 1.78, 0.06) if label != 'person' else rng.normal(1.68, 0.1)
    )
    return Outfit(
        tall=float(np.clip(tall, 1.45, 1.95)),
        broad=rng.uniform(0.92, 1.12) * (0.88 if woman else 1.0),
        skin=pick(SKINS),
        hair=pick(HAIRS),
        top=pick(CLOTHES),
        legs=pick(TROUSERS),
        shoes=(235.0, 235.0, 235.0) if rng.random() < 0.3 else (35.0, 35.0, 40.0),
        skirt=bool(woman and not ride and rng.random() < 0.4),
        coat=float(rng.uniform(0.1, 0.28)) if rng.random() < 0.35 and not ride else 0.0,
        long_hair=bool(woman and rng.random() < 0.8),
        bag=str(rng.choice(['', '', 'back', 'hand'])),
        bag_colour=pick(CLOTHES),
        helmet=ride == 'motorcycle' or (ride == 'bike' and bool(rng.random() < 0.6)),
    )


class Figure:
    """Paint one figure limb by limb, its own axes turned by the heading."""

    def __init__(self, painter: Painter, person: Person) -> None:
        self.painter, self.person = painter, person
        self.m = painter.scale(person.z)
        light = painter.light
        self.sun_side = (1.0 if light.sun[0] > 0 else -1.0) if light.time != 'overcast' else 0.0
        self.level = light.on(np.array([[0.0, 0.25, -0.97]]))[0].tolist()
        self.veil = light.veil(person.z - painter.camera.z)
        self.far = (light.horizon * self.veil).tolist()
        self.cos, self.sin = math.cos(person.heading), math.sin(person.heading)
        self.depth = math.inf

    def spot(self, x: float, y: float, z: float) -> Spot:
        """Project a point of the figure's own axes; ``depth`` keeps the nearest so far."""
        c, s, person = self.cos, self.sin, self.person
        u, v, depth = self.painter.camera.spot(
            person.x + c * x + s * z, y, person.z + c * z - s * x
        )
        self.depth = min(self.depth, depth)
        return u, v

    def tone(self, colour: Colour, gain: float = 1.0) -> Colour:
        clear = (1.0 - self.veil) * gain
        return tuple(
            min(max(c * level * clear + far, 0.0), 255.0)
            for c, level, far in zip(colour, self.level, self.far, strict=True)
        )  # type: ignore[return-value]

    def paint(self, points: list[Spot], colour: Colour) -> None:
        self.painter.canvas.polygon(points, colour)

    def shape(self, centre: Spot, outline: list[Spot], colour: Colour) -> None:
        """Paint an outline given in metres about a place in the picture, y down."""
        x, y, m = *centre, self.m
        self.paint([(x + dx * m, y + dy * m) for dx, dy in outline], colour)

    def limb(self, a: Spot, b: Spot, ra: float, rb: float, colour: Colour) -> None:
        """Paint a tapering limb between two places in the picture; radii in metres."""
        dx, dy = b[0] - a[0], b[1] - a[1]
        length = math.hypot(dx, dy) + 1e-6
        tx, ty = dx / length, dy / length
        nx, ny = -ty, tx
        wa, wb = max(ra * self.m, 0.5), max(rb * self.m, 0.5)
        (ax, ay), (bx, by) = a, b
        self.paint(
            [
                (ax + nx * wa, ay + ny * wa),
                (ax - tx * wa * 0.6, ay - ty * wa * 0.6),
                (ax - nx * wa, ay - ny * wa),
                (bx - nx * wb, by - ny * wb),
                (bx + tx * wb * 0.6, by + ty * wb * 0.6),
                (bx + nx * wb, by + ny * wb),
            ],
            self.tone(colour, 0.74 if wa > 1.4 else 0.9),
        )
        if wa <= 1.4:
            return
        if nx * (self.sun_side or 1.0) < 0:
            nx, ny = -nx, -ny
        bands = ((-0.55, 0.95, 0.92), (0.0, 0.75, 1.08 if self.sun_side else 0.98))
        for low, high, gain in bands if wa > 3.0 else bands[:1]:
            self.paint(
                [
                    (ax + nx * wa * low, ay + ny * wa * low),
                    (ax + nx * wa * high, ay + ny * wa * high),
                    (bx + nx * wb * high, by + ny * wb * high),
                    (bx + nx * wb * low, by + ny * wb * low),
                ],
                self.tone(colour, gain),
            )

    def ellipse(self, centre: Spot, wide: float, tall: float, colour: Colour) -> None:
        """Paint an ellipse of half axes in metres."""
        x, y = centre
        w, t = wide * self.m, tall * self.m
        ring = _RING if max(w, t) > 4 else _RING[::2]
        self.paint([(x + c * w, y + s * t) for c, s in ring], colour)

    def move(self, spot: Spot, dx: float, dy: float) -> Spot:
        """Return a place ``dx``, ``dy`` metres right of and below another in the picture."""
        return spot[0] + dx * self.m, spot[1] + dy * self.m

    def head(self, neck: Spot, crown: Spot, outfit: Outfit, facing: float) -> None:
        """Paint the head between two places; ``facing`` is 1 towards us, -1 away, 0 in profile."""
        centre = ((neck[0] + crown[0]) / 2, (neck[1] + crown[1]) / 2)
        size = outfit.tall / 1.75
        move, tone, ellipse = self.move, self.tone, self.ellipse
        ahead = 0.03 * self.sin * (abs(facing) < 0.75)
        hair, skin = tone(outfit.hair), tone(outfit.skin, 1.05)
        if outfit.long_hair:
            ellipse(
                move(centre, -1.4 * ahead, 0.07), 0.10 * size, 0.17 * size, tone(outfit.hair, 0.85)
            )
        ellipse(centre, 0.082 * size, 0.118 * size, tone(outfit.skin, 0.85))
        if facing > -0.3 and self.m > 18:
            ellipse(
                move(centre, self.sun_side * 0.012 + ahead, 0.01), 0.062 * size, 0.095 * size, skin
            )
            if self.m > 55:
                for eye in (-0.03, 0.03) if not ahead else (1.8 * ahead,):
                    ellipse(move(centre, eye, -0.01), 0.011, 0.008, tone((30.0, 34.0, 40.0)))
                ellipse(move(centre, 1.6 * ahead, 0.062), 0.02, 0.006, tone(outfit.skin, 0.55))
        if outfit.helmet:
            shell = tuple(60 + 0.6 * c for c in outfit.top)
            ellipse(move(centre, -ahead, -0.045), 0.125 * size, 0.115 * size, tone(shell))
            ellipse(move(centre, -0.02, -0.08), 0.07 * size, 0.05 * size, tone(shell, 1.5))
            if facing > 0.3 and self.person.ride == 'motorcycle':
                ellipse(
                    move(centre, 0, -0.01), 0.085 * size, 0.045 * size, tone((40.0, 36.0, 34.0))
                )
        elif facing < -0.3:
            ellipse(move(centre, -ahead, -0.015), 0.092 * size, 0.115 * size, hair)
        else:
            ellipse(move(centre, -ahead, -0.07), 0.092 * size, 0.062 * size, hair)
            if ahead:
                ellipse(move(centre, -1.8 * ahead, -0.02), 0.055 * size, 0.10 * size, hair)
            elif outfit.long_hair:
                for side in (-0.085, 0.085):
                    ellipse(
                        move(centre, side, 0.03), 0.03 * size, 0.14 * size, tone(outfit.hair, 0.9)
                    )


_RING = [(math.cos(k * math.pi / 8), math.sin(k * math.pi / 8)) for k in range(16)]
