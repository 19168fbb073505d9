# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The size-bias experiment as one HTML page that needs nothing beside it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape

import cv2
import numpy as np

from sageiq_ros.evaluation.bootstrap import Estimate
from sageiq_ros.evaluation.report_style import STYLE
from sageiq_ros.evaluation.size_bias.charts import Mark, forest_chart, scatter_chart, slope_chart
from sageiq_ros.evaluation.size_bias.measures import METRICS, MODULE_NAMES, REDUCTIONS, Entry
from sageiq_ros.evaluation.size_bias.paper import TABLE_IV, TABLE_V, TABLE_VI, Triple
from sageiq_ros.evaluation.size_bias.run import Example, SizeBias
from sageiq_ros.evaluation.size_bias.text import (
    METRIC_NAMES,
    figure,
    no_modules,
    summary,
)
from sageiq_ros.types import Image

THUMBNAIL_PX = 220
TITLE = 'Size bias of quality scores'
HEADS = ('rescaled', 'cropped')
PAGE_STYLE = """
:root { --line1: #35618f; --line2: #c4500a; --line3: #3f8a6e; --line4: #9a4f96;
  --line5: #a88300; --line6: #2f8fb8; --line7: #b23a48; --line8: #666c77; }
@media (prefers-color-scheme: dark) {
  :root { --line1: #79a5d3; --line2: #ee7d3b; --line3: #7cc0aa; --line4: #cf8fcb;
    --line5: #dcb53a; --line6: #6fc3e6; --line7: #ec7a86; --line8: #a7adb8; }
}
main { max-width: 1240px; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(270px, 1fr));
  gap: 18px; }
.panels > .card { padding: 14px; }
.scroll { overflow-x: auto; margin-top: 18px; }
.numbers td, .numbers th { padding-left: 10px; white-space: nowrap; }
.numbers td:first-child { white-space: normal; min-width: 190px; padding-left: 0; }
.numbers td { vertical-align: top; }
.numbers small { display: block; font-size: 11.5px; color: var(--soft); }
.numbers tr.sub td { border-top: 0; padding-top: 0; font-size: 13px; color: var(--soft); }
.numbers tr.paper td { color: var(--soft); padding-top: 3px; padding-bottom: 3px; }
.numbers th.group { text-align: center; border-bottom: 1px solid var(--line); }
.examples { display: grid; grid-template-columns: repeat(auto-fill, minmax(130px, 1fr));
  gap: 14px; }
.examples figure { margin: 0; }
.examples img { display: block; background: var(--line); border-radius: 4px; }
.examples .full { width: 100%; }
.examples .halves { display: flex; gap: 4%; margin-top: 4px; }
.examples .halves img { width: 48%; }
.examples figcaption { font-size: 12.5px; margin-top: 4px; overflow-wrap: anywhere; }
.examples b { font-size: 14px; }
"""


def page(result: SizeBias, provenance: Mapping[str, str]) -> str:
    """Lay out tables and plots, the paper's numbers beside ours."""
    sections = [
        f'<h1>{TITLE}</h1><p class="lead">{escape(summary(result))}</p>',
        _tiles(result),
        _entropy(result),
        _examples(result),
        _scorers(result),
        *(_ablation(title, rows) for title, rows in result.ablations.items()),
        _provenance(provenance),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{TITLE}</title><style>{STYLE}{PAGE_STYLE}</style></head>'
        f'<body><main>{"".join(sections)}</main></body></html>\n'
    )


def _tiles(result: SizeBias) -> str:
    found = result.baseline.estimates()
    cells = [(str(len(result.samples)), f'samples of {len(result.plan.pictures)} pictures')]
    cells += [(figure(found[r]['mcc'].value), f'MCC, {r}') for r in REDUCTIONS]
    cells += [(figure(found[r]['shift'].value, True), f'mean shift, {r}') for r in REDUCTIONS]
    drawn = ''.join(f'<div><b>{value}</b><span>{name}</span></div>' for value, name in cells)
    note = f'Correlations and shifts of {escape(result.baseline.label)}.'
    return f'<div class="figures">{drawn}</div><p class="note">{note}</p>'


