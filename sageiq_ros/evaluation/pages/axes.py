# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The frame of charts with a vertical axis of values: its grid, its ticks and its places."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sageiq_ros.evaluation.pages.draw import LETTERS, label, name_label
from sageiq_ros.evaluation.pages.scale import Scale
from sageiq_ros.evaluation.pages.text import clip, text_width, wrap

LINE_HEIGHT = 15.0
# Turned names: by this angle, in degrees, and at most so long, in px.
TURN, LONGEST = 42.0, 170.0
# Names of neighbouring places are at least this far apart, in px.
GAP, TURNED_GAP, TURNED_HEAD = 8.0, 21.0, 11.0


@dataclass(frozen=True, slots=True)
class Frame:
    """Hold the edges of the area that marks are drawn in, and the axis of their values."""

    left: float
    right: float
    top: float
    bottom: float
    scale: Scale

    def y(self, value: float) -> float:
        """Return the height that a value is drawn at."""
        return self.bottom - (self.bottom - self.top) * self.scale.share(value)


def tick_room(scale: Scale) -> float:
    """Return how much room the labels of ticks take, with a gap to the axis."""
    return max(text_width(scale.label(tick), LETTERS) for tick in scale.ticks) + 9.0


def value_axis(frame: Frame, unit: str) -> list[str]:
    """Draw a line and a number a tick, and the unit above; the line of zero is stronger."""
    parts = [name_label(0.0, frame.top - 19.0, unit, frame.right)] if unit else []
    for tick in frame.scale.ticks:
        y = frame.y(tick)
        strong = tick == 0.0 and frame.scale.low < 0.0
        color = 'var(--soft)' if strong else 'var(--line)'
        parts.append(f'<path d="M{frame.left:.1f} {y:.1f}H{frame.right:.1f}" stroke="{color}"/>')
        parts.append(label(frame.left - 8.0, y + 4.0, frame.scale.label(tick), 'end'))
    return parts


def place_axis(places: Sequence[str], xs: Sequence[float], top: float) -> tuple[list[str], float]:
    """Name places at ``xs`` below ``top``; return the height, too.

    Names stand in one or two lines where they fit between their neighbours, else they are turned
    and cut. Where not even that has room, every second, third, and so on, is left out.
    """
    room = min((b - a for a, b in zip(xs, xs[1:], strict=False)), default=2.0 * LONGEST)
    # The first name must not leave the drawing to the left, nor the last one to the right.
    lines = [wrap(place, min(room, 2.0 * xs[0]) - GAP, LETTERS) for place in places]
    if all(line is not None for line in lines):
        parts = [
            label(x, top + LINE_HEIGHT * row, words, 'middle')
            for x, line in zip(xs, lines, strict=True)
            for row, words in enumerate(line or [], 1)
        ]
        return parts, LINE_HEIGHT * max((len(line or []) for line in lines), default=0) + 4.0
    return _turned(places, xs, top, math.ceil(TURNED_GAP / room))


def _turned(
    places: Sequence[str], xs: Sequence[float], top: float, every: int
) -> tuple[list[str], float]:
    angle = math.radians(TURN)
    parts, longest = [], 0.0
    for place, x in list(zip(places, xs, strict=True))[::every]:
        room = min(LONGEST, (x - LETTERS) / math.cos(angle))
        longest = max(longest, text_width(clip(place, room, LETTERS), LETTERS))
        y = top + TURNED_HEAD
        turn = f' transform="rotate({-TURN:g} {x:.1f} {y:.1f})"'
        parts.append(name_label(x + 3.0, y, place, room, 'end', turn))
    return parts, TURNED_HEAD + longest * math.sin(angle) + 6.0
