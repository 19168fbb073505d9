# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Tables X and XI as part of the report: two scorers' words, without and with SageIQ-P."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.evaluation.words_experiment import Pair, pair_answers, read_answers
from sageiq_ros.experiments.answers import Answers, Look, Speaker, answer_files
from sageiq_ros.experiments.options import read_against
from sageiq_ros.experiments.words import Vectors, tables_x_and_xi, words_in_common
from sageiq_ros.types import Box, SageIQError


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


def answers(boxes):
    """Return answers about one picture and its regions ``boxes``."""
    looks = [
        Look('Waymo', '1.png', box, np.zeros((90, 160, 3), np.uint8))
        for box in (None, *(Box(*corners) for corners in boxes))
    ]
    said = [f'sharp {place}' for place in range(len(looks))]
    main, other = Speaker('A', 'a int8', said), Speaker('B', 'b', ['sharp'] * len(looks))
    return Answers(looks, main, other, seed=3)


BOXES = [(10, 20, 30, 40), (50, 60, 70, 80)]


def test_the_papers_numbers_are_shown_and_said_to_be_so_without_any_file():
    table, _ = tables_x_and_xi(answers(BOXES), Vectors(None, None)).blocks
    ours = [row for row in table.rows if not row.paper]
    assert [row.cells[:4] for row in ours] == [
        ('words in common', 'w/ SageIQ-P', 'Waymo', 2),
        ('words in common', 'w/o SageIQ-P', 'Waymo', 1),
    ]
    papers = [row for row in table.rows if row.paper]
    assert len(papers) == 2 * 2 * 3 * 3
    assert all(row.cells[0].startswith('paper: ') for row in papers)
    (average,) = (
        row.cells[-1].value
        for row in papers
        if row.cells[:3] == ('paper: LCS, average', 'w/ SageIQ-P', 'waymo')
    )
    assert average == 0.921


def test_a_pair_of_answers_is_shown_of_a_picture_and_of_a_region():
    _, gallery = tables_x_and_xi(answers(BOXES), Vectors(None, None)).blocks
    assert gallery.text_rows == ('setting', 'data set', 'key', 'A', 'B')
    (whole,), (framed,) = gallery.columns
    assert whole.shape == framed.shape and not np.array_equal(whole, framed)
    assert gallery.texts == [
        ('w/o SageIQ-P', 'Waymo', '1.png', 'sharp 0', 'sharp'),
        ('w/ SageIQ-P', 'Waymo', '1.png', 'sharp 1', 'sharp'),
    ]
    _, alone = tables_x_and_xi(answers([]), Vectors(None, None)).blocks
    assert [texts[0] for texts in alone.texts] == ['w/o SageIQ-P']


def test_answers_are_kept_as_the_command_for_words_reads_them(tmp_path):
    read = []
    for name, text in answer_files(answers(BOXES)).items():
        (tmp_path / name).write_text(text, encoding='utf-8')
        read.append(read_answers(tmp_path / name))
        assert {json.loads(line)['seed'] for line in text.splitlines()} == {3}
    assert pair_answers(*read) == [
        Pair('Waymo', 'w/o SageIQ-P', 'sharp 0', 'sharp'),
        Pair('Waymo', 'w/ SageIQ-P', 'sharp 1', 'sharp'),
        Pair('Waymo', 'w/ SageIQ-P', 'sharp 2', 'sharp'),
    ]
