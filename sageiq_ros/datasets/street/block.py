# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Build the rendered street block by block: houses, gardens, kerbside, parked cars, people."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sageiq_ros.datasets.street.facade import VARIANTS, facade_size
from sageiq_ros.datasets.street.things import Building, Layout, Person, Prop, Snapshot, Vehicle

if TYPE_CHECKING:
    from sageiq_ros.datasets.street.scene import World

BLOCK = 60.0
"""Length of a block in metres; most end in a side street."""
SIDE_STREET = 9.0
"""Width of a side street in metres."""
PAINTS = [
    (235, 236, 236),
    (28, 28, 30),
    (120, 122, 124),
    (175, 178, 180),
    (40, 36, 150),
    (120, 62, 28),
    (70, 74, 80),
    (60, 40, 30),
    (200, 205, 210),
    (40, 80, 50),
    (60, 130, 180),
    (150, 110, 60),
    (30, 160, 215),
    (55, 60, 110),
]


def any_paint(rng: np.random.Generator) -> tuple[float, float, float]:
    """Draw a vehicle's colour, BGR."""
    base = np.array(PAINTS[rng.integers(len(PAINTS))]) * rng.uniform(0.85, 1.1) + rng.normal(
        0, 4, 3
    )
    return tuple(float(v) for v in np.clip(base, 8, 245))  # type: ignore[return-value]


def any_label(rng: np.random.Generator) -> str:
    """Draw what a human being is called."""
    return ('man', 'woman', 'person')[int(np.searchsorted([0.45, 0.82], rng.random()))]


@dataclass(slots=True)
class _Side:
    """One side of a block: where it lies, and what it is made with."""

    world: World
    block: Snapshot
    rng: np.random.Generator
    number: int
    names: Iterator[int]
    side: int
    start: float
    end: float

    @property
    def layout(self) -> Layout:
        return self.world.layout

    @property
    def kerb(self) -> float:
        return self.layout.kerb[0 if self.side < 0 else 1]

    @property
    def outer(self) -> float:
        return self.kerb + self.layout.verge + self.layout.sidewalk

    def key(self) -> tuple[int, int]:
        return (self.number, next(self.names))

    def prop(self, kind: str, x: float, z: float, size: float, surface: str) -> None:
        self.block.props.append(Prop(kind, self.key(), self.side * x, z, size, surface, self.side))


def make_block(world: World, number: int) -> Snapshot:
    """Build a block of a world; people are where they are at time 0."""
    rng = np.random.default_rng([world.seed, 3, number + 10_000])
    block, names = Snapshot(), iter(range(10_000))
    start = number * BLOCK
    end = start + BLOCK - (SIDE_STREET if world.has_mouth(number) else 0.0)
    for way in (-1, 1):
        side = _Side(world, block, rng, number, names, way, start, end)
        face = side.outer + (rng.uniform(3.0, 7.0) if world.layout.suburb else 0.05)
        _build_houses(side, face)
        _plant_gardens(side, face)
        _furnish_kerb(side)
        if world.layout.parking[0 if way < 0 else 1]:
            _park(side)
        _people(side)
    return block


def _build_houses(side: _Side, face: float) -> None:
    rng, suburb = side.rng, side.layout.suburb
    styles = (
        ('clapboard', 'brick', 'plaster') if suburb else ('plaster', 'brick', 'panel', 'plaster')
    )
    z = side.start
    while z < side.end - 4:
        tall = 'low' if suburb else 'high' if rng.random() < side.world.tallness else 'mid'
        shop = bool(not suburb and rng.random() < 0.5)
        facade = (styles[rng.integers(len(styles))], tall, shop, int(rng.integers(VARIANTS)))
        wide, high = facade_size(*facade)
        wide = min(wide * rng.uniform(0.9, 1.1), side.end - z)
        high *= rng.uniform(0.93, 1.07)
        pitched = high < 13 and rng.random() < (0.9 if suburb else 0.35)
        tint = rng.uniform(0.8, 1.12) * (1.0 + rng.normal(0, 0.05, 3))
        x = side.side * (face + rng.uniform(0, 0.6))
        side.block.buildings.append(
            Building(
                side.key(), side.side, x, z, z + wide, high, facade, tuple(tint.tolist()),
                'pitched' if pitched else 'flat',
            )
        )  # fmt: skip
        z += wide
        if suburb:
            z += rng.uniform(2.0, 8.0)
        elif rng.random() < 0.15:
            z += rng.uniform(1.0, 5.0)


