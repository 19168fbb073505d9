# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The plots of a report as inline SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise

from sageiq_ros.evaluation.drive import Distribution, FrameResult

WIDTH, HEIGHT = 1000.0, 270.0
LEFT, RIGHT, TOP, BOTTOM = 38.0, 916.0, 10.0, 236.0
MOST_DOTS = 400
STAGE_COLORS = {
    'scene graph': '--stage1',
    'analyzer': '--stage2',
    'scorer': '--stage3',
    'transport and messages': '--stage4',
}


def score_chart(
    results: Sequence[FrameResult],
    good: float,
    poor: float,
    marks: Mapping[int, str],
    labels: Mapping[int, float],
) -> str:
    """Plot the score over time with the thresholds of the states; NaN leaves a gap.

    ``marks`` names frames (by index) that the report shows elsewhere; ``labels`` are drawn as a
    line of their own, over their ``label_range``.
    """
    times_ns = [result.time_ns for result in results]
    first_ns = min(times_ns, default=0)
    seconds = [(time_ns - first_ns) / 1e9 for time_ns in times_ns]
    span = max(seconds, default=0.0) or 1.0
    parts = [*_bands(good, poor), *_time_axis(span)]
    points = [
        (_x(t, span), _y(result.score), result) for t, result in zip(seconds, results, strict=True)
    ]
    parts.append(
        f'<path d="{_line(points)}" fill="none" stroke="var(--ink)" stroke-opacity=".55" '
        'stroke-width="1.4" stroke-linejoin="round"/>'
    )
    if labels:
        parts.append(_label_line(results, seconds, span, labels))
    for x, y, result in points:
        if math.isnan(result.score):
            label = 'no result in time' if result.assessment is None else 'no score'
            parts.append(
                f'<path d="M{x:.1f} {BOTTOM}v-9" stroke="var(--unknown)" stroke-width="2">'
                f'<title>{escape(result.name)}: {label}</title></path>'
            )
        elif len(points) <= MOST_DOTS and result.assessment is not None:
            state = result.assessment.state.name
            parts.append(
                f'<circle class="{state}" cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="currentColor">'
                f'<title>{escape(result.name)}: {result.score:.3f} {state}</title></circle>'
            )
        if result.index in marks:
            parts.append(_mark(x, y, marks[result.index]))
    return _svg(HEIGHT, parts, 'Score over time')


def label_range(labels: Mapping[int, float]) -> tuple[float, float]:
    """Return the values at the chart's bottom and top: 0 and 1, stretched to hold all labels."""
    return min(0.0, *labels.values()), max(1.0, *labels.values())


def latency_chart(stages: Mapping[str, Distribution], age: Distribution) -> str:
    """Stack the stages' times in one bar for the median and one for the 95th percentile.

    What the frame's age holds beyond the stages is transport and messages. Percentiles of parts
    do not add up to that of the whole, so the bar's end is labelled with the sum it shows.
    """
    rows = [
        (name, _stack(stages, age, pick))
        for name, pick in (('median', 'median'), ('95th percentile', 'p95'))
    ]
    longest = max((sum(parts.values()) for _, parts in rows), default=0.0)
    if not longest:
        return ''
    scale = (WIDTH - 120 - 64) / longest
    drawn: list[str] = []
    for number, (name, parts) in enumerate(rows):
        y = 6 + 44 * number
        drawn.append(f'<text x="0" y="{y + 19}">{name}</text>')
        x = 120.0
        for stage, value in parts.items():
            drawn.append(
                f'<rect x="{x:.1f}" y="{y}" width="{max(value * scale - 1.5, 0.5):.1f}" '
                f'height="28" rx="2" fill="var({STAGE_COLORS[stage]})">'
                f'<title>{stage}: {value:.1f} ms</title></rect>'
            )
            x += value * scale
        drawn.append(
            f'<text x="{x + 8:.1f}" y="{y + 19}" style="fill:var(--ink);font-weight:600">'
            f'{sum(parts.values()):.0f} ms</text>'
        )
    return _svg(88, drawn, 'Time per stage')


