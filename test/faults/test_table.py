# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The page of faults and the suite have the same ones, each with what is said and how it ends."""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / 'docs' / 'faults.md'
COLUMNS = ['Fault', 'What the node does', 'What it says', 'How it recovers']
LEAST = 25


def made():
    """List the faults that tests are marked to make, by their source: all may not run at once."""
    names = []
    for path in sorted(TESTS.glob('*/test_*.py')):
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition('.')[2] == 'fault':
                names.append(ast.literal_eval(node.args[0]))
    return names


def told():
    """List the rows of the page's tables of faults, as lists of cells."""
    rows = []
    inside = False
    for line in PAGE.read_text(encoding='utf-8').splitlines():
        cells = [cell.strip() for cell in re.split(r'(?<!\\)\|', line)[1:-1]]
        if cells == COLUMNS:
            inside = True
        elif not cells:
            inside = False
        elif inside and not set(line) <= set('|-'):
            rows.append(cells)
    return rows


def test_every_fault_is_made_by_one_test_and_told_in_one_row():
    names = made()
    assert len(names) == len(set(names)) >= LEAST
    assert sorted(row[0] for row in told()) == sorted(names)


def test_every_row_tells_all_four_things():
    assert all(len(row) == len(COLUMNS) and all(row) for row in told())
