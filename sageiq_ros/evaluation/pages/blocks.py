# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What a report is made of, whatever it is written as: HTML, Markdown or LaTeX.

Numbers that are not known are NaN, and every chart and table bears them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from sageiq_ros.types import Image


@dataclass(frozen=True, slots=True)
class Number:
    """Show a number, with its 95 % interval below it where there is one.

    ``signed`` numbers are differences: they carry their sign, and gains stand out: those above 0
    whose interval, if there is one, lies above 0, too.
    """

    value: float
    low: float = float('nan')
    high: float = float('nan')
    digits: int = 3
    signed: bool = False


Cell: TypeAlias = str | int | Number


@dataclass(frozen=True, slots=True)
class Row:
    """Hold a row of a table; ``paper`` marks the paper's own numbers, ``strong`` a summary."""

    cells: tuple[Cell, ...]
    paper: bool = False
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Lay rows under heads.

    ``groups`` are the titles above the heads and how many columns each spans, all columns
    together; empty for none. The first ``text_columns`` columns are words, set to the left.
    """

    name: str
    heads: tuple[str, ...]
    rows: Sequence[Row]
    groups: tuple[tuple[str, int], ...] = ()
    text_columns: int = 1
    note: str = ''


@dataclass(frozen=True, slots=True)
class Series:
    """Hold one colour of a chart: a value for each place of the axis.

    ``paper`` series are the paper's own numbers and drawn apart; ``lows`` and ``highs`` are
    intervals, empty for none.
    """

    name: str
    values: Sequence[float]
    lows: Sequence[float] = ()
    highs: Sequence[float] = ()
    paper: bool = False


@dataclass(frozen=True, slots=True)
class BarChart:
    """Draw bars side by side, a group for each of ``places`` (Figs. 11, 12, 13)."""

    name: str
    places: tuple[str, ...]
    series: Sequence[Series]
    unit: str
    note: str = ''


@dataclass(frozen=True, slots=True)
class LineChart:
    """Draw a line a series over ``places``, which are numbers or names (Figs. 14, 15)."""

    name: str
    places: tuple[str, ...]
    series: Sequence[Series]
    unit: str
    axis: str
    note: str = ''


@dataclass(frozen=True, slots=True)
class RadarChart:
    """Draw a closed line a series over spokes (Fig. 8)."""

    name: str
    spokes: tuple[str, ...]
    series: Sequence[Series]
    note: str = ''


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Colour a square matrix, darker for more; ``rows[i][j]`` is from i to j (Fig. 9)."""

    name: str
    places: tuple[str, ...]
    rows: Sequence[Sequence[float]]
    note: str = ''


@dataclass(frozen=True, slots=True)
class Scatter:
    """Plot points of two values a series, with the diagonal on which both are equal."""

    name: str
    horizontal: str
    vertical: str
    points: Mapping[str, Sequence[tuple[float, float]]]
    note: str = ''


@dataclass(frozen=True, slots=True)
class Gallery:
    """Show pictures in columns, one above the other, with rows of text below (Fig. 10).

    ``columns[i]`` are the pictures (uint8 BGR) of one example and ``rows`` name them; ``texts[i]``
    are the example's values, named by ``text_rows``. ``names`` say what each example is to those
    who cannot see it; empty for their numbers.
    """

    name: str
    rows: tuple[str, ...]
    columns: Sequence[Sequence[Image]]
    text_rows: tuple[str, ...]
    texts: Sequence[Sequence[Cell]]
    note: str = ''
    names: tuple[str, ...] = ()


Block: TypeAlias = Table | BarChart | LineChart | RadarChart | HeatMap | Scatter | Gallery


@dataclass(frozen=True, slots=True)
class Section:
    """Hold one experiment: its title, paragraphs of what was done and found, and its blocks."""

    title: str
    text: tuple[str, ...]
    blocks: Sequence[Block] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Hold everything that is written: ``provenance`` is shown as it is, in order."""

    title: str
    lead: str
    sections: Sequence[Section]
    provenance: Mapping[str, str]
    figures: Sequence[tuple[str, str]] = field(default=())
    """Headline numbers and what each is, shown large at the top."""
