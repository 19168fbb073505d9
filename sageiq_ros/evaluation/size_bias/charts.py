# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The plots of the size-bias report as inline SVG; colours are the page's variables."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 280.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 268.0, 32.0, 258.0
LETTER_GAP = 12.0
COLORS = 8
MOST_DOTS = 1500
MOST_LETTERS = 34

FOREST_WIDTH, FOREST_ROW, FOREST_TOP = 1000.0, 25.0, 46.0
COLUMNS = ((250.0, 560.0), (640.0, 950.0))

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Mark:
    """Place a row of the forest plot: values and intervals of both columns, or the paper's."""

    label: str
    values: tuple[float, float]
    intervals: tuple[tuple[float, float], tuple[float, float]] | None


def slope_chart(title: str, letters: Sequence[str], full: Floats, reduced: Floats) -> str:
    """Draw one line a picture from its full value to its reduced one (Figs. 6 and 7)."""
    low, high, ticks = _axis(np.concatenate([full, reduced]))
    x1, x2 = LEFT + 34.0, RIGHT - 34.0
    parts = [_heading(title), *_grid(ticks, low, high)]
    for x, name in ((x1, '1'), (x2, '0.25')):
        parts.append(f'<path d="M{x:g} {TOP}V{BOTTOM}" stroke="var(--line)"/>')
        parts.append(_text(x, BOTTOM + 18, name, 'middle'))
    parts.append(_text((x1 + x2) / 2, BOTTOM + 36, 'size ratio (area)', 'middle'))
    for values, x, anchor in ((full, x1 - 10, 'end'), (reduced, x2 + 10, 'start')):
        places = spread([_y(v, low, high) for v in values], LETTER_GAP)
        for index, (letter, y) in enumerate(zip(letters, places, strict=True)):
            style = f' style="fill:{_color(index)};font-weight:650"'
            parts.append(_text(x, y + 4, letter, anchor, style))
    for index, (first, second) in enumerate(zip(full, reduced, strict=True)):
        y1, y2 = _y(first, low, high), _y(second, low, high)
        parts.append(
            f'<g style="color:{_color(index)}"><path d="M{x1:g} {y1:.1f}L{x2:g} {y2:.1f}" '
            f'stroke="currentColor" stroke-width="1.8"/>'
            f'<circle cx="{x1:g}" cy="{y1:.1f}" r="3.2" fill="currentColor"/>'
            f'<circle cx="{x2:g}" cy="{y2:.1f}" r="3.2" fill="currentColor"/>'
            f'<title>{letters[index]}: {first:.3f} to {second:.3f}</title></g>'
        )
    return _svg(WIDTH, HEIGHT, parts, title)


def scatter_chart(title: str, full: Floats, reduced: Floats, note: str) -> str:
    """Plot reduced values over full ones, with the diagonal on which size changes nothing."""
    step = math.ceil(len(full) / MOST_DOTS)
    low, high, ticks = _axis(np.concatenate([full, reduced]))
    parts = [_heading(title), *_grid(ticks, low, high)]
    for tick in ticks:
        parts.append(_text(_x(tick, low, high), BOTTOM + 16, f'{tick:g}', 'middle'))
    parts.append(
        f'<path d="M{LEFT} {BOTTOM}L{RIGHT} {TOP}" stroke="var(--soft)" stroke-dasharray="4 4"/>'
    )
    parts += [
        f'<circle cx="{_x(a, low, high):.1f}" cy="{_y(b, low, high):.1f}" r="2.4" '
        'fill="var(--stage1)" fill-opacity=".5"/>'
        for a, b in zip(full[::step], reduced[::step], strict=True)
    ]
    parts.append(_text(LEFT, BOTTOM + 36, note, 'start', ' style="fill:var(--ink)"'))
    parts.append(_text(RIGHT, BOTTOM + 36, 'full', 'end'))
    return _svg(WIDTH, HEIGHT, parts, title)


def forest_chart(name: str, heads: tuple[str, str], marks: Sequence[Mark]) -> str:
    """Draw a dot and its interval a row, two columns; what the paper reports as a diamond."""
    every = [v for mark in marks for v in mark.values if not math.isnan(v)]
    ends = [e for m in marks for pair in m.intervals or () for e in pair if not math.isnan(e)]
    low, high, ticks = _axis(np.array([*every, *ends, 1.0]))
    height = FOREST_TOP + FOREST_ROW * len(marks) + 26.0
    bottom = height - 24.0
    parts: list[str] = []
    for (left, right), head in zip(COLUMNS, heads, strict=True):
        parts.append(_text(left, 16, head, 'start', ' style="fill:var(--ink);font-weight:650"'))
        for tick in ticks:
            x = left + (right - left) * (tick - low) / (high - low)
            parts.append(f'<path d="M{x:.1f} {FOREST_TOP - 16}V{bottom:g}" stroke="var(--line)"/>')
            parts.append(_text(x, bottom + 17, f'{tick:g}', 'middle'))
    for row, mark in enumerate(marks):
        y = FOREST_TOP + FOREST_ROW * row
        ours = mark.intervals is not None
        style = ' style="fill:var(--ink)"' if ours else ''
        parts.append(_text(0, y + 4, _clip(mark.label), 'start', style))
        for column, (left, right) in enumerate(COLUMNS):
            parts += _mark(mark, column, y, left, (right - left) / (high - low), low, right)
    return _svg(FOREST_WIDTH, height, parts, name)


