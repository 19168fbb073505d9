# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Every number of the report as plain values for JSON; what is not defined is None."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from sageiq_ros.evaluation.pages.blocks import Cell, Number, Report, Table
from sageiq_ros.evaluation.pages.text import has_interval
from sageiq_ros.experiments.agreement import METRICS, Group, Scores
from sageiq_ros.experiments.conditions import Condition
from sageiq_ros.experiments.overview import LeftOut
from sageiq_ros.experiments.scored import mean_aim, mean_error
from sageiq_ros.experiments.work import Row

DIGITS = 6


def plain_numbers(
    report: Report, scores: Scores, rows: Sequence[Row], left_out: Sequence[LeftOut]
) -> dict[str, Any]:
    """Return what a report holds: provenance, agreement under every condition, all its tables.

    A number with a 95 % interval is a list of value, low and high end.
    """
    return {
        'provenance': dict(report.provenance),
        'headline': [{'value': value, 'what': what} for value, what in report.figures],
        'agreement': [
            _cell(scorer, group, condition)
            for condition in sorted({row.condition for row in rows})
            for scorer in scores.scorers
            for group in scores.groups(scorer)
            if group.rows(condition)
        ],
        'tables': [
            {'section': section.title, 'name': block.name, 'rows': list(table_rows(block))}
            for section in report.sections
            for block in section.blocks
            if isinstance(block, Table)
        ],
        'left_out': [asdict(one) for one in left_out],
        'no_score': [one._asdict() for one in scores.dropped],
    }


def table_rows(table: Table) -> Iterator[dict[str, Any]]:
    """Yield a table's rows as values by column, named after its group and its head."""
    titles = [title for title, span in table.groups for _ in range(span)] or [''] * len(
        table.heads
    )
    names = [
        f'{title}: {head}' if title else head
        for title, head in zip(titles, table.heads, strict=True)
    ]
    for row in table.rows:
        yield dict(zip(names, map(_plain_cell, row.cells), strict=True))


def _cell(scorer: str, group: Group, condition: Condition) -> dict[str, Any]:
    agreement, rows = group.agreement(condition), group.rows(condition)
    estimates = {metric: agreement[metric] for metric in METRICS}
    return {
        'scorer': scorer,
        'dataset': group.name,
        **asdict(condition),
        'n': agreement.count,
        **{
            metric: [_plain(value) for value in (e.value, e.low, e.high)]
            for metric, e in estimates.items()
        },
        'mean_error': _plain(mean_error(rows)),
        'aim': _plain(mean_aim(rows)),
    }


def _plain_cell(cell: Cell) -> Any:
    if not isinstance(cell, Number):
        return cell
    if has_interval(cell):
        return [_plain(value) for value in (cell.value, cell.low, cell.high)]
    return _plain(cell.value)


def _plain(value: float) -> float | None:
    return round(value, DIGITS) if math.isfinite(value) else None
