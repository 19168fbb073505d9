# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A line a series over numbers or names, as inline SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from sageiq_ros.evaluation.pages.axes import GAP, Frame, place_axis, tick_room, value_axis
from sageiq_ros.evaluation.pages.blocks import LineChart, Series
from sageiq_ros.evaluation.pages.draw import (
    LETTERS,
    LINE,
    all_known,
    all_values,
    chart_width,
    colors,
    cross,
    legend,
    name_label,
    svg,
    tooltip,
    undefined_entry,
    value_words,
    whisker,
)
from sageiq_ros.evaluation.pages.scale import drawable, scale_of
from sageiq_ros.evaluation.pages.text import text_width

PLOT_HEIGHT = 230.0
HEAD = 36.0
INSET = 30.0
# Series with intervals stand this far apart, at most so far in all, in px, so that whiskers do
# not hide each other.
DODGE, MOST_DODGE = 4.0, 16.0
# Paths of a dot, a square, a triangle, a diamond and a triangle on its tip around the origin.
MARKERS = (
    'M-3.6 0a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0 -7.2 0z',
    'M-3.3 -3.3h6.6v6.6h-6.6z',
    'M0 -4.4L4.2 3.2H-4.2z',
    'M0 -4.8L4.8 0L0 4.8L-4.8 0z',
    'M0 4.4L4.2 -3.2H-4.2z',
)


def render(block: LineChart) -> str:
    """Draw the chart; places that are growing numbers lie as far apart as they are.

    A value that is not defined leaves a gap in its line and a cross at the bottom.
    """
    width = chart_width(block)
    paints = colors(block.series)
    entries = [
        (_sample(number, paint, one.paper), one.name)
        for number, (one, paint) in enumerate(zip(block.series, paints, strict=True))
    ]
    entries += undefined_entry(all_known(block.series))
    parts, top = legend(entries, width)
    scale = scale_of(all_values(block.series))
    top += HEAD
    frame = Frame(tick_room(scale), width - 4.0, top, top + PLOT_HEIGHT, scale)
    parts += value_axis(frame, block.unit)
    xs = _positions(block.places, frame)
    shifts = _shifts(block.series)
    for number, (one, paint) in enumerate(zip(block.series, paints, strict=True)):
        parts += _line(frame, block, one, [x + shifts[number] for x in xs], number, paint)
    names, height = place_axis(*_labels(block.places, xs), frame.bottom + 4.0)
    bottom = frame.bottom + 4.0 + height
    middle, room = (frame.left + frame.right) / 2.0, frame.right - frame.left
    parts += [*names, name_label(middle, bottom + LINE - 4.0, block.axis, room, 'middle')]
    return svg(width, bottom + LINE + 2.0, parts, block.name)


def _positions(places: Sequence[str], frame: Frame) -> list[float]:
    numbers = _numbers(places)
    if numbers is None:
        slot = (frame.right - frame.left) / max(len(places), 1)
        return [frame.left + slot * (index + 0.5) for index in range(len(places))]
    reach = frame.right - frame.left - 2.0 * INSET
    first, last = numbers[0], numbers[-1]
    return [frame.left + INSET + reach * (n - first) / (last - first) for n in numbers]


def _labels(places: Sequence[str], xs: Sequence[float]) -> tuple[Sequence[str], Sequence[float]]:
    """Return what the axis names where: all places, or round numbers where those lack room."""
    numbers = _numbers(places)
    if numbers is None or all(
        b - a > (text_width(first, LETTERS) + text_width(second, LETTERS)) / 2.0 + GAP
        for (a, b), (first, second) in zip(pairwise(xs), pairwise(places), strict=True)
    ):
        return places, xs
    scale = scale_of(numbers)
    slope = (xs[-1] - xs[0]) / (numbers[-1] - numbers[0])
    ticks = [tick for tick in scale.ticks if numbers[0] <= tick <= numbers[-1]]
    return [scale.label(t) for t in ticks], [xs[0] + slope * (t - numbers[0]) for t in ticks]


def _shifts(series: Sequence[Series]) -> list[float]:
    """Return how far each series stands aside from its places; those without intervals do not."""
    spread = [number for number, one in enumerate(series) if one.lows and one.highs]
    apart = min(DODGE, MOST_DODGE / max(len(spread) - 1, 1))
    shifts = dict.fromkeys(range(len(series)), 0.0)
    shifts |= {n: apart * (rank - (len(spread) - 1) / 2.0) for rank, n in enumerate(spread)}
    return list(shifts.values())


def _numbers(places: Sequence[str]) -> list[float] | None:
    """Return places as numbers, or None where they are names or do not grow."""
    try:
        numbers = [float(place) for place in places]
    except ValueError:
        return None
    growing = all(drawable(n) for n in numbers) and all(a < b for a, b in pairwise(numbers))
    return numbers if growing and len(numbers) > 1 else None


def _line(
    frame: Frame, block: LineChart, one: Series, xs: Sequence[float], number: int, paint: str
) -> Iterator[str]:
    path, before = '', math.nan
    marks: list[str] = []
    for index, (place, value, x) in enumerate(zip(block.places, one.values, xs, strict=True)):
        words = value_words(one, place, index)
        if drawable(value):
            y = frame.y(value)
            path += f'{"L" if drawable(before) else "M"}{x:.1f} {y:.1f}'
            if one.lows and one.highs and drawable(one.lows[index] + one.highs[index]):
                ends = frame.y(one.highs[index]), frame.y(one.lows[index])
                marks.append(whisker(x, *ends, paint))
            marks.append(
                f'<g transform="translate({x:.1f} {y:.1f})">'
                f'{_marker(number, paint, one.paper, words)}</g>'
            )
        else:
            marks.append(cross(x, frame.bottom - 6.0, paint, words))
        before = value
    yield (
        f'<path d="{path}" fill="none" stroke="{paint}" stroke-width="2" '
        f'stroke-linejoin="round"{_dashes(one.paper)}/>'
    )
    yield from marks


def _marker(number: int, paint: str, hollow: bool, words: str) -> str:
    fill = 'var(--card)' if hollow else paint
    return (
        f'<path d="{MARKERS[number % len(MARKERS)]}" fill="{fill}" stroke="{paint}" '
        f'stroke-width="1.5">{tooltip(words)}</path>'
    )


def _sample(number: int, paint: str, paper: bool) -> str:
    words = 'of the paper' if paper else 'ours'
    return (
        f'<path d="M-1 -4H15" stroke="{paint}" stroke-width="2"{_dashes(paper)}/>'
        f'<g transform="translate(7 -4)">{_marker(number, paint, paper, words)}</g>'
    )


def _dashes(paper: bool) -> str:
    return ' stroke-dasharray="6 4"' if paper else ''
