# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The pieces all charts are drawn of, as inline SVG; colours are the page's variables."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sageiq_ros.evaluation.pages.blocks import (
    BarChart,
    Block,
    HeatMap,
    LineChart,
    RadarChart,
    Scatter,
    Series,
)
from sageiq_ros.evaluation.pages.scale import drawable
from sageiq_ros.evaluation.pages.text import NOT_DEFINED, clip, escape, text_width

# Units are pixels on a wide screen; two small charts stand side by side there.
WIDE, SMALL = 1120.0, 500.0
MOST_SMALL_PLACES, MOST_SMALL_BARS = 8, 20
MOST_SMALL_CELLS = 12
LETTERS, SMALL_LETTERS = 12.0, 10.5
LINE = 20.0
COLORS = 12
MOST_NAME = 300.0
Chart = BarChart | LineChart | RadarChart | HeatMap | Scatter


def chart_width(block: Block) -> float:
    """Return how wide a chart is drawn: ``WIDE`` where it shows much, else ``SMALL``."""
    match block:
        case BarChart():
            bars = len(block.places) * len(block.series)
            wide = len(block.places) > MOST_SMALL_PLACES or bars > MOST_SMALL_BARS
        case LineChart():
            wide = len(block.places) > 2 * MOST_SMALL_PLACES
        case HeatMap():
            wide = len(block.places) > MOST_SMALL_CELLS
        case _:
            wide = False
    return WIDE if wide else SMALL


def svg(width: float, height: float, parts: Sequence[str], name: str) -> str:
    """Wrap a drawing of ``width`` by ``height`` up; ``name`` is what a screen reader says."""
    size = 'wide' if width > SMALL else 'small'
    return (
        f'<svg class="{size}" viewBox="0 0 {width:g} {height:.0f}" role="img" '
        f'aria-label="{escape(name)}">{"".join(parts)}</svg>'
    )


def label(x: float, y: float, words: str, anchor: str = 'start', more: str = '') -> str:
    """Write words at a place; ``more`` are further attributes."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(words)}</text>'


def name_label(
    x: float, y: float, words: str, room: float, anchor: str = 'start', more: str = ''
) -> str:
    """Write a name, cut to ``room`` px; the whole name is its tooltip where it is cut."""
    shown = clip(words, room, LETTERS)
    whole = tooltip(words) if shown.endswith('…') else ''
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{whole}{escape(shown)}</text>'
    )


def tooltip(words: str) -> str:
    """Say what a mark is when it is pointed at."""
    return f'<title>{escape(words)}</title>'


def value_words(series: Series, place: str, index: int) -> str:
    """Say a series' value at a place and its interval."""
    value = short(series.values[index])
    known = bool(series.lows) and bool(series.highs)
    ends = f' ({short(series.lows[index])} … {short(series.highs[index])})' if known else ''
    return f'{series.name}, {place}: {value}{ends}'


def short(value: float) -> str:
    """Write a value with four digits."""
    return f'{value:.4g}'.replace('-', '−') if drawable(value) else NOT_DEFINED


def colors(series: Sequence[Series]) -> list[str]:
    """Return a colour a series; the paper's of the same name as one of ours has its colour."""
    names = [_bare(one.name) for one in series]
    order = {name: rank for rank, name in enumerate(dict.fromkeys(names))}
    return [f'var(--series{order[name] % COLORS + 1})' for name in names]


def swatch(x: float, y: float, color: str, hollow: bool) -> str:
    """Draw the square of a legend."""
    look = (
        f'fill="none" stroke="{color}" stroke-width="1.5" stroke-dasharray="3 1.5"'
        if hollow
        else f'fill="{color}"'
    )
    return f'<rect x="{x + 1:.1f}" y="{y - 10:.1f}" width="11" height="11" rx="2" {look}/>'


def cross(x: float, y: float, color: str, words: str) -> str:
    """Mark a value that is not defined."""
    return (
        f'<path d="M{x - 3:.1f} {y - 3:.1f}l6 6m0 -6l-6 6" fill="none" stroke="{color}" '
        f'stroke-width="1.6">{tooltip(words)}</path>'
    )


def legend(entries: Sequence[tuple[str, str]], width: float) -> tuple[list[str], float]:
    """Set pairs of a mark, drawn at the origin, and its name in lines; return the height, too."""
    parts: list[str] = []
    x, y = 0.0, 12.0
    for mark, name in entries:
        shown = clip(name, min(MOST_NAME, width - 30.0), LETTERS)
        wide = 20.0 + text_width(shown, LETTERS) + 14.0
        if x and x + wide > width:
            x, y = 0.0, y + LINE
        words = name_label(x + 20.0, y, name, min(MOST_NAME, width - 30.0))
        parts.append(f'<g transform="translate({x:.1f} {y:.1f})">{mark}</g>{words}')
        x += wide
    return parts, (y + 10.0 if entries else 0.0)


def undefined_entry(known: bool) -> list[tuple[str, str]]:
    """Explain the cross in the legend, unless all values are known."""
    return [] if known else [(cross(6.0, -4.0, 'var(--soft)', NOT_DEFINED), NOT_DEFINED)]


def all_known(series: Sequence[Series]) -> bool:
    """Say whether every value of every series is drawable."""
    return all(drawable(value) for one in series for value in one.values)


def all_values(series: Sequence[Series]) -> list[float]:
    """Return values and ends of intervals of every series."""
    return [v for one in series for part in (one.values, one.lows, one.highs) for v in part]


def whisker(x: float, top: float, bottom: float, color: str) -> str:
    """Draw an interval from ``top`` to ``bottom``."""
    return (
        f'<path d="M{x - 3:.1f} {top:.1f}h6m-3 0V{bottom:.1f}m-3 0h6" fill="none" '
        f'stroke="{color}" stroke-width="1.3"/>'
    )


def _bare(name: str) -> str:
    """Return a name without the word that marks it as the paper's."""
    return re.sub(r'\W+', ' ', re.sub(r'\bpaper\b', '', name.lower())).strip()
