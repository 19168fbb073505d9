# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The tables of a report in LaTeX, for a paper to take in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sageiq_ros.evaluation.pages.blocks import Cell, Number, Report, Row, Table
from sageiq_ros.evaluation.pages.tables import check, is_dense
from sageiq_ros.evaluation.pages.text import (
    cell_text,
    has_interval,
    interval_ends,
    is_gain,
    printable,
    slug,
)

PREFIX = 'tab:'
# Of a table on one page; a row with intervals takes two.
MOST_LINES = 32
HEADER = (
    '% Needs \\usepackage{booktabs,graphicx}. A table shrinks to the line where it is wider, and\n'
    f'% goes on below its heads, under the same number, after {MOST_LINES} lines.\n'
)
SPECIAL = {
    '\\': r'\textbackslash{}',
    '~': r'\textasciitilde{}',
    '^': r'\textasciicircum{}',
    '<': r'\textless{}',
    '>': r'\textgreater{}',
    '|': r'\textbar{}',
    '"': r'{\char34}',
    '`': r'\textasciigrave{}',
    # After the end of a row a bracket or a star would be an argument of it.
    '[': '{[}',
    ']': '{]}',
    '*': '{*}',
    **{letter: f'\\{letter}' for letter in '&%$#_{}'},
    **{
        letter: f'\\ensuremath{{{command}}}'
        for letter, command in {
            '−': '-',
            '×': r'\times',
            '±': r'\pm',
            '·': r'\cdot',
            '→': r'\rightarrow',
            '↑': r'\uparrow',
            '↓': r'\downarrow',
            '≤': r'\leq',
            '≥': r'\geq',
            '≈': r'\approx',
            '∞': r'\infty',
            'Δ': r'\Delta',
            'α': r'\alpha',
            'ρ': r'\rho',
            'σ': r'\sigma',
            '²': '^2',
        }.items()
    },
    '–': r'\textendash{}',
    '—': r'\textemdash{}',
    '…': r'\ldots{}',
    '‘': r'\textquoteleft{}',
    '’': r'\textquoteright{}',
    '“': r'\textquotedblleft{}',
    '”': r'\textquotedblright{}',
    '°': r'\textdegree{}',
    '\ufffd': '?',
}


def latex(table: Table, label: str = '') -> str:
    """Write one table with booktabs' rules; ``label`` is made of its name where it is empty.

    Intervals stand below their numbers. After ``MOST_LINES`` lines the table goes on in a further
    float of the same number, its note below the last. Letters that are neither Latin nor among
    the signs that reports use are passed on as they are, and need XeLaTeX or LuaLaTeX. Raises
    ValueError where rows or groups do not fit the heads.
    """
    check(table)
    name = escape(table.name)
    first = f'\\caption{{{name}}}\n\\label{{{label or PREFIX + slug(table.name)}}}\n'
    further = f'\\addtocounter{{table}}{{-1}}\n\\caption{{{name} (continued)}}\n'
    note = f'\n\\par\\smallskip{{\\footnotesize {escape(table.note)}}}' if table.note else ''
    parts = list(_parts(table.rows))
    last = len(parts) - 1
    return '\n'.join(
        _float(table, further if index else first, rows, note if index == last else '')
        for index, rows in enumerate(parts)
    )


def latex_tables(report: Report) -> str:
    """Write all tables of a report, none of two labels the same."""
    taken: set[str] = set()
    written = [HEADER]
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                name = slug(block.name, taken)
                taken.add(name)
                written.append(latex(block, PREFIX + name))
    return '\n'.join(written)


def escape(words: str) -> str:
    """Write words on one line so that LaTeX sets them as they are."""
    written = ''.join(SPECIAL.get(letter, letter) for letter in printable(words))
    # Two hyphens or apostrophes side by side would become a dash or a quotation mark.
    return re.sub(r"([-'])(?=\1)", r'\1{}', written)


def _parts(rows: Sequence[Row]) -> Iterator[str]:
    """Write rows, as many at a time as stand on a page."""
    part, lines = '', 0
    for row in rows:
        written = _row(row)
        more = written.count('\n')
        if lines and lines + more > MOST_LINES:
            yield part
            part, lines = '', 0
        part, lines = part + written, lines + more
    yield part


def _float(table: Table, caption: str, rows: str, note: str) -> str:
    words = table.text_columns
    columns = 'l' * words + 'r' * (len(table.heads) - words)
    narrow = '\\setlength{\\tabcolsep}{3pt}\n' if is_dense(table) else ''
    return (
        f'\\begin{{table}}\n\\centering\n{narrow}{caption}'
        '\\smallskip\n\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%\n'
        f'\\begin{{tabular}}{{@{{}}{columns}@{{}}}}\n\\toprule\n{_groups(table)}'
        f'{_line([escape(head) for head in table.heads])}\\midrule\n{rows}\\bottomrule\n'
        f'\\end{{tabular}}}}{note}\n\\end{{table}}\n'
    )


def _groups(table: Table) -> str:
    if not table.groups:
        return ''
    titles, rules, first = [], [], 1
    for title, span in table.groups:
        titles.append(f'\\multicolumn{{{span}}}{{c}}{{{escape(title)}}}')
        if title:
            rules.append(f'\\cmidrule(lr){{{first}-{first + span - 1}}}')
        first += span
    return f'{_line(titles)}{"".join(rules)}\n'


def _row(row: Row) -> str:
    cells = [_styled(escape(cell_text(cell)), cell, row) for cell in row.cells]
    intervals = [
        _interval(cell) if isinstance(cell, Number) and has_interval(cell) else ''
        for cell in row.cells
    ]
    if not any(intervals):
        return _line(cells)
    return f'{_line(cells, "[-0.5ex]")}{_line(intervals, "[0.3ex]")}'


def _styled(shown: str, cell: Cell, row: Row) -> str:
    if row.strong or is_gain(cell):
        shown = f'\\textbf{{{shown}}}'
    return f'\\textit{{{shown}}}' if row.paper else shown


def _interval(number: Number) -> str:
    low, high = map(escape, interval_ends(number))
    return f'{{\\scriptsize {low}\\,\\ldots\\,{high}}}'


def _line(cells: Sequence[str], after: str = '') -> str:
    return f'{" & ".join(cells)} \\\\{after}\n'
