# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The report of an evaluated drive: the labels in the timeline, and the comparison."""

import re
from html.parser import HTMLParser

import pytest
from bag_evaluate_helpers import BrightnessPipeline, evaluate, write_drive

LEVELS = (200, 180, 60, 40, 100, 220, 150, 90, 30, 240)
VOID = {'meta', 'rect', 'path', 'circle', 'image'}


class Reader(HTMLParser):
    """Check that elements nest, and collect the text."""

    def __init__(self, page):
        super().__init__()
        self.open, self.words = [], []
        self.feed(page)
        assert self.open == []
        self.text = ' '.join(self.words)

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if 'style' not in self.open:
            self.words.append(data)


@pytest.fixture
def page(tmp_path, monkeypatch):
    """Return a function that evaluates a drive with labels (None: without) and its report."""
    monkeypatch.setattr('sageiq_ros.evaluation.bag.work.build_pipeline', BrightnessPipeline)

    def make(labels, *options):
        bag = write_drive(tmp_path / 'bag', LEVELS)
        if labels is not None:
            table = tmp_path / 'a <table>.csv'
            table.write_text('frame,score\n' + ''.join(f'{n},{v}\n' for n, v in labels.items()))
            options = [*options, '--labels', table]
        assert evaluate(bag, tmp_path / 'out', *options).status == 0
        return (tmp_path / 'out' / 'report.html').read_text()

    return make


def label_line(page):
    found = re.search(r'<path d="M([^"]*)" [^>]*dasharray="6 4"><title>labels', page)
    return [tuple(map(float, point.split())) for point in found[1].split('L')]


def test_without_labels_there_is_neither_a_line_nor_a_section(page):
    text = page(None)
    assert 'Against labels' not in text and '<title>labels' not in text
    said = re.sub(r'\s+', ' ', Reader(text).text)
    assert '× real time' in said and 'age of a result' not in said
    assert 'W1 · message 8' in said and 'B1 · message 9' in said
    assert 'What was seen' in said


def test_labels_are_a_line_through_the_frames_that_have_one(page):
    points = label_line(page({0: 0.0, 5: 1.0, 9: 0.5}))
    # The chart reaches from 236 (0) up to 10 (1).
    assert [y for _, y in points] == [236.0, 10.0, 123.0]
    assert [x for x, _ in points] == sorted(x for x, _ in points)


def test_labels_of_another_scale_are_drawn_on_theirs(page):
    text = page({0: 1.0, 4: 3.0, 9: 5.0})
    assert [y for _, y in label_line(text)] == [190.8, 100.4, 10.0]
    said = Reader(text).text
    assert 'The broken line is the labels, on a scale from 0 to 5.' in said
    assert 'so an error means nothing' in said
    assert re.search(r'mean error\s+not defined', said)


def test_the_section_holds_every_measure_its_interval_and_what_it_is_of(page):
    text = page({number: level / 255 for number, level in enumerate(LEVELS)})
    said = re.sub(r'\s+', ' ', Reader(text).text)
    assert '10 of 10 frames have a score and a label of' in said and 'a <table>.csv' in said
    for name in ('SRCC', 'PLCC', 'MCC'):
        assert f'{name} 1.000 [1.000, 1.000]' in said
    assert 'mean error 0.000 [0.000, 0.000]' in said
    assert 'lag +0.000 s (correlation 1.000 there, over 10 values)' in said
    assert 'bootstrap over blocks of 2 frames in a row' in said
    scatter = text[text.index('aria-label="Scores over labels"') :]
    assert scatter[: scatter.index('</svg>')].count('<circle') == 10


def test_constant_labels_are_told_as_not_defined(page):
    said = re.sub(r'\s+', ' ', Reader(page(dict.fromkeys(range(10), 0.5))).text)
    assert (
        'SRCC not defined' in said and 'lag not defined: one of the series does not change' in said
    )
    assert 'nan' not in said


def test_labels_of_frames_that_were_not_taken_are_not_drawn(page):
    text = page({9: 5.0}, '--frames', 3)
    assert '<title>labels' not in text and 'broken line is the labels' not in text
    assert '0 of 3 frames have a score and a label' in Reader(text).text
