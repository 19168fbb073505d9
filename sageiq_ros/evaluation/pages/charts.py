# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Charts as drawings and as tables of their values."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sageiq_ros.evaluation.pages import bars, heat_map, lines, radar, scatter
from sageiq_ros.evaluation.pages.blocks import (
    BarChart,
    HeatMap,
    LineChart,
    Number,
    RadarChart,
    Row,
    Scatter,
    Series,
    Table,
)
from sageiq_ros.evaluation.pages.draw import Chart, all_values
from sageiq_ros.evaluation.pages.scale import drawable

SIGNIFICANT, MOST_DIGITS = 3, 6


def drawing(chart: Chart) -> str:
    """Draw a chart of any kind as inline SVG."""
    match chart:
        case BarChart():
            return bars.render(chart)
        case LineChart():
            return lines.render(chart)
        case RadarChart():
            return radar.render(chart)
        case HeatMap():
            return heat_map.render(chart)
        case Scatter():
            return scatter.render(chart)


def values(chart: Chart) -> Table:
    """Return what a chart shows as a table; of points their number, means and place."""
    match chart:
        case BarChart() | LineChart():
            return _series(chart.name, chart.unit, chart.places, chart.series, chart.note)
        case RadarChart():
            return _series(chart.name, '', chart.spokes, chart.series, chart.note)
        case HeatMap():
            digits = _digits([value for row in chart.rows for value in row])
            rows = [
                Row((place, *(Number(value, digits=digits) for value in row)))
                for place, row in zip(chart.places, chart.rows, strict=True)
            ]
            return Table(chart.name, ('from / to', *chart.places), rows, note=chart.note)
        case Scatter():
            return _points(chart)


def _series(
    name: str, unit: str, places: Sequence[str], series: Sequence[Series], note: str
) -> Table:
    digits = _digits(all_values(series))
    rows = []
    for one in series:
        missing = [math.nan] * len(one.values)
        cells = (
            Number(value, low, high, digits)
            for value, low, high in zip(
                one.values, one.lows or missing, one.highs or missing, strict=True
            )
        )
        rows.append(Row((one.name, *cells), one.paper))
    return Table(name, (unit, *places), rows, note=note)


def _points(chart: Scatter) -> Table:
    heads = (
        '', 'points', 'not defined', f'mean of {chart.horizontal}', f'mean of {chart.vertical}',
        'above the diagonal',
    )  # fmt: skip
    rows = []
    for name, points in chart.points.items():
        known = [(a, b) for a, b in points if drawable(a) and drawable(b)]
        means = [
            sum(point[axis] for point in known) / len(known) if known else math.nan
            for axis in (0, 1)
        ]
        above = sum(b > a for a, b in known)
        digits = _digits([value for point in known for value in point])
        shown = (Number(mean, digits=digits) for mean in means)
        rows.append(Row((name, len(known), len(points) - len(known), *shown, above)))
    return Table(chart.name, heads, rows, note=chart.note)


def _digits(values: Sequence[float]) -> int:
    """Return the decimals that show the greatest of values with ``SIGNIFICANT`` digits."""
    greatest = max((abs(value) for value in values if drawable(value)), default=0.0)
    if greatest == 0.0:
        return SIGNIFICANT
    return min(max(SIGNIFICANT - 1 - math.floor(math.log10(greatest)), 0), MOST_DIGITS)