def _entropy(result: SizeBias) -> str:
    rows = [result.entropy, result.baseline]
    return (
        '<h2>Table IV: entropy and score</h2><p class="note">Correlation of full with reduced '
        'samples. Entropy is that of the grey-level histogram in bits; the paper’s score is its '
        'baseline’s, on its own pictures, whose number it does not give.</p><div class="card">'
        f'{_forest(rows, TABLE_IV)}{_table(rows, TABLE_IV, None)}</div>'
    )


def _examples(result: SizeBias) -> str:
    if not result.examples:
        return ''
    figures = ''.join(_example(result, example) for example in result.examples)
    letters = [example.letter for example in result.examples]
    chosen = [example.sample for example in result.examples]
    entropy = result.entropy.members[0].values[chosen]
    parts = [
        '<h2>Fig. 5: example pictures</h2><p class="note">Evenly spaced by rank of '
        f'{escape(result.baseline.label)}’s score, worst first; below each its rescaled and its '
        f'cropped half.</p><div class="examples">{figures}</div>'
    ]
    for number, (column, reduction) in enumerate(enumerate(REDUCTIONS, 1), 6):
        panels = [slope_chart('Shannon entropy, bits', letters, entropy[:, 0], entropy[:, column])]
        for row in result.scorers:
            values = row.members[0].values[chosen]
            first = row.members[0].name
            title = f'{row.label}: {first}' if len(row.members) > 1 else row.label
            panels.append(slope_chart(title, letters, values[:, 0], values[:, column]))
        parts.append(
            f'<h2>Fig. {number}: entropy and score of {reduction} pictures</h2>'
            f'<p class="note">Lines that cross are pictures whose order the size changed.</p>'
            f'{_panels(panels)}'
        )
    return ''.join(parts)


def _example(result: SizeBias, example: Example) -> str:
    sample = result.samples[example.sample]
    name = result.plan.pictures[sample.picture].name
    made = f'{sample.kind.replace("_", " ")} {sample.strength:.2f}' if sample.kind else ''
    full, rescaled, cropped = (_data_url(image) for image in example.images)
    size = f'{sample.bounds[2]}×{sample.bounds[3]} px'
    return (
        f'<figure><img class="full" src="{full}" alt=""><div class="halves">'
        f'<img src="{rescaled}" alt="rescaled"><img src="{cropped}" alt="cropped"></div>'
        f'<figcaption><b>{example.letter}</b> {escape(name)}, {size}'
        f'{", " + escape(made) if made else ""}</figcaption></figure>'
    )


def _scorers(result: SizeBias) -> str:
    panels = [
        scatter_chart(
            f'{row.label}, {reduction}',
            row.members[0].values[:, 0],
            row.members[0].values[:, column],
            f'SRCC {figure(float(row.members[0].point[column - 1, 0]))}',
        )
        for row in result.scorers
        for column, reduction in enumerate(REDUCTIONS, 1)
    ]
    less = (
        f' Differences are to {escape(result.baseline.label)} on the same resamples.'
        if len(result.scorers) > 1
        else ''
    )
    return (
        '<h2>Table V: scorers</h2><p class="note">Correlation of a scorer’s score of full samples '
        f'with its own of reduced ones.{less} The paper measured on LIVE-itw.</p>'
        f'<div class="card">{_forest(result.compared, TABLE_V)}'
        f'{_table(result.compared, TABLE_V, result.baseline)}</div>'
        '<h3>Score of the reduced sample over that of the full one</h3><p class="note">On the '
        'dashed line size changes nothing; below it small pictures get lower scores.'
        f'{_first_members(result)}</p>{_panels(panels)}'
    )


def _first_members(result: SizeBias) -> str:
    if all(len(row.members) == 1 for row in result.scorers):
        return ''
    return ' Of several engines of one network the first is shown.'


def _ablation(title: str, rows: Sequence[Entry]) -> str:
    baseline = no_modules(rows)
    fixed = [MODULE_NAMES[m] for m, on in (rows[0].ticks or {}).items() if on is None]
    stays = f' {", ".join(fixed)}: as the network has it.' if fixed else ''
    less = (
        'No row has all modules off, so that there is no baseline to compare with.'
        if baseline is None
        else 'Differences are to the row with no module on.'
    )
    return (
        f'<h2>Table VI: size modules, {escape(title)}</h2><p class="note">LSQ: learnable size '
        f'queries; SFE: size feature extractor.{stays} {less} Of the paper’s rows with one or two '
        'modules several carry the same ticks, so that their range is shown.</p><div class="card">'
        f'{_forest(rows, TABLE_VI)}{_table(rows, TABLE_VI, baseline)}</div>'
    )


