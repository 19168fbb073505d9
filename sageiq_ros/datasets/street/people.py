# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Draw the rendered street's people on foot: walking, crossing, standing.

A figure is a set of joints in metres (x to its right, y up, z forward) joined by limbs, painted
from the far to the near.
"""

from __future__ import annotations

import math

from sageiq_ros.datasets.street.figure import Figure, Outfit, Spot, make_outfit
from sageiq_ros.datasets.street.painter import Painter
from sageiq_ros.datasets.street.things import Person


def draw_walker(painter: Painter, person: Person, ident: int) -> None:
    """Draw somebody on foot, in mid-stride by ``gait`` or standing."""
    figure, wear = Figure(painter, person), make_outfit(person.key, person.label, '')
    standing = math.isnan(person.gait)
    phase = 0.0 if standing else person.gait
    swing = 0.06 if standing else 0.34
    t, b = wear.tall, wear.broad
    hip_y, shoulder_y = 0.53 * t, 0.82 * t
    bob = 0.0 if standing else 0.018 * math.cos(2 * phase)
    legs, arms = [], []
    for side in (-1, 1):
        angle = swing * math.sin(phase) * side
        bend = 0.0 if standing else max(0.0, 0.75 * math.cos(phase) * side) ** 1.5 + 0.08
        x, low = side * 0.085 * b, angle - bend
        knee_y, knee_z = hip_y + bob - 0.27 * t * math.cos(angle), 0.27 * t * math.sin(angle)
        ankle_y = max(0.05, knee_y - 0.26 * t * math.cos(low))
        ankle_z = knee_z + 0.26 * t * math.sin(low)
        legs.append(
            [
                figure.spot(x, hip_y + bob, 0.0),
                figure.spot(x, knee_y, knee_z),
                figure.spot(x, ankle_y, ankle_z),
                figure.spot(1.2 * x, max(0.03, ankle_y - 0.03), ankle_z + 0.17),
            ]
        )
        arm = -swing * 0.85 * math.sin(phase) * side
        elbow_y, elbow_z = shoulder_y - 0.17 * t * math.cos(arm) + bob, 0.17 * t * math.sin(arm)
        arms.append(
            [
                figure.spot(side * 0.20 * b, shoulder_y - 0.02 + bob, 0.0),
                figure.spot(side * 0.235 * b, elbow_y, elbow_z),
                figure.spot(
                    side * 0.23 * b,
                    elbow_y - 0.15 * t * math.cos(arm + 0.35),
                    elbow_z + 0.15 * t * math.sin(arm + 0.35),
                ),
            ]
        )
    hips, chest, neck, crown, waist = (
        figure.spot(0, y + bob, z)
        for y, z in ((hip_y, 0), (shoulder_y, 0), (0.86 * t, 0.02), (t, 0.02), (0.68 * t, 0))
    )
    if figure.depth < 0.8:
        return
    if figure.m < 12:
        _draw_far(figure, wear, legs, (hips, chest, neck, crown))
        painter.canvas.stamp(ident)
        return
    far, near = (0, 1) if figure.sin > 0 else (1, 0)
    facing, across = -figure.cos, abs(figure.cos)

    def leg(side: int) -> None:
        hip, knee, ankle, toe = legs[side]
        bare = wear.skirt
        figure.limb(ankle, toe, 0.045, 0.04, wear.shoes)
        figure.limb(
            knee,
            ankle,
            0.052 if bare else 0.068,
            0.04 if bare else 0.055,
            wear.skin if bare else wear.legs,
        )
        figure.limb(hip, knee, 0.092 * b, 0.066, wear.legs)

    def arm_of(side: int) -> None:
        shoulder, elbow, hand = arms[side]
        figure.ellipse(hand, 0.04, 0.05, figure.tone(wear.skin))
        figure.limb(elbow, hand, 0.05, 0.036, wear.top)
        figure.limb(shoulder, elbow, 0.062, 0.052, wear.top)
        if wear.bag == 'hand' and side == near:
            outline = [(-0.14, 0.03), (0.14, 0.03), (0.17, 0.33), (-0.17, 0.33)]
            figure.shape(hand, outline, figure.tone(wear.bag_colour, 0.9))

    raised = (0, 1) if legs[0][2][1] < legs[1][2][1] else (1, 0)
    first, second = raised if across > 0.7 else (far, near)
    if facing <= 0 or across < 0.7:
        arm_of(far)
    leg(first)
    leg(second)
    _torso(figure, wear, (hips, waist, chest, neck), facing, across)
    if facing > 0 and across >= 0.7:
        arm_of(far)
    arm_of(near)
    figure.head(figure.move(neck, 0, -0.01), crown, wear, facing)
    painter.canvas.stamp(ident)


def _torso(
    figure: Figure, wear: Outfit, spots: tuple[Spot, ...], facing: float, across: float
) -> None:
    """Paint the trunk with skirt or coat, the neck and a rucksack."""
    hips, waist, chest, neck = spots
    wide = (0.20 * across + 0.135 * (1 - across)) * wear.broad
    drop = wear.coat + (0.22 if wear.skirt else 0.05)
    flare = 1.15 if wear.skirt else 1.0 if wear.coat else 0.88
    rows = [
        (figure.move(chest, 0, -0.055), wide * 0.62),
        (figure.move(chest, 0, 0.02), wide * 1.08),
        (waist, wide * 0.92),
        (hips, wide * 0.92),
        (figure.move(hips, 0, drop), wide * flare),
    ]
    turn = figure.m if figure.sun_side >= 0 else -figure.m
    gains = (
        ((-1.0, 0.80), (-0.55, 0.95), (0.1, 1.06), (0.7, 0.92))
        if figure.m > 18
        else ((-1.0, 0.95),)
    )
    for k in range(4):
        (a, wa), (b, wb) = rows[k], rows[k + 1]
        colour = wear.legs if wear.skirt and k == 3 else wear.top
        for start, gain in gains:
            quad = [
                (a[0] + wa * start * turn, a[1]),
                (a[0] + wa * turn, a[1]),
                (b[0] + wb * turn, b[1]),
                (b[0] + wb * start * turn, b[1]),
            ]
            figure.paint(quad, figure.tone(colour, gain * (1.02 - 0.03 * k)))
    figure.limb(neck, figure.move(chest, 0, -0.05), 0.05, 0.055, wear.skin)
    if facing > 0.4 and figure.m > 30 and not wear.coat:
        collar = [(-0.05, -0.05), (0.05, -0.05), (0, 0.06)]
        figure.shape(chest, collar, figure.tone(wear.skin, 0.9))
    if wear.bag == 'back' and facing < 0.3:
        squeeze = max(across, 0.55)
        back = (1 - across) * -0.16 * (1.0 if figure.sin > 0 else -1.0)
        pack = [
            (-0.15 * squeeze + back, -0.02),
            (0.15 * squeeze + back, -0.02),
            (0.17 * squeeze + back, 0.36),
            (-0.17 * squeeze + back, 0.36),
        ]
        figure.shape(chest, pack, figure.tone(wear.bag_colour))


def _draw_far(
    figure: Figure, wear: Outfit, legs: list[list[Spot]], spots: tuple[Spot, ...]
) -> None:
    """Paint somebody far away: two legs, a trunk and a head."""
    hips, chest, neck, crown = spots
    for hip, _, ankle, _ in legs:
        figure.limb(hip, ankle, 0.085, 0.06, wear.legs)
    figure.limb(chest, hips, 0.23 * wear.broad, 0.18 * wear.broad, wear.top)
    away = -figure.cos < -0.3
    figure.limb(neck, crown, 0.07, 0.09, wear.hair if away or wear.helmet else wear.skin)
