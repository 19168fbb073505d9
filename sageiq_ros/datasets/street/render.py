# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Paint one moment of the rendered street, the far before the near, and note who is who."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from sageiq_ros.datasets.street.block import SIDE_STREET
from sageiq_ros.datasets.street.canvas import Canvas
from sageiq_ros.datasets.street.facade import Facade, stock_facade
from sageiq_ros.datasets.street.geometry import Camera
from sageiq_ros.datasets.street.ground import Ground, make_ground
from sageiq_ros.datasets.street.light import Light
from sageiq_ros.datasets.street.painter import Array, Painter
from sageiq_ros.datasets.street.people import draw_walker
from sageiq_ros.datasets.street.props import (
    draw_building,
    draw_fence,
    draw_lamp,
    draw_sign,
    draw_signal,
    draw_tree,
    opening_outline,
)
from sageiq_ros.datasets.street.riders import draw_rider
from sageiq_ros.datasets.street.scene import World
from sageiq_ros.datasets.street.shadows import find_shadows
from sageiq_ros.datasets.street.sky import draw_sky
from sageiq_ros.datasets.street.things import Building, Person, Prop, Snapshot, Vehicle
from sageiq_ros.datasets.street.traffic import draw_vehicle
from sageiq_ros.datasets.street.vehicles import vehicle_mesh
from sageiq_ros.types import Image

SIGHT_OF = {'person': 75.0, 'prop': 95.0, 'vehicle': 110.0}
"""How far away things of a kind are still drawn, in metres."""


OPENINGS_TO = 26.0
"""Metres beyond which windows and doors are too small to be told."""


@dataclass(frozen=True, slots=True)
class Entity:
    """Name what an id of the canvas stands for.

    ``label`` is a VG150 name; ``thing`` the record of the scene it was drawn from, None for the
    ground; ``parent`` the id of what it is a part of or fixed to, 0 for none; ``side`` -1 left of
    the road, 1 right of it.
    """

    label: str
    thing: Building | Prop | Vehicle | Person | None = None
    parent: int = 0
    side: int = 0


@dataclass(slots=True)
class Picture:
    """Hold a painted moment: the scene as the lens sees it, its canvas and its entities."""

    image: Image
    canvas: Canvas
    entities: dict[int, Entity] = field(default_factory=dict)


