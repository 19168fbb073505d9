# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A scene graph drawn on its image: regions by kind, the surest triplets as arrows and words."""

from __future__ import annotations

import math

import cv2

from sageiq_ros.geometry import pixel_bounds
from sageiq_ros.overlay import DARK, LIGHT, Color, draw_label, draw_panel, text_scale
from sageiq_ros.relations import GROUND_LABELS, PEOPLE_LABELS, VEHICLE_LABELS
from sageiq_ros.types import Box, Image, SceneGraph

# BGR of Okabe and Ito's palette, which red-green blind eyes tell apart too.
KINDS: tuple[tuple[frozenset[str], Color], ...] = (
    (VEHICLE_LABELS, (233, 180, 86)),
    (PEOPLE_LABELS, (0, 94, 213)),
    (frozenset({'sign', 'light', 'pole', 'post'}), (66, 228, 240)),
    (GROUND_LABELS, (167, 121, 204)),
)
OTHER: Color = (115, 158, 0)
ARROWS = 8
FRAMED = 12
TIP = 18.0


def kind_color(label: str) -> Color:
    """Return the colour of a label's kind: vehicles, people, signs and poles, ground, the rest."""
    return next((color for labels, color in KINDS if label in labels), OTHER)


def draw_graph(image: Image, graph: SceneGraph, head: str) -> Image:
    """Return a copy of a BGR image with a scene graph and the headline ``head`` drawn on it.

    Arrows with the predicate join subject and object of the ``ARROWS`` surest triplets, which the
    panel lists, the surest first. Their regions are framed in their kind's colour and named with
    their confidence; other regions follow, thinner, up to ``FRAMED`` in all, for more would hide
    the picture.
    """
    canvas = image.copy()
    height, width = canvas.shape[:2]
    scale = text_scale(canvas)
    thin = max(1, round(scale))
    shown = graph.triplets[:ARROWS]
    used = dict.fromkeys(i for triplet in shown for i in (triplet.subject, triplet.object))
    framed = list(used | dict.fromkeys(range(len(graph.regions))))[: max(len(used), FRAMED)]
    for index in framed:
        region = graph.regions[index]
        x, y, box_width, box_height = pixel_bounds(region.box, width, height)
        corner = (x + box_width - 1, y + box_height - 1)
        thickness = 2 * thin if index in used else thin
        cv2.rectangle(canvas, (x, y), corner, kind_color(region.label), thickness)
    ends = [
        (_center(graph.regions[t.subject].box), _center(graph.regions[t.object].box))
        for t in shown
    ]
    for start, end in ends:
        length = max(1.0, math.dist(start, end))
        for color, thickness in ((DARK, 3 * thin), (LIGHT, thin)):
            cv2.circle(canvas, start, 2 * thickness, color, cv2.FILLED, cv2.LINE_AA)
            tip = min(0.5, TIP * scale / length)
            cv2.arrowedLine(canvas, start, end, color, thickness, cv2.LINE_AA, tipLength=tip)
    for index in framed:
        region = graph.regions[index]
        x, y, _, _ = pixel_bounds(region.box, width, height)
        words = f'{region.label} {region.confidence:.2f}'
        draw_label(canvas, words, (x, y), kind_color(region.label), 0.8 * scale)
    for triplet, (start, end) in zip(shown, ends, strict=True):
        middle = ((start[0] + end[0]) // 2, (start[1] + end[1]) // 2)
        draw_label(canvas, triplet.predicate, middle, LIGHT, 0.65 * scale)
    lines = [
        f'{graph.regions[t.subject].label} {t.predicate} {graph.regions[t.object].label}: '
        f'{t.confidence:.2f}'
        for t in shown
    ]
    if len(graph.triplets) > len(shown):
        lines.append(f'and {len(graph.triplets) - len(shown)} more')
    draw_panel(canvas, head, lines, LIGHT, scale)
    return canvas


def _center(box: Box) -> tuple[int, int]:
    return round((box.x1 + box.x2) / 2), round((box.y1 + box.y2) / 2)
