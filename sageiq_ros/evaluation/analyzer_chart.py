# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What every mode of the analyzer reaches, as a picture: a bar a mode and query."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

import numpy as np

LEFT, COLUMN, GAP, TOP, ROW = 230.0, 138.0, 18.0, 62.0, 30.0
CHANCE = 0.5
INK, SOFT, TRACK, PAPER = '#1c1f24', '#5f6672', '#ece9e1', '#fbfaf7'
COLORS = {'combined': '#2f7fb8', 'prior': '#5b9a86', 'one annotator, by the others': '#8b919b'}
OTHER_COLOR = '#c9a24a'
OTHERS = 'other queries, words'


def auc_chart(result: dict[str, Any]) -> str:
    """Draw the AUC of ``sageiq evaluate analyzer``'s numbers as SVG; chance has no bar."""
    columns: dict[str, dict[str, float]] = {
        query: {name: row['auc'] for name, row in rows.items() if name != 'position in the list'}
        for query, rows in result['queries'].items()
    }
    names = list(dict.fromkeys(name for rows in columns.values() for name in rows))
    if 'words' in result:
        rows = [query['modes'] for query in result['words'].values()]
        columns[OTHERS] = {
            name: float(np.mean([row[name]['auc'] for row in rows])) for name in rows[0]
        }
    width = LEFT + len(columns) * (COLUMN + GAP)
    height = TOP + len(names) * ROW + 18.0
    parts = [
        f'<rect width="{width:g}" height="{height:g}" rx="10" fill="{PAPER}"/>',
        _text(18, 26, f'AUC of relevance, {result["split"]} split', INK, bold=True),
        _text(18, TOP - 12, 'no bar: chance', SOFT),
    ]
    for row, name in enumerate(names):
        parts.append(_text(18, TOP + row * ROW + 19, name, INK, bold=name == 'combined'))
    for column, (query, values) in enumerate(columns.items()):
        x = LEFT + column * (COLUMN + GAP)
        parts.append(_text(x, TOP - 12, query, SOFT))
        for row, name in enumerate(names):
            parts += _bar(x, TOP + row * ROW, values.get(name), name)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" font-family="system-ui, sans-serif" font-size="13">'
        f'{"".join(parts)}</svg>\n'
    )


def _bar(x: float, y: float, value: float | None, name: str) -> Iterator[str]:
    if value is None or np.isnan(value):
        return
    most = COLUMN - 44.0
    length = most * max(0.0, value - CHANCE) / (1.0 - CHANCE)
    color = COLORS.get(name, OTHER_COLOR)
    yield f'<rect x="{x:g}" y="{y + 8:g}" width="{most:g}" height="14" rx="2" fill="{TRACK}"/>'
    yield f'<rect x="{x:g}" y="{y + 8:g}" width="{length:.1f}" height="14" rx="2" fill="{color}"/>'
    yield _text(x + most + 8, y + 19, f'{value:.2f}', INK, bold=name == 'combined')


def _text(x: float, y: float, text: str, color: str, bold: bool = False) -> str:
    weight = ' font-weight="650"' if bold else ''
    return f'<text x="{x:g}" y="{y:g}" fill="{color}"{weight}>{escape(text)}</text>'
