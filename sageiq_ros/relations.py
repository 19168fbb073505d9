# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Predicates of a street scene from geometry alone: the rule of docs/scene_graph_labels.md."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

VEHICLE_LABELS = frozenset({'car', 'truck', 'bus', 'motorcycle', 'bike', 'train', 'vehicle'})
PEOPLE_LABELS = frozenset({'person', 'man', 'woman', 'people'})
MOVER_LABELS = VEHICLE_LABELS | PEOPLE_LABELS
GROUND_LABELS = frozenset({'street', 'sidewalk'})
BACKDROP_LABELS = ('building', 'house', 'tree', 'fence')
NEAR_GAP = 0.05
Relation = tuple[int, str, int]


def support_of(
    ids: NDArray[np.int16], boxes: NDArray[np.floating], labels: Sequence[str]
) -> list[int | None]:
    """Find the ground each entity stands on: the most frequent one in a strip under its box.

    ``ids`` (H, W) holds entity numbers from 1, ``boxes`` (N, 4) pixels; returns entity indices.
    """
    height = len(ids)
    ground = np.array([0] + [int(label in GROUND_LABELS) for label in labels])
    strip = max(2, height // 60)
    found: list[int | None] = []
    for x1, _, x2, y2 in boxes:
        quarter = (x2 - x1) / 4
        left, right = int(x1 + quarter), max(int(np.ceil(x2 - quarter)), int(x1 + quarter) + 1)
        top = min(max(int(y2) - strip // 2, 0), height - 1)
        patch = ids[top : top + 2 * strip, left:right].ravel()
        counts = np.bincount(patch, minlength=len(ground))[: len(ground)] * ground
        found.append(int(counts.argmax()) - 1 if counts.any() else None)
    return found


def support_from_boxes(boxes: NDArray[np.floating], labels: Sequence[str]) -> list[int | None]:
    """Guess the ground each entity stands on where there is no mask: the box under its foot."""
    grounds = [i for i, label in enumerate(labels) if label in GROUND_LABELS]
    grounds.sort(key=lambda i: labels[i] != 'street')
    found: list[int | None] = []
    for x1, _, x2, y2 in boxes:
        foot = (x1 + x2) / 2
        under = [
            g
            for g in grounds
            if boxes[g][0] <= foot <= boxes[g][2] and boxes[g][1] <= y2 <= boxes[g][3] + 1
        ]
        found.append(under[0] if under else None)
    return found


def relate(
    boxes: NDArray[np.floating],
    labels: Sequence[str],
    supports: Sequence[int | None],
    size: tuple[int, int],
) -> list[Relation]:
    """Return (subject, predicate, object) of entities in an image of ``size`` (height, width)."""
    boxes = np.asarray(boxes, dtype=float).reshape(-1, 4)
    found: list[Relation] = []
    streets = [i for i, label in enumerate(labels) if label == 'street']
    street = max(streets, key=lambda i: _area(boxes[i])) if streets else None
    for i, label in enumerate(labels):
        if label in GROUND_LABELS:
            if label == 'sidewalk' and street is not None:
                found.append((i, 'along', street))
        elif label in MOVER_LABELS:
            found.extend(_mover(i, boxes, labels, supports, size))
        elif label in ('pole', 'post', 'sign', 'light'):
            found.extend(_fixture(i, boxes, labels, supports, size))
        elif label == 'tree':
            near = _nearest(i, boxes, labels, ('building', 'house'), size)
            if near is not None:
                found.append((i, 'near', near))
            elif street is not None:
                found.append((i, 'along', street))
        elif label in ('building', 'house', 'fence') and street is not None:
            found.append((i, 'along', street))
    return list(dict.fromkeys(found))


def _mover(
    i: int,
    boxes: NDArray[np.floating],
    labels: Sequence[str],
    supports: Sequence[int | None],
    size: tuple[int, int],
) -> list[Relation]:
    found: list[Relation] = []
    ground = supports[i]
    if ground is not None and ground != i:
        found.append((i, 'on', ground))
    others = [j for j, label in enumerate(labels) if label in MOVER_LABELS and j != i]
    if others:
        j = min(others, key=lambda k: _gap(boxes[i], boxes[k]))
        narrow = min(boxes[i][2] - boxes[i][0], boxes[j][2] - boxes[j][0])
        if _overlap(boxes[i], boxes[j], 0) >= 0.3 * narrow:
            far, close = sorted((i, j), key=lambda k: (boxes[k][3], k))
            found.append((far, 'behind', close))
        elif _gap(boxes[i], boxes[j]) <= NEAR_GAP * size[1]:
            small, large = sorted((i, j), key=lambda k: (_area(boxes[k]), k))
            found.append((small, 'near', large))
    wide = boxes[i][2] - boxes[i][0]
    for label in BACKDROP_LABELS:
        behind = [
            (_overlap(boxes[i], boxes[j], 0), j)
            for j, name in enumerate(labels)
            if name == label
            and _overlap(boxes[i], boxes[j], 0) >= 0.5 * wide
            and _overlap(boxes[i], boxes[j], 1) > 0
        ]
        if behind:
            found.append((i, 'in front of', max(behind)[1]))
            break
    return found


def _fixture(
    i: int,
    boxes: NDArray[np.floating],
    labels: Sequence[str],
    supports: Sequence[int | None],
    size: tuple[int, int],
) -> list[Relation]:
    if labels[i] in ('sign', 'light'):
        pole = _nearest(i, boxes, labels, ('pole', 'post'), size)
        return [] if pole is None else [(i, 'on', pole)]
    ground = supports[i]
    return [(i, 'on', ground)] if ground is not None and labels[ground] == 'sidewalk' else []


def _nearest(
    i: int,
    boxes: NDArray[np.floating],
    labels: Sequence[str],
    names: tuple[str, ...],
    size: tuple[int, int],
) -> int | None:
    others = [j for j, label in enumerate(labels) if label in names and j != i]
    if not others:
        return None
    j = min(others, key=lambda k: (_gap(boxes[i], boxes[k]), _area(boxes[k])))
    return j if _gap(boxes[i], boxes[j]) <= NEAR_GAP * size[1] else None


def _overlap(a: NDArray[np.floating], b: NDArray[np.floating], axis: int) -> float:
    return float(min(a[axis + 2], b[axis + 2]) - max(a[axis], b[axis]))


def _gap(a: NDArray[np.floating], b: NDArray[np.floating]) -> float:
    across, along = max(-_overlap(a, b, 0), 0.0), max(-_overlap(a, b, 1), 0.0)
    return float(np.hypot(across, along))


def _area(box: NDArray[np.floating]) -> float:
    return float((box[2] - box[0]) * (box[3] - box[1]))
