# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A coloured square matrix as inline SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from sageiq_ros.evaluation.pages.axes import LINE_HEIGHT, TURN
from sageiq_ros.evaluation.pages.blocks import HeatMap
from sageiq_ros.evaluation.pages.draw import (
    LETTERS,
    SMALL_LETTERS,
    chart_width,
    label,
    name_label,
    short,
    svg,
    tooltip,
)
from sageiq_ros.evaluation.pages.scale import drawable, scale_of
from sageiq_ros.evaluation.pages.text import clip, number_text, text_width, wrap

LARGEST_CELL = 96.0
LONGEST, GAP = 150.0, 10.0
PALEST = 0.04
# Letters on a cell of more than this opacity have the colour of the card.
DARK = 0.72
KEY = 'from row to column'
KEY_STEPS, KEY_WIDTH, KEY_HEIGHT = 20, 160.0, 10.0
BLANK = 'fill="none" stroke="var(--line)" stroke-dasharray="3 3"'


def render(block: HeatMap) -> str:
    """Draw the matrix, rows from and columns to a place; what is not defined is left blank."""
    width = chart_width(block)
    count = max(len(block.places), 1)
    left = GAP + max(
        (text_width(clip(p, LONGEST, LETTERS), LETTERS) for p in block.places), default=0.0
    )
    turned = math.cos(math.radians(TURN)) * LONGEST
    cell = min(LARGEST_CELL, (width - left) / count)
    lines = [wrap(place, cell - GAP / 2.0, LETTERS) for place in block.places]
    level = all(line is not None for line in lines)
    if not level:
        # Turned names stick out to the right of the last column.
        cell = min(LARGEST_CELL, (width - left - turned) / count)
        left += max(0.0, width - left - turned - cell * count) / 2.0
    else:
        left += max(0.0, width - left - cell * count) / 2.0
    known = [value for row in block.rows for value in row if drawable(value)]
    low, high = min(known, default=0.0), max(known, default=0.0)
    top = _head_height(block.places, lines, level)
    xs = [left + cell * (index + 0.5) for index in range(len(block.places))]
    names = _level(xs, top, lines) if level else _turned(xs, top, block.places)
    decimals = scale_of(known).decimals + 1
    parts = [*names]
    for start, (place, row) in enumerate(zip(block.places, block.rows, strict=True)):
        y = top + cell * start
        parts.append(name_label(left - GAP, y + cell / 2.0 + 4.0, place, LONGEST, 'end'))
        for (other, value), x in zip(zip(block.places, row, strict=True), xs, strict=True):
            words = f'{place} to {other}: {short(value)}'
            number = number_text(value, decimals) if drawable(value) else '–'
            parts += _cell(x - cell / 2.0, y, cell, _strength(value, low, high), number, words)
    bottom = top + cell * len(block.places) + 30.0
    parts += _key(left, bottom, width, (number_text(n, decimals) for n in (low, high)), known)
    return svg(width, bottom + 8.0, parts, block.name)


def _strength(value: float, low: float, high: float) -> float:
    """Return the opacity of a value's colour; NaN for what is not defined."""
    if not drawable(value):
        return math.nan
    return PALEST + (1.0 - PALEST) * ((value - low) / (high - low) if high > low else 0.0)


def _cell(
    x: float, y: float, size: float, strength: float, number: str, words: str
) -> Iterator[str]:
    look = (
        BLANK if math.isnan(strength) else f'fill="var(--series1)" fill-opacity="{strength:.3f}"'
    )
    yield (
        f'<rect x="{x + 1:.1f}" y="{y + 1:.1f}" width="{max(size - 2.0, 0.5):.1f}" '
        f'height="{max(size - 2.0, 0.5):.1f}" rx="3" {look}>{tooltip(words)}</rect>'
    )
    if text_width(number, SMALL_LETTERS) <= size - 6.0:
        color = ' style="fill:var(--card)"' if strength > DARK else ''
        place = x + size / 2.0, y + size / 2.0 + 4.0
        yield label(*place, number, 'middle', f' class="number"{color}')


def _head_height(places: Sequence[str], lines: Sequence[list[str] | None], level: bool) -> float:
    if level:
        return LINE_HEIGHT * max((len(line or []) for line in lines), default=0) + 6.0
    longest = max(text_width(clip(place, LONGEST, LETTERS), LETTERS) for place in places)
    return LETTERS + longest * math.sin(math.radians(TURN))


def _level(xs: Sequence[float], top: float, lines: Sequence[list[str] | None]) -> Iterator[str]:
    for x, words in zip(xs, lines, strict=True):
        for row, line in enumerate(reversed(words or [])):
            yield label(x, top - 6.0 - LINE_HEIGHT * row, line, 'middle')


def _turned(xs: Sequence[float], top: float, places: Sequence[str]) -> Iterator[str]:
    for x, place in zip(xs, places, strict=True):
        turn = f' transform="rotate({-TURN:g} {x:.1f} {top - 5.0:.1f})"'
        yield name_label(x, top - 5.0, place, LONGEST, 'start', turn)


def _key(
    left: float, y: float, width: float, ends: Iterator[str], known: Sequence[float]
) -> Iterator[str]:
    """Draw the scale of colours below the matrix."""
    if not known:
        yield label(left, y, 'not defined')
        return
    low, high = ends
    low_room, high_room = (text_width(end, LETTERS) + 8.0 for end in (low, high))
    whole = low_room + KEY_WIDTH + 8.0 + high_room + 10.0 + text_width(KEY, LETTERS)
    x = max(0.0, min(left, width - whole)) + low_room
    yield label(x - low_room, y, low)
    step = KEY_WIDTH / KEY_STEPS
    for index in range(KEY_STEPS):
        strength = PALEST + (1.0 - PALEST) * (index + 0.5) / KEY_STEPS
        yield (
            f'<rect x="{x + step * index:.1f}" y="{y - 10.0:.1f}" width="{step:.1f}" '
            f'height="{KEY_HEIGHT:g}" shape-rendering="crispEdges" fill="var(--series1)" '
            f'fill-opacity="{strength:.3f}"/>'
        )
    yield label(x + KEY_WIDTH + 8.0, y, high)
    yield label(x + KEY_WIDTH + 8.0 + high_room + 10.0, y, KEY)
