# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The size-bias experiment's numbers as JSON and as Markdown tables beside the paper's."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sageiq_ros.evaluation.bootstrap import Estimate
from sageiq_ros.evaluation.size_bias.measures import (
    METRICS,
    MODULE_NAMES,
    REDUCTIONS,
    Entry,
    Series,
    Ticks,
)
from sageiq_ros.evaluation.size_bias.paper import TABLE_IV, TABLE_V, TABLE_VI, Triple
from sageiq_ros.evaluation.size_bias.run import SizeBias
from sageiq_ros.scorer.base import SIZE_MODULES

METRIC_NAMES = ('SRCC', 'PLCC', 'MCC', 'mean shift')


def numbers(result: SizeBias, provenance: Mapping[str, str]) -> dict[str, Any]:
    """Return everything measured as plain values; what is undefined is None."""
    series = {member.name: member for member in result.members()}
    content = {
        'provenance': dict(provenance),
        'interpolation': result.plan.interpolation,
        'resamples': result.plan.resamples,
        'seed': result.plan.rule.seed,
        'pictures': [str(path) for path in result.plan.pictures],
        'samples': len(result.samples),
        'baseline': result.plan.baseline,
        'entropy': _row(result.entropy, None),
        'truth': None if result.truth is None else _row(result.truth, result.baseline),
        'scorers': [_row(row, result.baseline) for row in result.scorers],
        'ablations': {
            title: [_row(row, no_modules(rows)) for row in rows]
            for title, rows in result.ablations.items()
        },
        'paper': {'table_iv': TABLE_IV, 'table_v': TABLE_V, 'table_vi': TABLE_VI},
        'values': [
            {
                'picture': sample.picture,
                'version': sample.version,
                'bounds': sample.bounds,
                'degradation': sample.kind,
                'strength': sample.strength,
                'entropy': result.entropy.members[0].values[index].tolist(),
                'scores': {name: one.values[index].tolist() for name, one in series.items()},
            }
            for index, sample in enumerate(result.samples)
        ],
    }
    return _without_nan(content)


def no_modules(rows: Sequence[Entry]) -> Entry | None:
    """Return the ablation's row with no module on, the paper's baseline; None if it lacks."""
    return next((row for row in rows if row.ticks and True not in row.ticks.values()), None)


def markdown(result: SizeBias, provenance: Mapping[str, str]) -> str:
    """Lay all tables out, with intervals, beside the paper's numbers."""
    lines = ['# Size bias of quality scores', '', summary(result), '']
    lines += ['## Table IV: entropy and scores of full and reduced pictures', '']
    lines += _table([result.entropy, result.baseline], TABLE_IV, None)
    lines += ['', '## Table V: scores of full and reduced pictures, by scorer', '']
    lines += _table(result.compared, TABLE_V, result.baseline)
    for title, rows in result.ablations.items():
        lines += ['', f'## Table VI: size modules, {title}', '']
        lines += _table(rows, TABLE_VI, no_modules(rows))
    lines += ['', '## How this was made', '']
    lines += [f'- {name}: {value}' for name, value in provenance.items()]
    return '\n'.join(lines) + '\n'


def summary(result: SizeBias) -> str:
    """Say in sentences what was correlated and how sure the numbers are."""
    plan = result.plan
    return (
        f'n = {len(result.samples)} samples of {len(plan.pictures)} pictures. '
        f'{plan.rule.describe()} Reduced samples have half the width and height: rescaled '
        f'(OpenCV, interpolation "{plan.interpolation}") or cut from the centre. Intervals are '
        f'of 95 %, by a bootstrap over pictures with {plan.resamples} resamples, the same for '
        'all rows; the mean shift is reduced less full.'
    )


def ticks(row: Ticks) -> list[str]:
    """Return one mark a size module: on, off, or as the network has it."""
    return [{True: '✓', False: '✗', None: 'fixed'}[row[module]] for module in SIZE_MODULES]


def figure(value: float, signed: bool = False) -> str:
    """Write a number with three digits, an undefined one as a dash."""
    if math.isnan(value):
        return '–'
    # Adding zero spares a rounded -0.000 its sign.
    return f'{round(value, 3) + 0.0:{"+" if signed else ""}.3f}'.replace('-', '−')


def _table(
    rows: Sequence[Entry], paper: Mapping[str, Mapping[str, Triple]], baseline: Entry | None
) -> list[str]:
    ablation = bool(rows[0].ticks)
    heads = [MODULE_NAMES[m] for m in SIZE_MODULES] if ablation else []
    heads = ['', *heads, *(f'{r} {name}' for r in REDUCTIONS for name in METRIC_NAMES)]
    lines = [f'| {" | ".join(heads)} |', f'|{"---|" * len(heads)}']
    for row in rows:
        cells = ticks(row.ticks) if row.ticks else []
        lines.append(_line([row.label, *cells, *_cells(row)]))
        if baseline is not None and row is not baseline:
            indent = [''] * len(cells)
            name = f'less {baseline.title}'
            lines.append(_line([name, *indent, *_cells(row, baseline)]))
        if row.spreads() is not None:
            for member in row.members:
                name = f'{row.label}: {member.name}'
                lines.append(_line([name, *[''] * len(cells), *_member_cells(member)]))
    for label, found in paper.items():
        indent = [''] * (len(heads) - 1 - len(REDUCTIONS) * len(METRICS))
        values = [v for r in REDUCTIONS for v in (*map(figure, found[r]), '')]
        lines.append(_line([f'paper: {label}', *indent, *values]))
    return lines


def _cells(row: Entry, baseline: Entry | None = None) -> list[str]:
    found = row.estimates() if baseline is None else row.differences(baseline)
    spreads = row.spreads() if baseline is None else None
    return [
        _cell(
            found[r][m],
            baseline is not None or m == 'shift',
            None if spreads is None else spreads[r][m],
        )
        for r in REDUCTIONS
        for m in METRICS
    ]


def _cell(found: Estimate, signed: bool, spread: float | None) -> str:
    wide = '' if spread is None else f' ± {figure(spread)}'
    low, high = figure(found.low, signed), figure(found.high, signed)
    return f'{figure(found.value, signed)}{wide} [{low}, {high}]'


def _member_cells(member: Series) -> list[str]:
    return [figure(member.point[r, c], c == 3) for r in range(2) for c in range(len(METRICS))]


def _line(cells: Sequence[str]) -> str:
    return f'| {" | ".join(cells)} |'


def _row(row: Entry, baseline: Entry | None) -> dict[str, Any]:
    spreads = row.spreads()
    return {
        'label': row.label,
        **({} if row.ticks is None else {'modules': dict(row.ticks)}),
        'estimates': _plain(row.estimates()),
        **(
            {}
            if baseline is None or row is baseline
            else {
                'less': baseline.title,
                'differences': _plain(row.differences(baseline)),
            }
        ),
        **({} if spreads is None else {'standard_deviations': spreads}),
        'members': [
            {
                'name': member.name,
                'scorer': member.scorer,
                **{
                    reduction: dict(zip(METRICS, member.point[r].tolist(), strict=True))
                    for r, reduction in enumerate(REDUCTIONS)
                },
            }
            for member in row.members
        ],
    }


def _plain(estimates: dict[str, dict[str, Estimate]]) -> dict[str, Any]:
    return {r: {m: asdict(found) for m, found in row.items()} for r, row in estimates.items()}


def _without_nan(value: Any) -> Any:
    """Replace NaN, which JSON does not know, by None all the way down."""
    if isinstance(value, dict):
        return {key: _without_nan(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(inner) for inner in value]
    return None if isinstance(value, float) and math.isnan(value) else value
