# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""In a browser a report's text never overlaps or leaves its place, and no page scrolls aside."""

import re
import shutil
import subprocess

import pytest
from chromium import inspect_page, needs_browser, print_page
from page_blocks import full_table, report

from sageiq_ros.evaluation.pages.blocks import Report, Section
from sageiq_ros.evaluation.pages.html import page

pytestmark = needs_browser
# Printers leave a margin white; figures of a column end at one place; lines of smaller type are
# not read, and where a page is too wide the browser shrinks it.
MARGIN_PT, ALIGNED_PT, LINE_PT = 14.0, 1.0, 7.0

FAULTY = """<!doctype html><html><head><style>body { margin: 0 }</style></head><body>
<div class="card" style="width:300px"><svg width="300" height="100" aria-label="drawing">
<text x="10" y="50">first</text><text x="14" y="52">second</text>
<text x="100" y="50" transform="rotate(-40 100 50)">turned</text>
<text x="112" y="62" transform="rotate(-40 112 62)">beside</text>
<text x="280" y="90">outside</text><path d="M0 x"/></svg>
<svg width="400" height="10" aria-label="too wide"></svg></div>
<div class="narrow" aria-label="narrow box" style="width:60px;overflow-x:auto">
<div style="width:100px">wide</div></div>
<img src="missing.png" alt="missing"><div style="width:900px">wide</div></body></html>"""


@pytest.mark.parametrize(('width', 'dark'), [(1280, False), (390, True)])
def test_the_page_of_a_report_has_no_fault(tmp_path, width, dark):
    path = tmp_path / 'report.html'
    path.write_text(page(report()), encoding='utf-8')
    assert inspect_page(path, width, dark) == []


@pytest.fixture
def table_viii(tmp_path):
    """Return the page of a table as large as Table VIII of all models."""
    path = tmp_path / 'table.html'
    content = Report('Table VIII', 'lead', [Section('s', (), [full_table()])], {})
    path.write_text(page(content), encoding='utf-8')
    return path


def test_all_columns_of_the_largest_table_are_seen_at_once(table_viii):
    assert inspect_page(table_viii, 1280, whole='.scroll') == []


needs_pdftotext = pytest.mark.skipif(
    shutil.which('pdftotext') is None, reason='needs pdftotext, which is not installed'
)
WORD = re.compile(
    r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>'
)


@needs_pdftotext
def test_all_columns_of_the_largest_table_are_printed(table_viii, tmp_path):
    pdf = tmp_path / 'table.pdf'
    print_page(table_viii, pdf)
    command = ('pdftotext', '-bbox', str(pdf), '-')
    sheets = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    in_last_column = 0
    for sheet in sheets.split('<page ')[1:]:
        width = float(re.search(r'width="([\d.]+)"', sheet)[1])
        ends, heads = [], []
        for *place, word in WORD.findall(sheet):
            left, top, right, bottom = map(float, place)
            assert left >= MARGIN_PT and right <= width - MARGIN_PT, word
            assert bottom - top >= LINE_PT, word
            (heads if word == 'MCC' else ends).append(right)
        if heads:
            assert len(heads) == 3
            in_last_column += sum(abs(right - max(heads)) < ALIGNED_PT for right in ends)
    table = full_table()
    with_interval = sum(not row.paper for row in table.rows)
    assert in_last_column == len(table.rows) + with_interval


def test_every_kind_of_fault_is_found(tmp_path):
    path = tmp_path / 'faulty.html'
    path.write_text(FAULTY, encoding='utf-8')
    found = inspect_page(path, 390, whole='.narrow')
    assert '"narrow box" hides 40 px of its width' in found
    assert '"first" and "second" overlap in "drawing"' in found
    assert '"outside" leaves "drawing"' in found
    assert '"too wide" leaves its card' in found
    assert 'shows nothing: missing' in found
    assert any(fault.startswith('failed: ') and 'missing.png' in fault for fault in found)
    assert 'scrolls: 900 px wide' in found
    assert any('Expected number' in fault for fault in found)
    assert not any('turned' in fault for fault in found) and len(found) == 8


def test_a_page_without_fault_has_no_finding(tmp_path):
    path = tmp_path / 'plain.html'
    path.write_text('<!doctype html><p>plain</p>', encoding='utf-8')
    assert inspect_page(path, 390) == []
