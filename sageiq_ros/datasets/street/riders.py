# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Draw the rendered street's riders with their bikes and motorcycles."""

from __future__ import annotations

import math

from sageiq_ros.datasets.street.figure import Colour, Figure, Outfit, Spot, make_outfit
from sageiq_ros.datasets.street.painter import Painter
from sageiq_ros.datasets.street.things import Person

BLACK: Colour = (26.0, 26.0, 28.0)
CHROME: Colour = (165.0, 166.0, 168.0)
ENGINE: Colour = (70.0, 70.0, 74.0)
_CIRCLE = [(math.cos(k * math.pi / 9), math.sin(k * math.pi / 9)) for k in range(18)]


def draw_rider(painter: Painter, person: Person, ident: int, ride_ident: int) -> None:
    """Draw a rider, and the bike or motorcycle under him with an identity of its own."""
    figure, wear = Figure(painter, person), make_outfit(person.key, person.label, person.ride)
    motor = person.ride == 'motorcycle'
    bar = (0.34, 1.05, 0.48) if motor else (0.26, 1.06, 0.46)
    crank = (0.33, 0.08) if motor else (0.29, 0.0)
    saddle = 0.80 if motor else 0.95
    figure.spot(0.0, 0.4, -1.05)
    figure.spot(0.0, 0.4, 1.05)
    if figure.depth < 0.9:
        return
    if motor:
        _motorcycle(figure, wear, saddle, bar, crank)
    else:
        _bike(figure, wear, saddle, bar, crank)
    painter.canvas.stamp(ride_ident)
    _rider(figure, wear, person, saddle, bar, crank)
    painter.canvas.stamp(ident)


def _disc(figure: Figure, radius: float, height: float, z: float) -> list[Spot]:
    return [figure.spot(0.0, height + radius * s, z + radius * c) for c, s in _CIRCLE]


def _bike(
    figure: Figure, wear: Outfit, saddle: float, bar: tuple[float, ...], crank: tuple[float, ...]
) -> None:
    radius, base = 0.34, 0.53
    spots = {
        'seat': figure.spot(0, saddle, -0.22),
        'head': figure.spot(0, bar[1], bar[2]),
        'front': figure.spot(0, radius, base),
        'rear': figure.spot(0, radius, -base),
        'crank': figure.spot(0, *crank),
        'left': figure.spot(-bar[0], bar[1], bar[2] - 0.08),
        'right': figure.spot(bar[0], bar[1], bar[2] - 0.08),
    }
    for z in (base, -base):
        outer = _disc(figure, radius, radius, z)
        width = max(x for x, _ in outer) - min(x for x, _ in outer)
        if width < 0.12 * figure.m:
            figure.limb(
                figure.spot(0, 2 * radius - 0.03, z), figure.spot(0, 0.03, z), 0.03, 0.03, BLACK
            )
            continue
        inner = _disc(figure, radius * 0.86, radius, z)
        for k in range(len(outer)):
            figure.paint([outer[k - 1], outer[k], inner[k], inner[k - 1]], figure.tone(BLACK))
    tubes = (
        ('rear', 'crank', 0.014),
        ('rear', 'seat', 0.012),
        ('crank', 'seat', 0.018),
        ('crank', 'head', 0.02),
        ('seat', 'head', 0.018),
        ('front', 'head', 0.02),
    )
    for a, b, wide in tubes:
        figure.limb(spots[a], spots[b], wide, wide, wear.bag_colour)
    figure.limb(spots['left'], spots['right'], 0.016, 0.016, BLACK)
    figure.limb(
        figure.move(spots['seat'], -0.08, 0),
        figure.move(spots['seat'], 0.08, 0),
        0.035,
        0.03,
        BLACK,
    )
    if figure.cos > 0:
        figure.shape(
            spots['seat'],
            [(-0.05, 0.14), (0.05, 0.14), (0.05, 0.22), (-0.05, 0.22)],
            (50.0, 40.0, 215.0),
        )


