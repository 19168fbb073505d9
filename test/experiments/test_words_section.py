# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Tables X and XI as part of the report: two scorers' words, without and with SageIQ-P."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.cli import main
from sageiq_ros.experiments.options import read_against
from sageiq_ros.experiments.output import MARKDOWN_FILE
from sageiq_ros.experiments.words import words_in_common
from sageiq_ros.types import SageIQError


@pytest.mark.parametrize(
    ('first', 'second', 'expected'),
    [
        ('The car is sharp.', 'the CAR is sharp', 1.0),
        ('sharp', 'blurred', 0.0),
        ('a b c', 'a b d', 2 / 3),
        ('a a a b', 'a', 2 / 3),
        ('', '', 1.0),
        ('', 'a', 0.0),
    ],
)
def test_words_in_common_are_counted_once_whatever_their_case(first, second, expected):
    assert words_in_common(first, second) == pytest.approx(expected)


@given(st.text(), st.text())
def test_the_measure_is_symmetric_and_lies_between_0_and_1(first, second):
    share = words_in_common(first, second)
    assert 0.0 <= share <= 1.0
    assert share == words_in_common(second, first)
    assert words_in_common(first, first) == 1.0


def test_the_second_scorer_is_compared_unless_another_is_named():
    scorers = {'A': 'a', 'B': 'b', 'C': 'c'}
    assert read_against(scorers, None) == 'B'
    assert read_against(scorers, 'C') == 'C'
    assert read_against({'A': 'a'}, None) == ''
    with pytest.raises(SageIQError, match='takes one of A, B, C'):
        read_against(scorers, 'D')


@pytest.mark.slow
def test_answers_of_pictures_and_of_regions_are_compared(tmp_path):
    vectors = tmp_path / 'vectors.txt'
    words = ('is', 'the', 'picture', 'quality', 'and', 'of', 'px', 'blurred', 'sharp', 'good')
    lines = [f'{word} {n % 3 + 1} {n % 4} {n % 5}' for n, word in enumerate(words)]
    vectors.write_text(f'{len(words)} 3\n' + '\n'.join(lines) + '\n')
    command = ['evaluate', 'paper', '--data', 'rendered:2', '--only', 'words', '--resamples', '5']
    command += ['--scorer', 'SageIQ-M nano=sageiq_m_nano', '--scorer', 'NIQE=niqe']
    command += ['--cache', str(tmp_path / 'scores'), '--word2vec', str(vectors)]
    assert main([*command, '--out', str(tmp_path / 'out')]) == 0
    text = (tmp_path / 'out' / MARKDOWN_FILE).read_text(encoding='utf-8')
    section = text.split('\n## Tables X and XI')[1]
    assert 'LCS: --clip FOLDER' in section
    rows = [
        [cell.strip() for cell in line.split('|')[1:-1]]
        for line in section.splitlines()
        if line.startswith('|') and ' rendered ' in line
    ]
    by = {(row[0], row[1]): row for row in rows}
    for measure in ('WVS, mean', 'WVS, max pooling', 'WVS, average', 'words in common'):
        assert 0.0 <= float(by[measure, 'w/o SageIQ-P'][4]) <= 1.0
        assert float(by[measure, 'w/ SageIQ-P'][4]) > 0.0
    assert by['words in common', 'w/o SageIQ-P'][3] == '2'
    assert int(by['words in common', 'w/ SageIQ-P'][3]) > 2
