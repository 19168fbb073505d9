# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The report is one file that says what the results say."""

import math
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from made_results import result

from sageiq_ros.evaluation.drive import summarize
from sageiq_ros.evaluation.extremes import extremes, keep
from sageiq_ros.evaluation.report import ReportInput, render
from sageiq_ros.types import State

IMAGE = np.zeros((48, 64, 3), np.uint8)
VOID = {'meta', 'br', 'img', 'rect', 'path', 'circle', 'image'}


class Reader(HTMLParser):
    """Check that elements nest, and collect text and what the page would load."""

    def __init__(self):
        super().__init__()
        self.open, self.text, self.loads = [], [], []

    def handle_starttag(self, tag, attributes):
        self.loads += [v for k, v in attributes if k in ('src', 'href', 'xlink:href', 'action')]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.loads += [v for k, v in attributes if k in ('src', 'href', 'xlink:href')]

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != 'style':
            self.text.append(data)


def report(results, **changes):
    worst = [keep(item, IMAGE) for item in extremes(results, 2, 3)]
    best = [keep(item, IMAGE) for item in extremes(results, 2, 3, highest=True)]
    content = ReportInput(
        **{
            'title': 'A drive',
            'lead': 'frames <of> a "test"',
            'results': results,
            'summary': summarize(results, 1.0),
            'good': 0.6,
            'poor': 0.35,
            'worst': worst,
            'best': best,
            'provenance': {'input': '<folder>', 'command': 'sageiq demo'},
            'remarks': ['2 frames got no result.'],
            **changes,
        }
    )
    return render(content)


def read(page):
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


MIXED = [
    result(0, 0.9),
    result(1, None),
    result(2, math.nan, state=State.UNKNOWN),
    result(3, 0.2, state=State.POOR),
    result(4, 0.5, state=State.DEGRADED, triplets=False),
    *(result(index, 0.7) for index in range(5, 20)),
]


def test_it_loads_nothing_from_outside():
    page = report(MIXED)
    assert read(page).loads and all(
        u.startswith('data:image/jpeg;base64,') for u in read(page).loads
    )
    assert 'http' not in page and 'url(' not in page and '<script' not in page


def test_it_shows_the_worst_and_best_frames_with_boxes_weights_and_scores():
    text = ' '.join(read(report(MIXED)).text)
    assert 'W1 · frame_3.png' in text and 'B1 · frame_0.png' in text
    assert 'car 0.50' in text and 'street 0.25' in text
    assert 'weights 8.0 : 5.0 → 0.95 : 0.05' in text and 'language model' in text
    assert '<rect x="10" y="20" width="30" height="25"' in report(MIXED)


def test_names_of_files_and_inputs_are_text_and_not_markup():
    page = report(MIXED)
    assert '&lt;folder&gt;' in page and 'frames &lt;of&gt; a &quot;test&quot;' in page


def test_every_frame_is_on_the_chart_and_those_without_a_score_leave_a_gap():
    page = report(MIXED)
    circles = re.findall(r'<circle class="(\w+)"', page)
    assert len(circles) == 18
    assert circles.count('POOR') == 1 and circles.count('DEGRADED') == 1
    assert 'frame_1.png: no result in time' in page and 'frame_2.png: no score' in page
    (line,) = re.findall(r'<path d="(M[^"]*)" fill="none" stroke="var\(--ink\)"', page)
    assert line.count('M') == 2


def test_the_chart_puts_a_score_at_its_height():
    page = report([result(0, 0.0), result(1, 1.0)])
    heights = [float(y) for y in re.findall(r'<circle class="GOOD" cx="[^"]*" cy="([^"]*)"', page)]
    assert heights == [236.0, 10.0]


@pytest.mark.parametrize(
    'results',
    [
        [result(0, 0.7)],
        [result(0, None)],
        [result(0, math.nan, state=State.UNKNOWN)],
        [result(0, 0.4, triplets=False), result(1, 0.4, triplets=False)],
        [result(index, 0.5) for index in range(500)],
    ],
    ids=['one frame', 'no result', 'no score', 'no triplet', 'many frames'],
)
def test_any_drive_has_a_whole_report_without_nan(results):
    page = report(results)
    read(page)
    assert 'nan' not in ' '.join(read(page).text)
    assert not re.search(r'="[^"]*\bnan\b', page)