class StreetPainter:
    """Paint a world in a given light; textures are made as they come into sight and kept."""

    def __init__(self, world: World, light: Light, width: int) -> None:
        self.world, self.light = world, light
        self.coarse = width < 600
        rng = np.random.default_rng([world.seed, 8])
        self.ground = make_ground(rng, world.layout, 8 if self.coarse else 14)

    def paint(self, camera: Camera, time: float) -> Picture:
        """Paint what ``camera`` sees ``time`` seconds into the drive."""
        world, light = self.world, self.light
        canvas = Canvas(camera.width, camera.height)
        picture = Picture(canvas.paint[:, :, :3], canvas)
        painter = Painter(canvas, camera, light)
        seen = _clear_way(world.at(time, camera.z), camera)
        mouths = world.mouths(camera.z)
        draw_sky(canvas, camera, light, world.seed, time)
        ground = Ground(canvas, camera, light, world.layout, self.ground)
        ground.lay(mouths)
        ground.mark(mouths)
        ground.shade(find_shadows(painter, seen))
        self._own_ground(ground, picture)
        for house in sorted(seen.buildings, key=lambda b: (-b.z1, b.side)):
            joined = any(
                other.side == house.side
                and abs(other.z2 - house.z1) < 0.3
                and other.height >= house.height - 0.5
                for other in seen.buildings
            )
            self._building(painter, picture, house, joined)
        jobs = [
            (self._layer(prop), -prop.z, prop)
            for prop in seen.props
            if prop.z - camera.z < SIGHT_OF['prop']
        ]
        jobs += [(3, -v.z, v) for v in seen.vehicles if v.z - camera.z < SIGHT_OF['vehicle']]
        jobs += [(3, -p.z, p) for p in seen.people if p.z - camera.z < SIGHT_OF['person']]
        for _, _, thing in sorted(jobs, key=lambda job: (job[0], job[1], job[2].key)):
            self._thing(painter, picture, thing, time)
        picture.image = cv2.cvtColor(canvas.paint, cv2.COLOR_BGRA2BGR)
        return picture

    def _layer(self, prop: Prop) -> int:
        """Return when a prop is painted: garden trees before fences, those before the rest."""
        layout = self.world.layout
        kerb = layout.kerb[0 if prop.side < 0 else 1]
        if prop.kind == 'fence':
            return 2
        return 1 if abs(prop.x) > kerb + layout.verge + layout.sidewalk else 3

    def _enter(
        self, picture: Picture, label: str, thing: object = None, parent: int = 0, side: int = 0
    ) -> int:
        ident = picture.canvas.new_id()
        picture.entities[ident] = Entity(label, thing, parent, side)  # type: ignore[arg-type]
        return ident

    def _own_ground(self, ground: Ground, picture: Picture) -> None:
        """Give the carriageway and the pavements, where they can be told apart, their pixels."""
        layout, camera = self.world.layout, ground.camera
        left, right = layout.kerb
        end = camera.z + 120.0
        ground.own(self._enter(picture, 'street'), [(-left, right, camera.z, end)])
        runs, at = [], camera.z
        for mouth in sorted(self.world.mouths(camera.z)):
            if mouth > at:
                runs.append((at, min(mouth, end)))
            at = max(at, mouth + SIDE_STREET)
        runs.append((at, end))
        for side, kerb in ((-1, left), (1, right)):
            inner = side * (kerb + layout.verge)
            outer = inner + side * layout.sidewalk
            ident = self._enter(picture, 'sidewalk', side=side)
            ground.own(ident, [(inner, outer, *run) for run in runs])

    def _facade(self, house: Building) -> Facade:
        glow = {'day': 2, 'overcast': 10, 'dusk': 40}[self.light.time]
        return stock_facade(*house.facade, glow, 9 if self.coarse else 16)

    def _building(self, painter: Painter, picture: Picture, house: Building, joined: bool) -> None:
        facade = self._facade(house)
        ident = self._enter(picture, 'building', house, side=house.side)
        drawn = draw_building(painter, house, facade, ident, end_wall=not joined)
        if not drawn or house.z1 - painter.camera.z > OPENINGS_TO:
            return
        for label, openings in (('window', facade.windows), ('door', facade.doors)):
            for opening in openings:
                outline = opening_outline(painter, house, facade, opening)
                if outline is None:
                    continue
                size = np.ptp(outline, axis=0)
                if size.min() < 0.016 * painter.canvas.width:
                    continue
                bounds = painter.canvas.region(outline)
                if bounds is None:
                    continue
                part = self._enter(picture, label, house, ident, house.side)
                painter.canvas.own(part, bounds, _inside(outline, bounds), ident)

    def _thing(
        self, painter: Painter, picture: Picture, thing: Prop | Vehicle | Person, time: float
    ) -> None:
        if isinstance(thing, Vehicle):
            ident = self._enter(picture, thing.label, thing)
            wheels = [
                self._enter(picture, 'wheel', thing, ident)
                for _ in vehicle_mesh(thing.label, thing.variant).wheels
            ]
            draw_vehicle(painter, thing, ident, wheels)
        elif isinstance(thing, Person):
            if thing.ride:
                ride = self._enter(picture, thing.ride, thing)
                draw_rider(
                    painter, thing, self._enter(picture, thing.label, thing, side=ride), ride
                )
            else:
                draw_walker(painter, thing, self._enter(picture, thing.label, thing))
        elif thing.kind == 'tree':
            ident = self._enter(picture, 'tree', thing, side=thing.side)
            draw_tree(
                painter, thing, ident, self._enter(picture, 'trunk', thing, ident, thing.side)
            )
        elif thing.kind == 'fence':
            draw_fence(painter, thing, self._enter(picture, 'fence', thing, side=thing.side))
        else:
            pole = self._enter(picture, 'pole', thing, side=thing.side)
            if thing.kind == 'lamp':
                draw_lamp(painter, thing, pole, self._enter(picture, 'light', thing, side=pole))
            elif thing.kind == 'sign':
                draw_sign(painter, thing, pole, self._enter(picture, 'sign', thing, side=pole))
            else:
                draw_signal(
                    painter, thing, pole, self._enter(picture, 'light', thing, side=pole), time
                )


def _clear_way(seen: Snapshot, camera: Camera) -> Snapshot:
    """Leave out people whom the car would touch: nobody steps in front of its bonnet."""
    ahead = {'street': 5.0, 'sidewalk': 1.0}
    people = [p for p in seen.people if p.z - camera.z > (3.5 if p.ride else ahead[p.surface])]
    return replace(seen, people=people)


def _inside(outline: Array, bounds: tuple[int, int, int, int]) -> np.ndarray:
    """Return which pixels of ``bounds`` a convex outline covers."""
    x1, y1, x2, y2 = bounds
    mask = np.zeros((y2 - y1, x2 - x1), np.uint8)
    corners = np.clip(outline - (x1 + 0.5, y1 + 0.5), -20_000, 20_000)
    cv2.fillConvexPoly(mask, (corners * 16).astype(np.int32), 1, cv2.LINE_8, 4)
    return mask > 0