def _forest(rows: Sequence[Entry], paper: Mapping[str, Mapping[str, Triple]]) -> str:
    marks = []
    for row in rows:
        first, second = (row.estimates()[r]['mcc'] for r in REDUCTIONS)
        spans = ((first.low, first.high), (second.low, second.high))
        marks.append(Mark(row.title, (first.value, second.value), spans))
    for name, found in paper.items():
        values = (found['rescaled'][2], found['cropped'][2])
        marks.append(Mark(f'paper: {name}', values, None))
    heads = ('MCC, rescaled to half', 'MCC, centre-cropped to half')
    return forest_chart('MCC with 95 % intervals, beside the paper', heads, marks)


def _table(
    rows: Sequence[Entry], paper: Mapping[str, Mapping[str, Triple]], baseline: Entry | None
) -> str:
    top = ''.join(f'<th class="group" colspan="{len(METRICS)}">{r}</th>' for r in REDUCTIONS)
    heads = ''.join(f'<th>{name}</th>' for name in (*METRIC_NAMES, *METRIC_NAMES))
    body = []
    for row in rows:
        below = f'<small>{escape(row.label)}</small>' if row.label != row.title else ''
        body.append(f'<tr><td>{escape(row.title)}{below}</td>{_cells(row)}</tr>')
        if baseline is not None and row is not baseline:
            name = f'less {escape(baseline.title)}'
            body.append(f'<tr class="sub"><td>{name}</td>{_cells(row, baseline)}</tr>')
        for member in row.members if len(row.members) > 1 else ():
            cells = ''.join(
                f'<td>{figure(value, metric == "shift")}</td>'
                for reduction in member.point
                for metric, value in zip(METRICS, reduction, strict=True)
            )
            body.append(f'<tr class="sub"><td>{escape(member.name)}</td>{cells}</tr>')
    for name, found in paper.items():
        cells = ''.join(
            ''.join(f'<td>{figure(value)}</td>' for value in found[r]) + '<td></td>'
            for r in REDUCTIONS
        )
        body.append(f'<tr class="paper"><td>paper: {escape(name)}</td>{cells}</tr>')
    return (
        f'<div class="scroll"><table class="numbers"><tr><th></th>{top}</tr>'
        f'<tr><th></th>{heads}</tr>{"".join(body)}</table></div>'
    )


def _cells(row: Entry, baseline: Entry | None = None) -> str:
    found = row.estimates() if baseline is None else row.differences(baseline)
    spreads = row.spreads() if baseline is None else None
    return ''.join(
        _cell(
            found[r][m],
            baseline is not None or m == 'shift',
            None if spreads is None else spreads[r][m],
        )
        for r in REDUCTIONS
        for m in METRICS
    )


def _cell(found: Estimate, signed: bool, spread: float | None) -> str:
    wide = '' if spread is None else f'<small>± {figure(spread)}</small>'
    span = f'{figure(found.low, signed)} … {figure(found.high, signed)}'
    return f'<td>{figure(found.value, signed)}{wide}<small>{span}</small></td>'


def _panels(panels: Sequence[str]) -> str:
    cards = ''.join(f'<div class="card">{panel}</div>' for panel in panels)
    return f'<div class="panels">{cards}</div>'


def _provenance(provenance: Mapping[str, str]) -> str:
    entries = ''.join(
        f'<dt>{escape(name)}</dt><dd>'
        f'{f"<code>{escape(value)}</code>" if name == "command" else escape(value)}</dd>'
        for name, value in provenance.items()
    )
    return f'<h2>How this was made</h2><div class="card"><dl>{entries}</dl></div>'


def _data_url(image: Image) -> str:
    scale = min(1.0, THUMBNAIL_PX / max(image.shape[:2]))
    if scale < 1.0:
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode('.jpg', np.ascontiguousarray(image), (cv2.IMWRITE_JPEG_QUALITY, 88))
    return f'data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode()}'
