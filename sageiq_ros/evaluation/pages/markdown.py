# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A report as GitHub Markdown: charts are tables of their values, pictures are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sageiq_ros.evaluation.pages.blocks import Block, Cell, Gallery, Number, Report, Table
from sageiq_ros.evaluation.pages.charts import values
from sageiq_ros.evaluation.pages.tables import check, gallery_texts
from sageiq_ros.evaluation.pages.text import (
    cell_text,
    has_interval,
    in_words,
    interval_ends,
    is_gain,
    printable,
)

# What Markdown, or GitHub in it, takes for marks anywhere in a text.
MARKS = re.compile(r'[\\`*\[\]|~$]|<(?=[\w/!?])|&(?=[\w#])|(?<![^\W_])_|_(?![^\W_])')
# What it takes for marks of headings, lists and quotes at the start of a line.
STARTS = re.compile(r'^(#|>|[-+](?![\w.])|\d+(?=[.)](\s|$)))')


def markdown(report: Report) -> str:
    """Lay a report out, its sections below headings of the second level.

    Raises ValueError where a block's parts do not fit each other.
    """
    lines = [f'# {escape(report.title)}', '', escape(report.lead), '']
    lines += [f'- **{escape(in_words(value))}** {escape(name)}' for value, name in report.figures]
    lines += [''] * bool(report.figures)
    for section in report.sections:
        lines += [f'## {escape(section.title)}', '']
        for paragraph in section.text:
            lines += [escape(paragraph), '']
        for block in section.blocks:
            lines += [f'### {escape(block.name)}', '', *_block(block), '']
    if report.provenance:
        lines += ['## How this was made', '', *_provenance(report), '']
    return '\n'.join(lines)


def escape(words: str) -> str:
    """Write words on one line so that none of them is taken for a mark."""
    marked = MARKS.sub(lambda match: f'\\{match[0]}', printable(words))
    return STARTS.sub(lambda m: m[0] + '\\' if m[0].isdigit() else f'\\{m[0]}', marked)


def code(words: str) -> str:
    """Write words as code, between more backticks than stand side by side in them."""
    words = printable(words)
    longest = max(map(len, re.findall('`+', words)), default=0)
    fence = '`' * (longest + 1)
    return f'{fence} {words} {fence}' if longest else f'`{words}`'


def _block(block: Block) -> Iterator[str]:
    match block:
        case Table():
            yield from _table(block)
        case Gallery():
            yield from _table(gallery_texts(block))
        case _:
            yield from _table(values(block))
    if block.note:
        yield from ('', escape(block.note))


def _table(table: Table) -> Iterator[str]:
    check(table)
    titles = [title for title, span in table.groups for _ in range(span)] or [''] * len(
        table.heads
    )
    heads = [
        f'{escape(title)}: {escape(head)}' if title else escape(head)
        for title, head in zip(titles, table.heads, strict=True)
    ]
    sides = ['---' if index < table.text_columns else '---:' for index in range(len(table.heads))]
    yield _line(heads)
    yield _line(sides)
    for row in table.rows:
        cells = [_cell(cell, row.strong) for cell in row.cells]
        yield _line([f'*{cell}*' if row.paper and cell else cell for cell in cells])


def _cell(cell: Cell, strong: bool) -> str:
    shown = cell_text(cell)
    shown = escape(in_words(shown) if isinstance(cell, Number) else shown)
    if (strong and shown) or is_gain(cell):
        shown = f'**{shown}**'
    if isinstance(cell, Number) and has_interval(cell):
        shown += f' ({" … ".join(interval_ends(cell))})'
    return shown


def _line(cells: Sequence[str]) -> str:
    return f'| {" | ".join(cells)} |'


def _provenance(report: Report) -> Iterator[str]:
    for name, value in report.provenance.items():
        yield f'- {escape(name)}: {code(value) if name == "command" else escape(value)}'
