# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The canvas of the rendered street: colours, coverage and who owns every pixel.

The painter draws an object's polygons, then stamps them: the coverage gathered since the last
stamp becomes the object's pixels in the id buffer, over whatever was there. What is left of an
object in the id buffer at the end is exactly its visible part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

SHIFT = 4
SUBPIXEL = 1 << SHIFT
LIMIT = 20_000.0

Points = NDArray[np.floating]
Colour = Sequence[float]


@dataclass(slots=True)
class Pixels:
    """Count what was drawn of an object: its bounds x1, y1, x2, y2 and its pixels."""

    bounds: tuple[int, int, int, int]
    drawn: int
    parent: int


@dataclass(slots=True)
class Canvas:
    """Hold ``paint`` (height, width, 4: BGR and coverage) and ``ids`` (height, width)."""

    width: int
    height: int
    paint: NDArray[np.uint8] = field(init=False)
    ids: NDArray[np.uint16] = field(init=False)
    things: dict[int, Pixels] = field(default_factory=dict)
    _next: int = 1
    _points: list[Sequence[float]] = field(default_factory=list)
    _polygons: list[tuple[int, Colour]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.paint = np.zeros((self.height, self.width, 4), np.uint8)
        self.ids = np.zeros((self.height, self.width), np.uint16)

    def new_id(self) -> int:
        """Return an id not given before; 0 is nobody's."""
        self._next += 1
        return self._next - 1

    def put(self, top: int, rows: NDArray[np.uint8]) -> None:
        """Lay whole rows of colour (N, width, 3) from row ``top`` down."""
        cv2.mixChannels([rows], [self.paint[top : top + len(rows)]], [0, 0, 1, 1, 2, 2])

    def polygon(self, points: Sequence[Sequence[float]], colour: Colour) -> None:
        """Queue a convex polygon, (x, y) pixel edges, to be filled by the next stamp."""
        self._points.extend(points)
        self._polygons.append((len(points), (*colour, 255.0)))

    def polygons(self, points: Points, colours: NDArray[np.floating]) -> None:
        """Queue convex polygons (N, K, 2) in their order with colours (N, 3)."""
        self._points.extend(points.reshape(-1, 2).tolist())
        corners = points.shape[1]
        self._polygons.extend((corners, (b, g, r, 255.0)) for b, g, r in colours.tolist())

    def stamp(self, ident: int, parent: int = 0) -> None:
        """Fill what was queued since the last stamp and give its pixels to an object.

        A part (``parent`` not 0) counts as the parent's too.
        """
        if not self._polygons:
            return
        points = np.minimum(np.maximum(np.array(self._points), -LIMIT), LIMIT)
        polygons = self._polygons
        self._points, self._polygons = [], []
        bounds = self.region(points)
        if bounds is None:
            return
        corners = ((points - 0.5) * SUBPIXEL).astype(np.int32)
        fill, paint, start = cv2.fillConvexPoly, self.paint, 0
        for count, colour in polygons:
            fill(paint, corners[start : start + count], colour, cv2.LINE_AA, SHIFT)
            start += count
        x1, y1, x2, y2 = bounds
        cover = self.paint[y1:y2, x1:x2, 3]
        self.own(ident, bounds, cover > 110, parent)
        cover[:] = 0

    def region(self, points: Points) -> tuple[int, int, int, int] | None:
        """Return the pixels x1, y1, x2, y2 around points (N, 2), None where off the picture."""
        left, top = points.min(axis=0).tolist()
        right, bottom = points.max(axis=0).tolist()
        x1, y1 = int(max(left - 1, 0)), int(max(top - 1, 0))
        x2, y2 = int(min(right + 2, self.width)), int(min(bottom + 2, self.height))
        return None if x1 >= x2 or y1 >= y2 else (x1, y1, x2, y2)

    def own(
        self,
        ident: int,
        bounds: tuple[int, int, int, int],
        mask: NDArray[np.bool_],
        parent: int = 0,
    ) -> None:
        """Give an object the pixels of ``mask``, an array over ``bounds``."""
        x1, y1, x2, y2 = bounds
        ids = self.ids[y1:y2, x1:x2]
        if parent in self.things:
            family = self.things[parent]
            family.drawn += int(np.count_nonzero(mask & (ids != parent) & (ids != ident)))
            b = family.bounds
            family.bounds = (min(b[0], x1), min(b[1], y1), max(b[2], x2), max(b[3], y2))
        known = self.things.get(ident)
        if known is None:
            self.things[ident] = Pixels(bounds, int(np.count_nonzero(mask)), parent)
        else:
            b = known.bounds
            known.bounds = (min(b[0], x1), min(b[1], y1), max(b[2], x2), max(b[3], y2))
            known.drawn += int(np.count_nonzero(mask & (ids != ident)))
        ids[mask] = ident

    def visible(self) -> dict[int, tuple[tuple[int, int, int, int], int, float]]:
        """Return for every object seen: its box, its pixels, and the share of it in view.

        Box edges enclose exactly the visible pixels; the share lies in (0, 1] and is measured
        against the pixels that were drawn inside the picture.
        """
        family = np.zeros(self._next, np.uint16)
        for ident, pixels in self.things.items():
            family[ident] = pixels.parent or ident
        whole = family[self.ids]
        found = {}
        for ident, pixels in self.things.items():
            x1, y1, x2, y2 = pixels.bounds
            source = self.ids if pixels.parent else whole
            mask = source[y1:y2, x1:x2] == ident
            rows = np.flatnonzero(mask.any(axis=1))
            if rows.size == 0:
                continue
            columns = np.flatnonzero(mask.any(axis=0))
            count = int(np.count_nonzero(mask))
            box = (
                x1 + int(columns[0]),
                y1 + int(rows[0]),
                x1 + int(columns[-1]) + 1,
                y1 + int(rows[-1]) + 1,
            )
            found[ident] = (box, count, min(1.0, count / max(pixels.drawn, 1)))
        return found