def spread(places: Sequence[float], gap: float) -> list[float]:
    """Push labels apart to at least ``gap``, in their order, each as near as may be."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    # Merged blocks of neighbours, each as [sum of wanted places, members].
    blocks: list[tuple[float, list[int]]] = []
    for index in order:
        total, members = places[index], [index]
        while blocks and _top(total, members, gap) < _bottom(*blocks[-1], gap) + gap:
            before, others = blocks.pop()
            total, members = before + total, others + members
        blocks.append((total, members))
    result = [0.0] * len(places)
    for total, members in blocks:
        for rank, index in enumerate(members):
            result[index] = _top(total, members, gap) + rank * gap
    return result


def _top(total: float, members: Sequence[int], gap: float) -> float:
    return total / len(members) - gap * (len(members) - 1) / 2.0


def _bottom(total: float, members: Sequence[int], gap: float) -> float:
    return total / len(members) + gap * (len(members) - 1) / 2.0


def _mark(
    mark: Mark, column: int, y: float, left: float, scale: float, low: float, right: float
) -> Iterator[str]:
    value = mark.values[column]
    if math.isnan(value):
        yield _text(left, y + 4, 'undefined', 'start')
        return
    x = left + (value - low) * scale
    if mark.intervals is None:
        yield (
            f'<path d="M{x:.1f} {y - 5:.1f}l5 5l-5 5l-5 -5z" fill="var(--card)" '
            'stroke="var(--stage2)" stroke-width="1.8"/>'
        )
        yield _text(right + 13, y + 4, f'{value:.3f}', 'start')
        return
    start, end = (left + (edge - low) * scale for edge in mark.intervals[column])
    if not math.isnan(start):
        yield (
            f'<path d="M{start:.1f} {y:g}H{end:.1f}" stroke="var(--stage1)" '
            'stroke-opacity=".45" stroke-width="5" stroke-linecap="round"/>'
        )
    yield f'<circle cx="{x:.1f}" cy="{y:g}" r="5" fill="var(--stage1)"/>'
    style = ' style="fill:var(--ink);font-weight:600"'
    yield _text(right + 13, y + 4, f'{value:.3f}', 'start', style)


def _axis(values: Floats) -> tuple[float, float, list[float]]:
    """Return ends and ticks, at 1, 2 or 5 times a power of ten, that hold all values."""
    least, most = float(values.min()), float(values.max())
    span = max(most - least, 1e-3)
    magnitude = 10.0 ** math.floor(math.log10(span / 5.0))
    step = next(m * magnitude for m in (1, 2, 5, 10) if m * magnitude >= span / 5.0)
    first, last = math.floor(least / step + 1e-9), math.ceil(most / step - 1e-9)
    last = max(last, first + 1)
    return first * step, last * step, [round(n * step, 9) for n in range(first, last + 1)]


def _grid(ticks: Sequence[float], low: float, high: float) -> Iterator[str]:
    for tick in ticks:
        y = _y(tick, low, high)
        yield f'<path d="M{LEFT} {y:.1f}H{RIGHT}" stroke="var(--line)"/>'
        yield _text(LEFT - 7, y + 4, f'{tick:g}', 'end')


def _x(value: float, low: float, high: float) -> float:
    return LEFT + (RIGHT - LEFT) * (value - low) / (high - low)


def _y(value: float, low: float, high: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * (value - low) / (high - low)


def _color(index: int) -> str:
    return f'var(--line{index % COLORS + 1})'


def _heading(title: str) -> str:
    return _text(LEFT, 16, _clip(title), 'start', ' style="fill:var(--ink);font-weight:650"')


def _clip(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else f'…{text[1 - MOST_LETTERS :]}'


def _text(x: float, y: float, text: str, anchor: str, style: str = '') -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{style}>{escape(text)}</text>'


def _svg(width: float, height: float, parts: Sequence[str], name: str) -> str:
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(name)}">'
        f'{"".join(parts)}</svg>'
    )
