# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The rendered street's world: what stands along the road, what moves, and how.

The street runs along z without end. It is made in blocks, each from the scene's seed and its own
number, so that a block is the same whenever it comes into sight.
"""

from __future__ import annotations

import math

import numpy as np

from sageiq_ros.datasets.street.block import BLOCK, SIDE_STREET, any_label, any_paint, make_block
from sageiq_ros.datasets.street.things import Layout, Person, Snapshot, Vehicle

SIGHT = 170.0
"""How far ahead things are made, in metres."""


class World:
    """Make the street of a seed; ask ``at`` what there is at a time from a place.

    ``speed`` is the ego car's, in m/s; ``crowd`` and ``greenery`` scale the number of people and
    trees; ``tallness`` is the share of high houses.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        rng = np.random.default_rng([seed, 1])
        suburb = bool(rng.random() < 0.3)
        self.layout = Layout(
            lane=rng.uniform(3.0, 3.6),
            lanes=1 if suburb or rng.random() < 0.65 else 2,
            parking=(bool(rng.random() < 0.65), bool(rng.random() < 0.65)),
            sidewalk=rng.uniform(2.0, 4.2),
            verge=rng.uniform(1.0, 2.0) if suburb or rng.random() < 0.2 else 0.0,
            suburb=suburb,
        )
        self.speed = rng.uniform(7.0, 12.0)
        self.ego_lane = int(rng.integers(self.layout.lanes))
        self.crowd = rng.uniform(0.5, 1.3)
        self.gap = rng.uniform(14.0, 34.0)
        self.oncoming_speed = rng.uniform(8.0, 12.0)
        self.greenery = rng.uniform(0.3, 1.0)
        self.tallness = rng.uniform(0.0, 1.0)
        self._waves = rng.uniform(0, 2 * math.pi, 6)
        self._blocks: dict[int, Snapshot] = {}

    def ego_z(self, time: float) -> float:
        """Return how far the ego car has come after ``time`` seconds."""
        w = self._waves
        sway = math.sin(0.35 * time + w[0]) / 0.35 * 0.25 - math.sin(w[0]) / 0.35 * 0.25
        return self.speed * (time + sway)

    def ego_speed(self, time: float) -> float:
        """Return the ego car's speed in m/s, always forward."""
        return self.speed * (1.0 + 0.25 * math.cos(0.35 * time + self._waves[0]))

    def bend(self, z: float) -> float:
        """Return the curvature of the road ahead of ``z`` in 1/m."""
        w = self._waves
        return 0.0011 * math.sin(z / 140 + w[1]) + 0.0007 * math.sin(z / 61 + w[2])

    def in_side_street(self, z: float) -> bool:
        """Tell whether ``z`` lies in the mouth of a side street."""
        block = math.floor(z / BLOCK)
        return self.has_mouth(block) and z - block * BLOCK >= BLOCK - SIDE_STREET

    def has_mouth(self, block: int) -> bool:
        """Tell whether a block ends in a side street."""
        return np.random.default_rng([self.seed, 2, block + 10_000]).random() < 0.6

    def mouths(self, z: float) -> list[float]:
        """Return where the side streets in sight of ``z`` begin (their nearer edge)."""
        first, last = math.floor(z / BLOCK) - 1, math.floor((z + SIGHT) / BLOCK)
        return [(b + 1) * BLOCK - SIDE_STREET for b in range(first, last + 1) if self.has_mouth(b)]

    def at(self, time: float, z: float) -> Snapshot:
        """Return what is between 12 m behind ``z`` and ``SIGHT`` ahead at ``time`` seconds."""
        seen = Snapshot()
        for number in range(math.floor((z - 12) / BLOCK), math.floor((z + SIGHT) / BLOCK) + 1):
            block = self._blocks.get(number)
            if block is None:
                block = self._blocks[number] = make_block(self, number)
            seen.buildings.extend(b for b in block.buildings if b.z2 > z)
            seen.props.extend(
                p for p in block.props if p.z + (p.size if p.kind == 'fence' else 0) > z
            )
            seen.vehicles.extend(v for v in block.vehicles if v.z > z - 4)
            seen.people.extend(self._walk(p, time) for p in block.people)
        seen.vehicles.extend(self._traffic(time, z))
        seen.people.extend(self._riders(time, z))
        return seen

    def _walk(self, person: Person, time: float) -> Person:
        """Move a passer-by to where he is at ``time``: 1.2 to 1.6 m/s, 4.6 rad of gait a metre."""
        if math.isnan(person.gait):
            return person
        pace = 1.2 + 0.4 * ((person.key[1] * 0.618) % 1.0)
        way = pace * time
        x, z = person.x, person.z
        if person.surface == 'street':
            left, right = self.layout.kerb
            span = left + right
            x = (x + left + math.copysign(way, person.heading)) % (2 * span)
            heading = person.heading
            if x > span:
                x, heading = 2 * span - x, -person.heading
            x -= left
        else:
            z, heading = z + way * math.cos(person.heading), person.heading
            if self.in_side_street(z):
                return Person(
                    person.key, person.label, x, z, heading, person.gait + 4.6 * way, 'street'
                )
        return Person(
            person.key, person.label, x, z, heading, person.gait + 4.6 * way, person.surface
        )

    def _traffic(self, time: float, z: float) -> list[Vehicle]:
        """Return the moving vehicles: those ahead of us in our lanes, and the oncoming ones."""
        vehicles = []
        w = self._waves
        ego_at, ego_speed = self.ego_z(time), self.ego_speed(time)
        for lane in range(self.layout.lanes):
            for index in range(4):
                rng = np.random.default_rng([self.seed, 4, lane, index])
                ours = lane == self.ego_lane
                swing = 0.35 * self.gap * math.sin(0.21 * time + w[3] + lane)
                ahead = (
                    self.gap * (index + (0.75 if ours else 0.35))
                    + swing
                    + rng.uniform(2, 4)
                    + 3.0 * index
                )
                label = ('car', 'truck', 'bus')[int(np.searchsorted([0.84, 0.93], rng.random()))]
                braking = math.cos(0.35 * time + 0.3 + w[0]) * math.cos(0.21 * time) < -0.5
                x = self.layout.lane_x(lane) + rng.normal(0, 0.12)
                vehicles.append(
                    Vehicle(
                        (10_000 + lane, index),
                        label,
                        int(rng.integers(12)),
                        any_paint(rng),
                        x,
                        ego_at + max(ahead, 7.0 + 8.0 * index),
                        0.0,
                        ego_speed,
                        lane,
                        braking,
                    )
                )
        for lane in range(-self.layout.lanes, 0):
            spacing = 1.3 * self.gap + 4.0 * (lane + 2)
            shift = self.oncoming_speed * time + lane * 7.0
            for index in range(
                math.ceil((z - 6 + shift) / spacing), math.floor((z + SIGHT + shift) / spacing) + 1
            ):
                rng = np.random.default_rng([self.seed, 5, lane + 10, index + 10_000])
                if rng.random() < 0.25:
                    continue
                label = ('car', 'truck', 'bus')[int(np.searchsorted([0.86, 0.94], rng.random()))]
                x = self.layout.lane_x(lane) + rng.normal(0, 0.15)
                at = index * spacing - shift + rng.uniform(-0.14, 0.14) * spacing
                vehicles.append(
                    Vehicle(
                        (20_000 + lane, index),
                        label,
                        int(rng.integers(12)),
                        any_paint(rng),
                        x,
                        at,
                        math.pi,
                        self.oncoming_speed,
                        lane,
                    )
                )
        return vehicles

    def _riders(self, time: float, z: float) -> list[Person]:
        """Return those on bikes and motorcycles, near the right-hand edge of each direction."""
        riders = []
        for side, speed, spacing in ((1, 4.5, 34.0), (-1, -5.5, 46.0)):
            lanes = self.layout.lanes * self.layout.lane
            shift = -speed * time
            for index in range(
                math.ceil((z - 3 + shift) / spacing), math.floor((z + 80 + shift) / spacing) + 1
            ):
                rng = np.random.default_rng([self.seed, 6, side + 1, index + 10_000])
                if rng.random() > 0.65 * self.crowd:
                    continue
                ride = 'bike' if rng.random() < 0.62 else 'motorcycle'
                x = side * (lanes - rng.uniform(0.2, 0.6))
                at = index * spacing - shift + rng.uniform(-0.2, 0.2) * spacing
                heading = 0.0 if side > 0 else math.pi
                riders.append(
                    Person(
                        (30_000 + side, index),
                        any_label(rng),
                        x,
                        at,
                        heading,
                        abs(at) * 1.5,
                        'street',
                        ride,
                    )
                )
        return riders
