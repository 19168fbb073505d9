# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What a report makes of pictures without a score, and of data sets with too few pictures."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from itertools import chain

import numpy as np
import pytest

from sageiq_ros.evaluation.pages.blocks import Number, Report, Table
from sageiq_ros.evaluation.pages.html import page
from sageiq_ros.evaluation.pages.latex import latex_tables
from sageiq_ros.evaluation.pages.markdown import markdown
from sageiq_ros.evaluation.pages.text import is_gain
from sageiq_ros.experiments.ablation import FINE_TUNED, figure_12
from sageiq_ros.experiments.agreement import Scores
from sageiq_ros.experiments.conditions import SCORED, conditions
from sageiq_ros.experiments.gallery import choose_examples
from sageiq_ros.experiments.numbers import plain_numbers
from sageiq_ros.experiments.overview import overview
from sageiq_ros.experiments.region_counts import figure_15
from sageiq_ros.experiments.robustness import figure_14
from sageiq_ros.experiments.scored import split_scored
from sageiq_ros.experiments.shown import motion, under
from sageiq_ros.experiments.table_viii import figure_11, table_viii
from sageiq_ros.experiments.undegraded import figure_13
from sageiq_ros.experiments.variants import WITH, WITHOUT
from sageiq_ros.experiments.work import Item, Row

COUNT = 12
NOT_RUN = {FINE_TUNED: 'it was not asked for.'}


def rows(count=COUNT, dataset='a', scorer='s'):
    """Return a score of each picture under every condition of every experiment."""
    rng = np.random.default_rng(0)
    return [
        Row(
            *(scorer, 's int8', dataset, f'{key:02}', c.degradation, c.boxes, c.variant),
            label=key / count,
            score=rng.uniform(),
            regions=2,
            aim=0.5,
        )
        for c in sorted(conditions(SCORED, True, True))
        for key in range(count)
    ]


def change(found, value, key='03', condition=None, field='score'):
    """Give a picture another value, under one condition or under all."""
    for place, row in enumerate(found):
        if row.key == key and condition in (None, row.condition):
            found[place] = replace(row, **{field: value})
    return found


def report(scores, main='s'):
    sections = [
        overview(scores, main, dict.fromkeys(scores.datasets, COUNT), []),
        table_viii(scores),
        figure_11(scores),
        figure_12(scores, main, NOT_RUN),
        figure_13(scores),
        figure_14(scores, main),
        figure_15(scores),
    ]
    return Report('Report', 'Lead.', sections, {})


def tables(content):
    return [b for s in content.sections for b in s.blocks if isinstance(b, Table)]


def texts(content):
    return ' '.join(chain.from_iterable(section.text for section in content.sections))


@pytest.mark.parametrize(('field', 'value'), [('score', math.nan), ('label', math.inf)])
def test_a_picture_without_a_number_is_left_out_of_every_section_and_counted(field, value):
    scores = Scores(change(rows(), value, condition=motion(WITH), field=field), 20, 0)
    without = Scores([row for row in rows() if row.key != '03'], 20, 0)
    content, wanted = report(scores), report(without)
    assert scores.dropped == [Item('s', 'a', '03')]
    assert '1 picture has no score or no label' in texts(content)
    data, *others = tables(content)
    assert data.rows[0].cells[:5] == ('a', 's', COUNT, COUNT - 1, 1)
    # By the text of every cell, since NaN differs from itself.
    assert list(map(repr, others)) == list(map(repr, tables(wanted)[1:]))
    for text in (page(content), markdown(content), latex_tables(content)):
        assert not re.search(r'\b(nan|inf)\b', text)
    numbers = plain_numbers(content, scores, rows(), [])
    assert json.loads(json.dumps(numbers, allow_nan=False))['no_score'] == [
        {'scorer': 's', 'dataset': 'a', 'key': '03'}
    ]
    assert '03' not in [row.key for row in choose_examples(scores, 's')]


def test_a_difference_is_on_the_same_pictures_where_one_side_lacks_a_score():
    scores = Scores(change(rows(), math.nan, condition=motion(WITH)), 20, 0)
    assert {scores.agreement('s', 'a', motion(v)).count for v in (WITH, WITHOUT)} == {COUNT - 1}


def test_another_scorer_keeps_the_picture():
    scores = Scores([*change(rows(), math.nan), *rows(scorer='t')], 20, 0)
    assert len(scores.rows('t', 'a', motion(WITH))) == COUNT


def test_a_condition_without_any_score_takes_no_picture_from_the_others():
    dark = under('gaussian_blur', WITH)
    found = [replace(r, score=math.nan) if r.condition == dark else r for r in rows()]
    kept, dropped = split_scored(found)
    assert not dropped and len(kept) == len(found) - COUNT
    scores = Scores(found, 20, 0)
    assert scores.average('s', motion(WITH)).count == COUNT
    assert math.isnan(scores.average('s', dark).values[0])


def test_a_scorer_without_any_score_leaves_a_report():
    found = rows()
    for key in range(COUNT):
        change(found, math.nan, key=f'{key:02}')
    content = report(Scores([*found, *rows(scorer='t')], 20, 0))
    assert 's, change of the average MCC by SageIQ-P: not defined.' in texts(content)
    assert 'picture by picture' not in texts(content)
    assert page(content)


def test_a_small_data_set_is_shown_without_an_interval_and_not_averaged():
    scores = Scores(rows(3), 20, 0)
    content = report(scores)
    for table in tables(content)[1:]:
        small, average = (
            next(row for row in table.rows if name in row.cells) for name in ('a', 'average')
        )
        assert 3 in small.cells and 0 in average.cells
        numbers = [cell for cell in small.cells if isinstance(cell, Number)]
        assert all(math.isfinite(number.value) for number in numbers)
        assert all(math.isnan(number.low) for number in numbers)
        assert not any(map(is_gain, small.cells))
    numbers = plain_numbers(content, scores, rows(3), [])
    assert json.loads(json.dumps(numbers, allow_nan=False)) == numbers
    said = texts(content)
    assert 'nan' not in said and '–' not in said
    assert 'a: fewer than 10 pictures, shown without an interval' in said


def test_errors_aims_and_whole_pictures_are_averaged_over_all_pictures():
    scores = Scores(rows(3), 20, 0)
    _, table = figure_12(scores, 's', NOT_RUN).blocks
    small, average = (
        next(row for row in table.rows if row.cells[:2] == ('w/o triplet', name))
        for name in ('a', 'average')
    )
    assert small.cells[-3:] == average.cells[-3:]
    assert average.cells[-2] == Number(0.5)
    assert 'Weight on clear regions: 0.50 with 1, 0.50 with 7.' in texts(report(scores))
