# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Bars side by side, a group a place, as inline SVG."""

from __future__ import annotations

from collections.abc import Iterator

from sageiq_ros.evaluation.pages.axes import Frame, place_axis, tick_room, value_axis
from sageiq_ros.evaluation.pages.blocks import BarChart, Series
from sageiq_ros.evaluation.pages.draw import (
    SMALL_LETTERS,
    all_known,
    all_values,
    chart_width,
    colors,
    cross,
    label,
    legend,
    svg,
    swatch,
    tooltip,
    undefined_entry,
    value_words,
    whisker,
)
from sageiq_ros.evaluation.pages.scale import drawable, scale_of
from sageiq_ros.evaluation.pages.text import number_text, text_width

PLOT_HEIGHT = 230.0
HEAD, NUMBER_ROOM = 36.0, 16.0
GROUP_SHARE, BAR_SHARE, WIDEST = 0.8, 0.9, 60.0


def render(block: BarChart) -> str:
    """Draw the chart from zero; a cross stands for a value that is not defined."""
    width = chart_width(block)
    paints = colors(block.series)
    entries = [
        (swatch(0.0, 0.0, paint, one.paper), one.name)
        for one, paint in zip(block.series, paints, strict=True)
    ]
    entries += undefined_entry(all_known(block.series))
    parts, top = legend(entries, width)
    scale = scale_of(all_values(block.series), zero=True)
    top += HEAD
    frame = Frame(tick_room(scale), width - 4.0, top, top + PLOT_HEIGHT, scale)
    parts += value_axis(frame, block.unit)
    slot = (frame.right - frame.left) / max(len(block.places), 1)
    xs = [frame.left + slot * (index + 0.5) for index in range(len(block.places))]
    step = min(GROUP_SHARE * slot / max(len(block.series), 1), WIDEST)
    for number, (one, paint) in enumerate(zip(block.series, paints, strict=True)):
        for index, (place, _, x) in enumerate(zip(block.places, one.values, xs, strict=True)):
            middle = x + step * (number - (len(block.series) - 1) / 2.0)
            words = value_words(one, place, index)
            parts += _bar(frame, one, index, middle, step, paint, words)
    below = NUMBER_ROOM if scale.low < 0.0 else 4.0
    names, height = place_axis(block.places, xs, frame.bottom + below)
    return svg(width, frame.bottom + below + height, [*parts, *names], block.name)


def _bar(
    frame: Frame, one: Series, index: int, x: float, step: float, paint: str, words: str
) -> Iterator[str]:
    value, zero = one.values[index], frame.y(0.0)
    if not drawable(value):
        yield cross(x, zero - 6.0, paint, words)
        return
    wide = BAR_SHARE * step
    end = frame.y(value)
    look = (
        f'fill="{paint}" fill-opacity=".08" stroke="{paint}" stroke-width="1.4" '
        'stroke-dasharray="4 2"'
        if one.paper
        else f'fill="{paint}"'
    )
    yield (
        f'<rect x="{x - wide / 2:.1f}" y="{min(zero, end):.1f}" width="{wide:.1f}" '
        f'height="{abs(end - zero):.1f}" rx="1.5" {look}>{tooltip(words)}</rect>'
    )
    ends = [end]
    if one.lows and one.highs and drawable(one.lows[index]) and drawable(one.highs[index]):
        ends += [frame.y(one.highs[index]), frame.y(one.lows[index])]
        yield whisker(x, ends[1], ends[2], 'var(--ink)')
    number = number_text(value, frame.scale.decimals + 1)
    if text_width(number, SMALL_LETTERS) <= step - 1.0:
        y = min(ends) - 5.0 if value >= 0.0 else max(ends) + 12.0
        yield label(x, y, number, 'middle', ' class="number"')
