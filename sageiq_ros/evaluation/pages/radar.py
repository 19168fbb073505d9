# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A closed line a series over spokes, as inline SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from sageiq_ros.evaluation.pages.blocks import RadarChart, Series
from sageiq_ros.evaluation.pages.draw import (
    SMALL,
    all_known,
    all_values,
    colors,
    cross,
    label,
    legend,
    name_label,
    svg,
    swatch,
    tooltip,
    undefined_entry,
    value_words,
)
from sageiq_ros.evaluation.pages.scale import Scale, drawable, scale_of

RADIUS = 150.0
CENTER = SMALL / 2.0
HEAD, NAME_GAP = 36.0, 12.0


def render(block: RadarChart) -> str:
    """Draw the chart from the axis' first tick, in the centre; what is not defined is a gap."""
    paints = colors(block.series)
    entries = [
        (swatch(0.0, 0.0, paint, one.paper), one.name)
        for one, paint in zip(block.series, paints, strict=True)
    ]
    entries += undefined_entry(all_known(block.series))
    parts, top = legend(entries, SMALL)
    middle = top + HEAD + RADIUS
    scale = scale_of(all_values(block.series), zero=True)
    parts += _web(block.spokes, middle, scale)
    for number, (one, paint) in enumerate(zip(block.series, paints, strict=True)):
        parts += _outline(block.spokes, one, middle, scale, paint, number)
    parts += _ticks(middle, scale)
    return svg(SMALL, middle + RADIUS + HEAD, parts, block.name)


def _point(share: float, index: int, count: int, middle: float) -> tuple[float, float]:
    """Return where a share of a spoke lies; spokes go round clockwise from the top."""
    angle = 2.0 * math.pi * index / max(count, 1)
    return CENTER + share * RADIUS * math.sin(angle), middle - share * RADIUS * math.cos(angle)


def _web(spokes: Sequence[str], middle: float, scale: Scale) -> Iterator[str]:
    count = len(spokes)
    for tick in scale.ticks[1:]:
        ring = [_point(scale.share(tick), index, count, middle) for index in range(count)]
        if ring:
            yield f'<path d="{_path(ring)}Z" fill="none" stroke="var(--line)"/>'
    for index, spoke in enumerate(spokes):
        x, y = _point(1.0, index, count, middle)
        yield f'<path d="M{CENTER:.1f} {middle:.1f}L{x:.1f} {y:.1f}" stroke="var(--line)"/>'
        x, y = _point(1.0 + NAME_GAP / RADIUS, index, count, middle)
        aside = (x - CENTER) / RADIUS
        anchor = 'middle' if abs(aside) < 0.05 else 'start' if aside > 0.0 else 'end'
        # The name of the top spoke stands above it, that of the bottom one below.
        y += 4.0 - 5.0 * (middle - y) / RADIUS
        room = SMALL if anchor == 'middle' else (SMALL - x if aside > 0.0 else x)
        yield name_label(x, y, spoke, room, anchor)


def _outline(
    spokes: Sequence[str], one: Series, middle: float, scale: Scale, paint: str, number: int
) -> Iterator[str]:
    count = len(spokes)
    dots: list[str] = []
    points: list[tuple[float, float] | None] = []
    for index, (spoke, value) in enumerate(zip(spokes, one.values, strict=True)):
        words = value_words(one, spoke, index)
        if not drawable(value):
            points.append(None)
            # Series whose value lacks on one spoke line up from its end inwards.
            x, y = _point(1.0 - 0.06 * number, index, count, middle)
            dots.append(cross(x, y, paint, words))
            continue
        x, y = _point(scale.share(value), index, count, middle)
        points.append((x, y))
        fill = 'var(--card)' if one.paper else paint
        dots.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{fill}" stroke="{paint}" '
            f'stroke-width="1.4">{tooltip(words)}</circle>'
        )
    dashes = ' stroke-dasharray="6 4"' if one.paper else ''
    area = 'none' if one.paper or None in points else paint
    yield (
        f'<path d="{_closed(points)}" fill="{area}" fill-opacity=".07" stroke="{paint}" '
        f'stroke-width="2" stroke-linejoin="round"{dashes}/>'
    )
    yield from dots


def _closed(points: Sequence[tuple[float, float] | None]) -> str:
    """Join neighbours, the last and the first, too, but none over a gap."""
    known = [point for point in points if point is not None]
    if len(known) == len(points):
        return f'{_path(known)}Z' if known else ''
    pairs = zip(points, [*points[1:], points[0]], strict=True)
    return ''.join(_path([a, b]) for a, b in pairs if a is not None and b is not None)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return 'M' + 'L'.join(f'{x:.1f} {y:.1f}' for x, y in points)


def _ticks(middle: float, scale: Scale) -> Iterator[str]:
    for tick in scale.ticks:
        y = middle - RADIUS * scale.share(tick)
        yield label(CENTER + 5.0, y + 4.0, scale.label(tick), 'start', ' class="halo"')
