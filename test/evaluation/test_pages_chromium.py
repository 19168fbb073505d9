# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""In a browser a report's text never overlaps or leaves its place, and no page scrolls aside."""

import pytest
from chromium import inspect_page, needs_browser
from page_blocks import report

from sageiq_ros.evaluation.pages.html import page

pytestmark = needs_browser

FAULTY = """<!doctype html><html><head><style>body { margin: 0 }</style></head><body>
<div class="card" style="width:300px"><svg width="300" height="100" aria-label="drawing">
<text x="10" y="50">first</text><text x="14" y="52">second</text>
<text x="100" y="50" transform="rotate(-40 100 50)">turned</text>
<text x="112" y="62" transform="rotate(-40 112 62)">beside</text>
<text x="280" y="90">outside</text><path d="M0 x"/></svg>
<svg width="400" height="10" aria-label="too wide"></svg></div>
<img src="missing.png" alt="missing"><div style="width:900px">wide</div></body></html>"""


@pytest.mark.parametrize(('width', 'dark'), [(1280, False), (390, True)])
def test_the_page_of_a_report_has_no_fault(tmp_path, width, dark):
    path = tmp_path / 'report.html'
    path.write_text(page(report()), encoding='utf-8')
    assert inspect_page(path, width, dark) == []


def test_every_kind_of_fault_is_found(tmp_path):
    path = tmp_path / 'faulty.html'
    path.write_text(FAULTY, encoding='utf-8')
    found = inspect_page(path, 390)
    assert '"first" and "second" overlap in "drawing"' in found
    assert '"outside" leaves "drawing"' in found
    assert '"too wide" leaves its card' in found
    assert 'shows nothing: missing' in found
    assert any(fault.startswith('failed: ') and 'missing.png' in fault for fault in found)
    assert 'scrolls: 900 px wide' in found
    assert any('Expected number' in fault for fault in found)
    assert not any('turned' in fault for fault in found) and len(found) == 7


def test_a_page_without_fault_has_no_finding(tmp_path):
    path = tmp_path / 'plain.html'
    path.write_text('<!doctype html><p>plain</p>', encoding='utf-8')
    assert inspect_page(path, 390) == []