def _stack(stages: Mapping[str, Distribution], age: Distribution, pick: str) -> dict[str, float]:
    parts = {
        name: value
        for name in ('scene graph', 'analyzer', 'scorer')
        if not math.isnan(value := getattr(stages[name], pick))
    }
    rest = getattr(age, pick) - sum(parts.values())
    if rest > 0.0:
        parts['transport and messages'] = rest
    return parts


def _bands(good: float, poor: float) -> Iterator[str]:
    for state, low, high in (('POOR', 0.0, poor), ('DEGRADED', poor, good), ('GOOD', good, 1.0)):
        top, bottom = _y(high), _y(low)
        yield (
            f'<rect class="{state}" x="{LEFT}" y="{top:.1f}" width="{RIGHT - LEFT}" '
            f'height="{bottom - top:.1f}" fill="currentColor" fill-opacity=".07"/>'
        )
        if bottom - top > 16:
            yield (
                f'<text class="{state} badge" x="{RIGHT + 10}" y="{(top + bottom) / 2 + 4:.1f}" '
                f'style="fill:currentColor">{state}</text>'
            )
    for value in sorted({0.0, poor, good, 1.0}):
        y = _y(value)
        yield (
            f'<path d="M{LEFT} {y:.1f}H{RIGHT}" stroke="var(--line)"/>'
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'
        )


def _time_axis(span: float) -> Iterator[str]:
    step = _tick_step(span)
    for number in range(int(span / step + 1e-9) + 1):
        x = _x(number * step, span)
        yield (
            f'<path d="M{x:.1f} {BOTTOM}v5" stroke="var(--soft)"/>'
            f'<text x="{x:.1f}" y="{BOTTOM + 20}" text-anchor="middle">{number * step:g} s</text>'
        )


def _tick_step(span: float) -> float:
    """Choose 1, 2 or 5 times a power of ten for about eight ticks."""
    magnitude = 10.0 ** math.floor(math.log10(span / 8))
    return next(m * magnitude for m in (1, 2, 5, 10) if m * magnitude >= span / 8)


def _line(points: Sequence[tuple[float, float, FrameResult]]) -> str:
    path: list[str] = []
    for (_, before, _), (x, y, _) in pairwise([(0.0, math.nan, None), *points]):
        if not math.isnan(y):
            path.append(f'{"M" if math.isnan(before) else "L"}{x:.1f} {y:.1f}')
    return ''.join(path)


def _label_line(
    results: Sequence[FrameResult],
    seconds: Sequence[float],
    span: float,
    labels: Mapping[int, float],
) -> str:
    low, high = label_range(labels)
    points = [
        f'{_x(t, span):.1f} {_y((labels[result.index] - low) / (high - low)):.1f}'
        for t, result in zip(seconds, results, strict=True)
        if result.index in labels
    ]
    return (
        f'<path d="M{"L".join(points)}" fill="none" stroke="var(--stage3)" stroke-width="1.6" '
        'stroke-dasharray="6 4"><title>labels</title></path>'
    )


def _mark(x: float, y: float, name: str) -> str:
    above = y - 12 if y - 24 > TOP else y + 22
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="none" stroke="var(--ink)" '
        f'stroke-width="1.6"/><text x="{x:.1f}" y="{above:.1f}" text-anchor="middle" '
        f'style="fill:var(--ink);font-weight:650">{name}</text>'
    )


def _x(seconds: float, span: float) -> float:
    return LEFT + 8 + (RIGHT - LEFT - 16) * seconds / span


def _y(score: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * score


def _svg(height: float, parts: Sequence[str], name: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH:g} {height:g}" role="img" aria-label="{name}">'
        f'{"".join(parts)}</svg>'
    )
