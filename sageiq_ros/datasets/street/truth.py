# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Read a painted moment's scene graph off its canvas and its world: the truth, by rule.

Boxes enclose the visible pixels. Triplets follow from where things are in the street's metres;
what stands behind what is said only where the two boxes meet in the picture.
"""

from __future__ import annotations

import math

from sageiq_ros.datasets.street.canvas import Canvas
from sageiq_ros.datasets.street.render import Entity, Picture
from sageiq_ros.datasets.street.things import Building, Person, Prop, Vehicle
from sageiq_ros.types import Box, Region, SceneGraph, Triplet

SMALLEST = 8.0
"""Shorter side in pixels of a frame 960 wide below which a box is not told."""
MOST_HIDDEN = 0.75
PART_LIMIT = 6
"""Most windows, doors and wheels told per house or vehicle, the largest first."""

_FINE = {'window', 'door', 'wheel', 'trunk'}
_THIN = {'pole', 'trunk', 'light', 'sign'}


def scene_graph(picture: Picture) -> SceneGraph:
    """Return the regions in view, the largest first, and every triplet that holds among them."""
    seen = _select(picture)
    order = sorted(seen, key=lambda ident: (-seen[ident][1], ident))
    index = {ident: place for place, ident in enumerate(order)}
    regions = tuple(Region(picture.entities[i].label, 1.0, seen[i][0]) for i in order)
    found: dict[tuple[int, int], str] = {}
    for subject, predicate, target in _relations(picture.entities, {i: seen[i][0] for i in order}):
        found.setdefault((index[subject], index[target]), predicate)
    triplets = [Triplet(s, predicate, o, 1.0) for (s, o), predicate in found.items()]
    triplets.sort(
        key=lambda t: (
            -min(regions[t.subject].box.area, regions[t.object].box.area),
            t.subject,
            t.object,
        )
    )
    return SceneGraph(regions, tuple(triplets))


def _select(picture: Picture) -> dict[int, tuple[Box, int]]:
    """Return box and pixel count of every entity that is large and free enough to be told."""
    canvas: Canvas = picture.canvas
    scale = canvas.width / 960.0
    kept: dict[int, tuple[Box, int]] = {}
    parts: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for ident, (box, count, share) in canvas.visible().items():
        entity = picture.entities.get(ident)
        if entity is None or share < 1.0 - MOST_HIDDEN:
            continue
        wide, tall = box[2] - box[0], box[3] - box[1]
        least = SMALLEST * scale * (2.0 if entity.label in _FINE else 1.0)
        if entity.label in _THIN:
            if max(wide, tall) < 2 * SMALLEST * scale or min(wide, tall) < 2:
                continue
        elif min(wide, tall) < least:
            continue
        if entity.label in ('window', 'door', 'wheel') and share < 0.5:
            continue
        kept[ident] = (Box(*(float(v) for v in box)), count)
        if entity.label in _FINE:
            parts.setdefault((entity.parent, entity.label), []).append((count, ident))
    for (parent, _), members in parts.items():
        members.sort(reverse=True)
        for rank, (_, ident) in enumerate(members):
            if parent not in kept or rank >= PART_LIMIT:
                del kept[ident]
    return kept


def _meet(a: Box, b: Box) -> bool:
    return min(a.x2, b.x2) > max(a.x1, b.x1) and min(a.y2, b.y2) > max(a.y1, b.y1)


def _relations(entities: dict[int, Entity], boxes: dict[int, Box]) -> list[tuple[int, str, int]]:
    """Return (subject, predicate, object) ids; of two for the same pair the first counts."""
    found: list[tuple[int, str, int]] = []
    by_label: dict[str, list[int]] = {}
    for ident in boxes:
        by_label.setdefault(entities[ident].label, []).append(ident)
    street = next(iter(by_label.get('street', [])), 0)
    pavement = {entities[i].side: i for i in by_label.get('sidewalk', [])}
    houses = [(i, entities[i].thing) for i in by_label.get('building', [])]
    vehicles = [i for label in ('car', 'truck', 'bus') for i in by_label.get(label, [])]
    walkers = [
        i for i in boxes if isinstance(entities[i].thing, Person) and not entities[i].thing.ride
    ]

    for ident in pavement.values():
        if street:
            found.append((ident, 'along', street))
    for ident in boxes:
        entity = entities[ident]
        thing, label = entity.thing, entity.label
        if label in ('window', 'door', 'trunk'):
            found.append((ident, 'on' if label != 'trunk' else 'of', entity.parent))
        elif label == 'wheel':
            found.append((ident, 'on', entity.parent))
        elif isinstance(thing, Vehicle) and street:
            found.append((ident, 'on' if thing.speed else 'parked on', street))
        elif isinstance(thing, Person):
            found.extend(_person(ident, entity, boxes, street, pavement))
        elif isinstance(thing, Prop):
            found.extend(_prop(ident, entity, boxes, street, pavement))
        elif isinstance(thing, Building) and street:
            found.append((ident, 'along', street))
    found.extend(_order(vehicles, entities, boxes))
    for ident in vehicles:
        here = entities[ident].thing
        for walker in walkers:
            there = entities[walker].thing
            if math.hypot(here.x - there.x, max(0.0, abs(here.z - there.z) - 2.2)) < 3.0:
                found.append((walker, 'near', ident))
    for ident in boxes:
        thing = entities[ident].thing
        if entities[ident].parent or isinstance(thing, Building) or thing is None:
            continue
        parked = isinstance(thing, Vehicle) and not thing.speed
        tree = (
            isinstance(thing, Prop)
            and thing.kind in ('tree', 'fence')
            and entities[ident].label != 'pole'
        )
        if not (parked or tree):
            continue
        for house, record in houses:
            if (
                record.side * thing.x > 0
                and record.z1 <= thing.z <= record.z2
                and _meet(boxes[ident], boxes[house])
            ):
                found.append((ident, 'in front of', house) if parked else (house, 'behind', ident))
    return found


def _person(
    ident: int, entity: Entity, boxes: dict[int, Box], street: int, pavement: dict[int, int]
) -> list:
    person = entity.thing
    if person.ride:
        if entity.label == person.ride:
            return [(ident, 'on', street)] if street else []
        found = [(ident, 'riding', entity.side)] if entity.side in boxes else []
        return found + ([(ident, 'on', street)] if street else [])
    ground = street if person.surface == 'street' else pavement.get(1 if person.x > 0 else -1, 0)
    if not ground:
        return []
    return [(ident, 'standing on' if math.isnan(person.gait) else 'walking on', ground)]


def _prop(
    ident: int, entity: Entity, boxes: dict[int, Box], street: int, pavement: dict[int, int]
) -> list:
    prop, found = entity.thing, []
    if entity.label in ('sign', 'light'):
        return [(ident, 'on', entity.side)] if entity.side in boxes else []
    walk = pavement.get(prop.side, 0)
    if prop.surface == 'sidewalk' and walk:
        found.append((ident, 'on', walk))
    elif prop.kind == 'fence' and walk:
        found.append((ident, 'along', walk))
    elif walk:
        found.append((ident, 'near', walk))
    if entity.label == 'tree' and street and prop.surface:
        found.append((ident, 'along', street))
    return found


def _order(vehicles: list[int], entities: dict[int, Entity], boxes: dict[int, Box]) -> list:
    """Relate each vehicle to the next one nearer to us in its lane or row: it is behind it."""
    found = []
    for far in vehicles:
        there = entities[far].thing
        nearer = [
            (there.z - entities[i].thing.z, i)
            for i in vehicles
            if i != far
            and abs(entities[i].thing.x - there.x) < 1.2
            and 0.5 < there.z - entities[i].thing.z < 25.0
        ]
        if nearer:
            found.append((far, 'behind', min(nearer)[1]))
    return found