def _motorcycle(
    figure: Figure, wear: Outfit, saddle: float, bar: tuple[float, ...], crank: tuple[float, ...]
) -> None:
    radius, base = 0.32, 0.70
    away = figure.cos > 0
    paint = tuple((a + b) / 2 for a, b in zip(wear.top, wear.bag_colour, strict=True))
    seat, tank = figure.spot(0, saddle, -0.22), figure.spot(0, saddle - 0.06, 0.35)
    tail, lamp = figure.spot(0, saddle + 0.02, -0.62), figure.spot(0, 0.84, 0.62)
    pedal, rear = figure.spot(0, *crank), figure.spot(0, radius, -base)
    for z in (base, -base) if away else (-base, base):
        figure.limb(
            figure.spot(0, 2 * radius - 0.08, z), figure.spot(0, 0.08, z), 0.085, 0.085, BLACK
        )
        figure.paint(_disc(figure, radius, radius, z), figure.tone(BLACK))
        figure.paint(_disc(figure, radius * 0.6, radius, z), figure.tone(CHROME, 0.8))
        figure.paint(_disc(figure, radius * 0.5, radius, z), figure.tone(BLACK, 1.4))

    def fork() -> None:
        for side in (-0.11, 0.11):
            figure.limb(
                figure.spot(side, radius, base),
                figure.spot(side, bar[1], bar[2]),
                0.028,
                0.032,
                CHROME,
            )
        figure.limb(
            figure.spot(0, 2 * radius + 0.02, base + 0.1),
            figure.spot(0, 2 * radius + 0.04, base - 0.12),
            0.09,
            0.1,
            paint,
        )

    def engine() -> None:
        figure.limb(rear, pedal, 0.07, 0.12, ENGINE)
        figure.limb(figure.move(pedal, 0, -0.1), tank, 0.18, 0.15, ENGINE)
        for side in (-0.2, 0.2):
            figure.limb(
                figure.spot(side, 0.38, -0.1), figure.spot(side, 0.42, -0.75), 0.05, 0.065, CHROME
            )

    def body() -> None:
        figure.limb(tail, seat, 0.11, 0.15, BLACK)
        figure.limb(seat, tank, 0.14, 0.19, paint)
        figure.limb(tank, lamp, 0.17, 0.15, paint)

    steps = (fork, engine, body) if away else (engine, body, fork)
    for step in steps:
        step()
    figure.limb(
        figure.spot(-bar[0], bar[1], bar[2] - 0.08),
        figure.spot(bar[0], bar[1], bar[2] - 0.08),
        0.025,
        0.025,
        BLACK,
    )
    for side in (-1, 1):
        stalk = figure.spot(side * (bar[0] + 0.06), bar[1] + 0.22, bar[2])
        figure.limb(figure.spot(side * bar[0] * 0.8, bar[1], bar[2]), stalk, 0.012, 0.012, BLACK)
        figure.ellipse(stalk, 0.07, 0.045, figure.tone(BLACK, 1.5))
    if away:
        figure.shape(
            tail, [(-0.11, -0.02), (0.11, -0.02), (0.10, 0.09), (-0.10, 0.09)], (55.0, 45.0, 225.0)
        )
        figure.shape(
            tail,
            [(-0.1, 0.20), (0.1, 0.20), (0.1, 0.34), (-0.1, 0.34)],
            figure.tone((225.0, 228.0, 228.0)),
        )
    else:
        figure.ellipse(lamp, 0.11, 0.11, figure.tone(CHROME))
        figure.ellipse(lamp, 0.09, 0.09, (235.0, 244.0, 250.0))


def _rider(
    figure: Figure,
    wear: Outfit,
    person: Person,
    saddle: float,
    bar: tuple[float, ...],
    crank: tuple[float, ...],
) -> None:
    motor, away = person.ride == 'motorcycle', figure.cos > 0
    lean = 0.30 if motor else 0.36
    hip_y, hip_z = saddle + 0.06, -0.2
    chest_y, chest_z = hip_y + 0.30 * wear.tall, hip_z + lean
    reach = 0.0 if motor else 0.16
    legs, arms = [], []
    for side in (-1, 1):
        turn = person.gait + (math.pi if side > 0 else 0.0)
        foot_y, foot_z = crank[0] + reach * math.sin(turn), crank[1] + reach * math.cos(turn)
        apart = side * (0.24 if motor else 0.16)
        legs.append(
            [
                figure.spot(side * 0.10, hip_y, hip_z),
                figure.spot(apart, (hip_y + foot_y) / 2 + 0.10, max(foot_z, 0.0) + 0.26),
                figure.spot(apart * 0.85, foot_y, foot_z),
                figure.spot(apart * 0.85, foot_y - 0.03, foot_z + 0.16),
            ]
        )
        shoulder = (side * 0.20 * wear.broad, chest_y - 0.03, chest_z)
        hand = (side * bar[0], bar[1] + 0.02, bar[2] - 0.06)
        elbow = (
            side * (bar[0] + 0.06),
            (shoulder[1] + hand[1]) / 2 - 0.06,
            (shoulder[2] + hand[2]) / 2,
        )
        arms.append([figure.spot(*shoulder), figure.spot(*elbow), figure.spot(*hand)])
    hips, chest = figure.spot(0, hip_y, hip_z), figure.spot(0, chest_y, chest_z)
    neck = figure.spot(0, chest_y + 0.05, chest_z + 0.04)
    crown = figure.spot(0, chest_y + 0.18 * wear.tall - 0.02, chest_z + 0.08)

    def draw_arms() -> None:
        for shoulder, elbow, hand in arms:
            figure.limb(shoulder, elbow, 0.065, 0.055, wear.top)
            figure.limb(elbow, hand, 0.055, 0.042, wear.top)
            figure.ellipse(hand, 0.045, 0.045, figure.tone(BLACK if motor else wear.skin))

    def draw_legs() -> None:
        for thigh, knee, foot, toe in legs:
            figure.limb(thigh, knee, 0.095, 0.07, wear.legs)
            figure.limb(knee, foot, 0.068, 0.05, wear.legs)
            figure.limb(foot, toe, 0.045, 0.04, wear.shoes)

    def draw_trunk() -> None:
        figure.limb(hips, chest, 0.16 * wear.broad, 0.20 * wear.broad, wear.top)
        if wear.bag == 'back' and away:
            middle = (hips[0] * 0.35 + chest[0] * 0.65, hips[1] * 0.35 + chest[1] * 0.65)
            figure.limb(
                figure.move(middle, 0, 0.12),
                figure.move(middle, 0, -0.12),
                0.14,
                0.13,
                wear.bag_colour,
            )

    for step in (draw_arms, draw_legs, draw_trunk) if away else (draw_legs, draw_trunk, draw_arms):
        step()
    figure.head(neck, crown, wear, -figure.cos)
