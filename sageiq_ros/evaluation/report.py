# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The report of a drive: one HTML file that needs nothing beside it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from sageiq_ros.evaluation.drive import (
    Distribution,
    DriveSummary,
    FrameResult,
    LabelSummary,
    label_summaries,
)
from sageiq_ros.evaluation.extremes import KeptFrame
from sageiq_ros.evaluation.report_charts import (
    STAGE_COLORS,
    label_range,
    latency_chart,
    score_chart,
)
from sageiq_ros.evaluation.report_frames import SOURCES, frame_article
from sageiq_ros.evaluation.report_style import STYLE
from sageiq_ros.types import State


@dataclass(frozen=True, slots=True)
class ReportInput:
    """Hold all that a report is made of; ``provenance`` is shown as it is, in order.

    ``speed`` is how many recorded seconds one second took, NaN for a drive that was played.
    ``labels`` are those of frames by their index, ``comparison`` is a section of HTML.
    """

    title: str
    lead: str
    results: Sequence[FrameResult]
    summary: DriveSummary
    good: float
    poor: float
    worst: Sequence[KeptFrame]
    best: Sequence[KeptFrame]
    provenance: Mapping[str, str]
    remarks: Sequence[str] = ()
    speed: float = math.nan
    labels: Mapping[int, float] = field(default_factory=dict)
    comparison: str = ''


def write_report(path: Path, content: ReportInput) -> None:
    """Write the report as UTF-8 HTML."""
    path.write_text(render(content), encoding='utf-8')


def render(content: ReportInput) -> str:
    """Lay the report out."""
    worst = [(f'W{number}', kept) for number, kept in enumerate(content.worst, 1)]
    shown = {kept.result.index for _, kept in worst}
    # In a short drive a frame can be among both; it is shown once.
    best = [
        (f'B{number}', kept)
        for number, kept in enumerate(content.best, 1)
        if kept.result.index not in shown
    ]
    marks = {kept.result.index: mark for mark, kept in (*worst, *best)}
    chart = score_chart(content.results, content.good, content.poor, marks, content.labels)
    sections = [
        f'<h1>{escape(content.title)}</h1><p class="lead">{escape(content.lead)}</p>',
        _figures(content.summary, content.speed),
        '<h2>Score over time</h2><p class="note">Each dot is a frame, coloured by its state. '
        'W and B mark the frames shown below; a gap with a tick is a frame without a score.'
        f'{_label_note(content.labels)}</p><div class="card">{chart}</div>',
        content.comparison,
        _frames('Worst frames', worst),
        _frames('Best frames', best),
        _latency(content.summary),
        _labels(label_summaries(content.results), content.summary.answered),
        _weights(content.results),
        _provenance(content.provenance, content.remarks),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(content.title)}</title><style>{STYLE}</style></head>'
        f'<body><main>{"".join(sections)}</main></body></html>\n'
    )


def _label_note(labels: Mapping[int, float]) -> str:
    if not labels:
        return ''
    low, high = label_range(labels)
    scale = '' if (low, high) == (0.0, 1.0) else f', on a scale from {low:g} to {high:g}'
    return f' The broken line is the labels{scale}.'


def _figures(summary: DriveSummary, speed: float) -> str:
    states = ' · '.join(
        f'<span class="{state.name}">{summary.states[state]} {state.name.lower()}</span>'
        for state in (State.GOOD, State.DEGRADED, State.POOR, State.UNKNOWN)
        if summary.states[state]
    )
    share = summary.with_triplets / summary.sent if summary.sent else math.nan
    cells = [
        (_value(summary.median_score, 2), 'median score'),
        (f'{summary.answered}<small> of {summary.sent}</small>', 'frames with a result'),
        (f'{_value(100 * share, 0)}<small> %</small>', 'of frames with triplets'),
        (
            f'{_value(summary.stages["total"].median, 0)}<small> ms</small>',
            'median time of a frame',
        ),
        (f'{_value(summary.age.median, 0)}<small> ms</small>', 'median age of a result')
        if math.isnan(speed)
        else (f'{_value(speed, 2)}<small> ×</small>', 'real time'),
        (f'{_value(summary.results_per_s, 1)}<small> /s</small>', 'results'),
    ]
    drawn = ''.join(f'<div><b>{value}</b><span>{name}</span></div>' for value, name in cells)
    return f'<div class="figures">{drawn}</div><p class="note">{states}</p>'