def _plant_gardens(side: _Side, face: float) -> None:
    rng, suburb = side.rng, side.layout.suburb
    if suburb or rng.random() < 0.15:
        z = side.start + rng.uniform(0, 4)
        while z < side.end - 6:
            run = min(rng.uniform(6, 16), side.end - z)
            if rng.random() < 0.7:
                side.prop('fence', side.outer + 0.1, z, run, '')
            z += run + rng.uniform(1.5, 4)
    if suburb:
        for _ in range(rng.poisson(3.5 * side.world.greenery)):
            x = rng.uniform(side.outer + 1.2, max(face - 0.8, side.outer + 1.4))
            side.prop('tree', x, rng.uniform(side.start, side.end), rng.uniform(3.5, 7), '')


def _furnish_kerb(side: _Side) -> None:
    rng, layout = side.rng, side.layout
    row = side.kerb + (layout.verge * 0.5 if layout.verge else 0.55)
    soil = '' if layout.verge else 'sidewalk'
    step = rng.uniform(7, 11)
    trees = rng.random() < side.world.greenery
    lamp_at = rng.integers(0, 3)
    for index, z in enumerate(np.arange(side.start + rng.uniform(1, 4), side.end - 2, step)):
        at = float(z) + rng.uniform(-0.8, 0.8)
        if index % 3 == lamp_at:
            side.prop('lamp', row, at, rng.uniform(6.0, 8.0), soil)
        elif trees and rng.random() < 0.8:
            side.prop('tree', row, at, rng.uniform(5.0, 9.5), soil)
        if rng.random() < 0.28:
            side.prop('sign', row - 0.1, at + step * 0.5, rng.uniform(2.4, 3.1), soil)
    if side.end < side.start + BLOCK and side.side > 0 and rng.random() < 0.6:
        side.prop('signal', side.kerb + 0.4, side.end - 0.8, 3.4, soil)


def _park(side: _Side) -> None:
    rng = side.rng
    z = side.start + rng.uniform(3, 7)
    full = rng.uniform(0.45, 0.95)
    while z < side.end - 3:
        if rng.random() < full:
            label = 'truck' if rng.random() < 0.05 else 'car'
            heading = (0.0 if side.side > 0 else math.pi) + rng.normal(0, 0.02)
            x = side.side * (side.kerb - 1.05) + rng.normal(0, 0.08)
            z += 2.5 if label == 'truck' else 0.0
            side.block.vehicles.append(
                Vehicle(
                    side.key(),
                    label,
                    int(rng.integers(12)),
                    any_paint(rng),
                    x,
                    z,
                    heading,
                    0.0,
                    None,
                )
            )
            z += 2.5 if label == 'truck' else 0.0
        z += rng.uniform(5.3, 6.4)


def _people(side: _Side) -> None:
    rng, inner = side.rng, side.kerb + side.layout.verge
    for _ in range(rng.poisson(4.5 * side.world.crowd)):
        x = side.side * rng.uniform(inner + 0.4, side.outer - 0.3)
        standing = rng.random() < 0.2
        heading = 0.0 if rng.random() < 0.5 else math.pi
        heading += rng.uniform(-3, 3) if standing else rng.normal(0, 0.1)
        gait = math.nan if standing else rng.uniform(0, 2 * math.pi)
        z = rng.uniform(side.start, side.end)
        side.block.people.append(
            Person(side.key(), any_label(rng), x, z, heading, gait, 'sidewalk')
        )
    if side.end < side.start + BLOCK and rng.random() < 0.6:
        left, right = side.layout.kerb
        for _ in range(int(rng.integers(1, 4))):
            heading = float(rng.choice([-1, 1])) * math.pi / 2
            x, z = rng.uniform(-left, right), side.end - rng.uniform(1.2, 3.6)
            side.block.people.append(
                Person(side.key(), any_label(rng), x, z, heading, rng.uniform(0, 6), 'street')
            )
