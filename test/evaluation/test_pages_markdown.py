# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A report as Markdown reads as GitHub shows it, whatever its words hold."""

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from page_blocks import NAN, any_report, any_table, report, table, words

from sageiq_ros.evaluation.pages.blocks import (
    BarChart,
    Gallery,
    Number,
    Report,
    Row,
    Section,
    Series,
    Table,
)
from sageiq_ros.evaluation.pages.markdown import code, escape, markdown
from sageiq_ros.evaluation.pages.text import printable

PIPE = re.compile(r'(?<!\\)(?:\\\\)*\|')


def lines(*blocks, **more):
    return markdown(Report('title', 'lead', [Section('s', (), blocks)], {}, **more)).split('\n')


def rows(*blocks):
    return [line for line in lines(*blocks) if line.startswith('|')]


def cells(line):
    return len(PIPE.findall(line)) - 1


@given(any_table())
def test_whatever_a_table_holds_its_rows_have_as_many_cells_as_heads(content):
    found = rows(content)
    assert len(found) == 2 + len(content.rows)
    assert {cells(line) for line in found} == {len(content.heads)}


@settings(max_examples=40)
@given(any_report)
def test_no_words_become_headings_items_or_quotes(content):
    found = markdown(content).split('\n')
    counts = Counter(line.split(' ')[0] for line in found)
    made = bool(content.provenance)
    assert counts['#'] == 1 and counts['##'] == len(content.sections) + made
    assert counts['###'] == sum(len(section.blocks) for section in content.sections)
    assert counts['-'] == len(content.figures) + len(content.provenance)
    assert not [
        line for line in found if re.match(r'>|[+*]( |$)|--+$|-$|#[^# ]|\d+[.)]( |$)|```', line)
    ]


@given(words)
def test_escaped_words_are_what_they_were(text):
    assert re.sub(r'\\([^a-z\s])', r'\1', escape(text)) == printable(text)


@pytest.mark.parametrize(
    ('text', 'escaped'),
    [
        ('a|b', r'a\|b'),
        ('a\\|b', r'a\\\|b'),
        ('*bold* `code` [link](to)', r'\*bold\* \`code\` \[link\](to)'),
        ('reltr_nano _slanted_', r'reltr_nano \_slanted\_'),
        ('<b>&amp; 3 < 4 & 5', r'\<b>\&amp; 3 < 4 & 5'),
        ('1. item', r'1\. item'),
        ('- item', r'\- item'),
        ('# head', r'\# head'),
        ('> quote', r'\> quote'),
        ('0.812 and −0.1', '0.812 and −0.1'),
        ('two\n\nlines', 'two lines'),
    ],
)
def test_marks_are_escaped_and_plain_words_are_not(text, escaped):
    assert escape(text) == escaped


@pytest.mark.parametrize(
    ('text', 'marked'), [('a b', '`a b`'), ('a`b', '`` a`b ``'), ('``', '``` `` ```')]
)
def test_code_may_hold_backticks(text, marked):
    assert code(text) == marked


def test_a_table_has_groups_in_its_heads_and_intervals_in_its_cells():
    row = Row(('ours', Number(0.81, 0.8, 0.82, 2), Number(0.05, signed=True, digits=2)))
    paper = Row(('paper', Number(NAN), Number(-0.05, digits=2, signed=True)), paper=True)
    mean = Row(('mean', Number(0.5, digits=1), ''), strong=True)
    groups = (('', 1), ('KITTI', 2))
    assert rows(Table('t', ('model', 'w/', 'Δ'), [row, paper, mean], groups)) == [
        '| model | KITTI: w/ | KITTI: Δ |',
        '| --- | ---: | ---: |',
        '| ours | 0.81 (0.80 … 0.82) | **+0.05** |',
        '| *paper* | *not defined* | *−0.05* |',
        '| **mean** | **0.5** |  |',
    ]


def test_what_is_not_defined_is_said_in_words_in_summaries_and_headlines_too():
    mean = Row(('mean', Number(NAN), Number(0.05, 0.01, 0.09, 2, signed=True)), strong=True)
    found = lines(Table('t', ('model', 'w/', 'Δ'), [mean]), figures=[('–', 'MCC')])
    assert '| **mean** | **not defined** | **+0.05** (+0.01 … +0.09) |' in found
    assert '- **not defined** MCC' in found


def test_a_gallery_has_the_names_of_its_examples_for_heads():
    named = Gallery('g', (), [[], []], ('state',), [['GOOD'], ['POOR']], names=('one', 'two'))
    assert rows(named)[0] == '|  | one | two |'


def test_a_chart_is_the_table_of_its_values():
    chart = BarChart('Fig. 11', ('a', 'b'), [Series('ours', [0.5, NAN])], 'MCC', note='A note.')
    found = lines(chart)
    start = found.index('### Fig. 11')
    assert found[start:-1] == [
        '### Fig. 11',
        '',
        '| MCC | a | b |',
        '| --- | ---: | ---: |',
        '| ours | 0.500 | not defined |',
        '',
        'A note.',
    ]


def test_a_gallery_is_the_table_of_its_texts():
    text = markdown(report())
    assert '| SageIQ-M | not defined | not defined |' in text and 'data:' not in text


def test_the_report_begins_with_its_figures_and_ends_with_its_provenance():
    text = markdown(report())
    assert text.startswith(
        '# SageIQ, measured\n\nEvery table and figure of the paper, beside the numbers that it '
        'gives.\n\n- **0.812** MCC of SageIQ-M\n- **+0.053** gained by regions\n\n## Tables\n'
    )
    assert text.endswith(
        '## How this was made\n\n- command: `sageiq report --seed 7`\n- machine: two cores\n'
    )


def test_a_table_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match='heads'):
        rows(Table('t', ('a', 'b'), [Row(('x',))]))
    assert len(rows(table())) == 16