def _frames(title: str, frames: Sequence[tuple[str, KeptFrame]]) -> str:
    if not frames:
        return ''
    note = (
        'Every region that matters is framed: the colour and the number are its quality. Beside '
        'the picture stand the triplets that made the score, most important first; the bar shows '
        'how the weights, by their softmax, divide a triplet between subject and object.'
    )
    articles = ''.join(frame_article(mark, kept) for mark, kept in frames)
    lead = f'<p class="note">{note}</p>' if title.startswith('Worst') else ''
    return f'<h2>{title}</h2>{lead}{articles}'


def _latency(summary: DriveSummary) -> str:
    sent = not math.isnan(summary.age.median)
    age = [('sent to received', summary.age)] if sent else []
    rows = [
        _latency_row(name, values, STAGE_COLORS.get(name))
        for name, values in (*summary.stages.items(), *age)
    ]
    beyond = (
        ' What a result’s age holds beyond the three stages is transport, conversion and messages.'
        if sent
        else ''
    )
    return (
        f'<h2>Time per stage</h2><p class="note">In milliseconds.{beyond}</p>'
        f'<div class="card">{latency_chart(summary.stages, summary.age)}'
        '<table style="margin-top:18px"><tr><th>stage</th><th>median</th><th>95th percentile</th>'
        f'<th>largest</th></tr>{"".join(rows)}</table></div>'
    )


def _latency_row(name: str, values: Distribution, color: str | None) -> str:
    swatch = f'<span class="swatch" style="background:var({color})"></span>' if color else ''
    numbers = ''.join(
        f'<td>{_value(value, 1)}</td>' for value in (values.median, values.p95, values.largest)
    )
    return f'<tr><td>{swatch}{name}</td>{numbers}</tr>'


def _labels(labels: Sequence[LabelSummary], frames: int) -> str:
    if not labels:
        return ''
    rows = ''.join(
        f'<tr><td>{escape(label.label)}</td><td class="wide"><span class="bar" '
        f'style="width:{100 * label.frames / frames:.1f}%"></span></td><td>{label.frames}</td>'
        f'<td>{_value(label.quality, 2)}</td><td>{_value(label.weight, 1)}</td></tr>'
        for label in labels
    )
    return (
        '<h2>What was seen</h2><p class="note">Labels of the regions that were scored: the frames '
        'they occur in, mean quality, and mean weight on the scale 1 to 10.</p><div class="card">'
        '<table><tr><th>label</th><th></th><th>frames</th><th>quality</th><th>weight</th></tr>'
        f'{rows}</table></div>'
    )


def _weights(results: Sequence[FrameResult]) -> str:
    counts = Counter(
        triplet.source
        for result in results
        if result.assessment
        for triplet in result.assessment.triplets
    )
    if not counts:
        return ''
    words = ' · '.join(f'{SOURCES[source]} {count}' for source, count in counts.most_common())
    return f'<p class="note" style="margin-top:14px">Triplets by origin of weights: {words}.</p>'


def _provenance(provenance: Mapping[str, str], remarks: Sequence[str]) -> str:
    entries = ''.join(
        f'<dt>{escape(name)}</dt><dd>{_entry(name, value)}</dd>'
        for name, value in provenance.items()
    )
    notes = ''.join(f'<p class="note">{escape(remark)}</p>' for remark in remarks)
    return f'<h2>How this was made</h2>{notes}<div class="card"><dl>{entries}</dl></div>'


def _entry(name: str, value: str) -> str:
    return f'<code>{escape(value)}</code>' if name == 'command' else escape(value)


def _value(number: float, digits: int) -> str:
    return '–' if math.isnan(number) else f'{number:.{digits}f}'
