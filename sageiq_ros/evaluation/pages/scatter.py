# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Points of two values a series, as inline SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sageiq_ros.evaluation.pages.axes import Frame, tick_room, value_axis
from sageiq_ros.evaluation.pages.blocks import Scatter
from sageiq_ros.evaluation.pages.draw import (
    COLORS,
    LETTERS,
    SMALL,
    label,
    legend,
    name_label,
    short,
    svg,
    tooltip,
)
from sageiq_ros.evaluation.pages.scale import drawable, scale_of
from sageiq_ros.evaluation.pages.text import text_width

SIDE, HEAD = 400.0, 36.0
MOST_DOTS, MOST_STRONG = 1500, 200


def render(block: Scatter) -> str:
    """Draw the points on two axes of one scale, with their diagonal.

    Of more than ``MOST_DOTS`` points one in two, three, and so on, is drawn, and points of which
    a value is not defined are not; both is said beside them.
    """
    known = {
        name: [(a, b) for a, b in points if drawable(a) and drawable(b)]
        for name, points in block.points.items()
    }
    scale = scale_of(v for points in known.values() for point in points for v in point)
    count = sum(map(len, known.values()))
    every = max(1, math.ceil(count / MOST_DOTS))
    faint = 0.85 if count <= MOST_STRONG else 0.5
    entries, dots = [], []
    for number, (name, points) in enumerate(known.items()):
        paint = f'var(--series{number % COLORS + 1})'
        left_out = len(block.points[name]) - len(points)
        missing = f' ({left_out} not defined)' if left_out else ''
        entries.append((_dot(6.0, -4.0, paint, 1.0, name), f'{name}{missing}'))
        dots.append((name, paint, points[::every]))
    parts, top = legend(entries, SMALL)
    top += HEAD
    left = max(tick_room(scale), (SMALL - SIDE) / 2.0)
    frame = Frame(left, min(left + SIDE, SMALL - 4.0), top, top + SIDE, scale)
    parts += [*value_axis(frame, block.vertical), *_horizontal_axis(frame, block.horizontal)]
    parts += [
        _dot(_x(frame, a), frame.y(b), paint, faint, f'{name}: {short(a)}, {short(b)}')
        for name, paint, points in dots
        for a, b in points
    ]
    height = frame.bottom + 44.0
    if every > 1:
        height += 22.0
        parts.append(label(0.0, height - 6.0, f'One point in {every} is drawn.'))
    return svg(SMALL, height, parts, block.name)


def _horizontal_axis(frame: Frame, name: str) -> Iterator[str]:
    ticks = frame.scale.ticks
    apart = (frame.right - frame.left) / (len(ticks) - 1)
    widest = max(text_width(frame.scale.label(tick), LETTERS) for tick in ticks)
    every = math.ceil((widest + 6.0) / apart)
    for index, tick in enumerate(ticks):
        x = _x(frame, tick)
        yield f'<path d="M{x:.1f} {frame.top:.1f}V{frame.bottom:.1f}" stroke="var(--line)"/>'
        if index % every == 0:
            yield label(x, frame.bottom + 17.0, frame.scale.label(tick), 'middle')
    yield (
        f'<path d="M{frame.left:.1f} {frame.bottom:.1f}L{frame.right:.1f} {frame.top:.1f}" '
        f'stroke="var(--soft)" stroke-dasharray="4 4">{tooltip("both are equal")}</path>'
    )
    middle = (frame.left + frame.right) / 2.0
    yield name_label(middle, frame.bottom + 38.0, name, SMALL, 'middle')


def _x(frame: Frame, value: float) -> float:
    return frame.left + (frame.right - frame.left) * frame.scale.share(value)


def _dot(x: float, y: float, paint: str, opacity: float, words: str) -> str:
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.4" fill="{paint}" fill-opacity="{opacity:g}">'
        f'{tooltip(words)}</circle>'
    )
