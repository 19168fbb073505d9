# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the report's sections say of made-up scores whose agreement is known."""

from __future__ import annotations

import numpy as np
import pytest

from sageiq_ros.evaluation.pages.blocks import Number
from sageiq_ros.evaluation.pages.text import is_gain
from sageiq_ros.experiments.ablation import FINE_TUNED, TITLES, figure_12
from sageiq_ros.experiments.agreement import Scores
from sageiq_ros.experiments.conditions import BOX_COUNTS, MOTION, error_variants
from sageiq_ros.experiments.gallery import choose_examples
from sageiq_ros.experiments.overview import LeftOut, overview
from sageiq_ros.experiments.published import TABLE_VIII
from sageiq_ros.experiments.region_counts import figure_15
from sageiq_ros.experiments.robustness import KINDS, figure_14
from sageiq_ros.experiments.table_viii import figure_11, table_viii
from sageiq_ros.experiments.undegraded import figure_13
from sageiq_ros.experiments.variants import NO_PREDICATE, NO_TRIPLET, NO_WEIGHTS, WITH, WITHOUT
from sageiq_ros.experiments.work import Row
from sageiq_ros.sageiq_d.degradations import PAPER_SEVEN

COUNT = 30
LABELS = np.linspace(0.1, 0.9, COUNT)
# How a list of scores goes with the labels: all the way, against them, a little, not at all.
RIGHT, WRONG = LABELS, LABELS[::-1]
VAGUE = LABELS + np.random.default_rng(3).normal(0.0, 0.25, COUNT)
NOISE = np.random.default_rng(1).permutation(LABELS)


def rows(scores, variant=WITH, degradation=MOTION, boxes=5, dataset='a', scorer='s', **more):
    return [
        Row(scorer, 's int8', dataset, f'{n:02}', degradation, boxes, variant, x, y, 1, **more)
        for n, (x, y) in enumerate(zip(LABELS, scores, strict=True))
    ]


def scores_of(*lists):
    return Scores([row for one in lists for row in one], 200, seed=0)


def numbers(row):
    return [cell.value for cell in row.cells if isinstance(cell, Number)]


def find(table, *words):
    return next(row for row in table.rows if row.cells[: len(words)] == words)


def test_table_viii_has_scores_without_with_and_their_gain():
    section = table_viii(scores_of(rows(WRONG, WITHOUT), rows(RIGHT)))
    assert 's, change of the average MCC by SageIQ-P: +2.000 (95 % interval' in section.text[1]
    (table,) = section.blocks
    expected = [-1, -1, -1, 1, 1, 1, 2, 2, 2]
    assert numbers(find(table, 's', 'a', COUNT)) == pytest.approx(expected)
    assert numbers(find(table, 's', 'average', COUNT)) == pytest.approx(expected)


def test_table_viii_shows_the_papers_rows_as_they_are_printed():
    (table,) = table_viii(scores_of(rows(RIGHT), rows(RIGHT, WITHOUT))).blocks
    average = find(table, 'paper: SageIQ-M', 'average')
    assert numbers(average) == list(TABLE_VIII['SageIQ-M']['average'])
    assert find(table, 'paper: SageIQ-M', 'kitti').paper
    assert not [row for row in table.rows if row.cells[:2] == ('paper: MUSIQ', 'kitti')]


def test_a_model_that_is_measured_has_the_papers_rows_of_each_data_set():
    found = scores_of(rows(RIGHT, scorer='MUSIQ'), rows(RIGHT, WITHOUT, scorer='MUSIQ'))
    (table,) = table_viii(found).blocks
    assert numbers(find(table, 'paper: MUSIQ', 'waymo')) == list(TABLE_VIII['MUSIQ']['waymo'])


def test_fig_11_has_a_pair_of_bars_for_each_degradation():
    lists = []
    for place, name in enumerate(PAPER_SEVEN):
        lists += [rows(RIGHT if place % 2 else WRONG, WITHOUT, name), rows(RIGHT, WITH, name)]
    chart, table = figure_11(scores_of(*lists)).blocks
    without, with_ = chart.series
    assert list(without.values) == pytest.approx([-1, 1, -1, 1, -1, 1, -1])
    assert list(with_.values) == pytest.approx([1] * 7)
    assert numbers(find(table, 's', 'Gaussian blur', 'a', COUNT))[-1] == pytest.approx(0)
    assert find(table, 's', 'Gaussian blur', 'average', COUNT).strong


def test_fig_12_tells_which_side_of_sageiq_p_a_variant_is_on():
    found = scores_of(
        rows(VAGUE, aim=0.5),
        rows(WRONG, WITHOUT),
        rows(VAGUE, NO_PREDICATE, aim=0.5),
        rows(NOISE, NO_TRIPLET, aim=0.25),
        rows(RIGHT, NO_WEIGHTS, aim=0.75),
        rows(VAGUE + np.where(np.arange(COUNT) % 2, 0.01, -0.01), FINE_TUNED),
    )
    section = figure_12(found, 's', {'detector': 'it is not there.'})
    said = {text.partition(':')[0]: text for text in section.text}
    assert 'below SageIQ-P, as in the paper' in said['Baseline']
    assert 'the same score as SageIQ-P' in said['w/o predicate']
    assert 'below SageIQ-P, as in the paper' in said['w/o triplet']
    assert 'Weight on clear regions: 0.25 (SageIQ-P 0.50)' in said['w/o triplet']
    assert 'above SageIQ-P, unlike in the paper' in said['w/o weights']
    assert 'not told apart from SageIQ-P' in said['Fine-tuned']
    assert 'Object detector was not run: it is not there.' in section.text
    _, table = section.blocks
    assert numbers(find(table, 'Baseline', 'a', COUNT))[-1] == 1.0
    weights = numbers(find(table, 'w/o weights', 'average', COUNT))
    assert weights[-3:] == pytest.approx([0.0, 0.75, 0.0])
    # Of these two SageIQ-P is better than the first alone.
    gains = [find(table, name, 'average').cells[6] for name in ('Baseline', 'w/o weights')]
    assert [is_gain(gain) for gain in gains] == [True, False]
    assert gains[0].value > 0 > gains[1].value


def test_fig_12_says_where_an_agreement_is_not_defined():
    found = scores_of(rows(VAGUE), rows([0.5] * COUNT, WITHOUT))
    missing = {name: 'no.' for name in TITLES if name not in (WITH, WITHOUT)}
    text = figure_12(found, 's', missing).text
    assert 'Baseline: MCC gain of SageIQ-P not defined.' in text


def test_fig_13_compares_with_pictures_that_are_not_degraded():
    found = scores_of(
        rows(WRONG, WITHOUT), rows(RIGHT), rows(RIGHT, WITHOUT, 'none'), rows(RIGHT, WITH, 'none')
    )
    section = figure_13(found)
    assert 'change of the average MCC as the blur is taken away: +2.000' in section.text[1]
    chart, table = section.blocks
    assert [series.values for series in chart.series] == [
        [pytest.approx(value)] for value in (-1, 1, 1, 1)
    ]
    blurred = find(table, 's', 'blurred, without SageIQ-P', 'a', COUNT)
    assert numbers(blurred) == pytest.approx([-1, -1, -1])
    clear = find(table, 's', 'not degraded, without SageIQ-P', 'a', COUNT)
    assert numbers(clear)[-1] == pytest.approx(2)


def test_fig_14_averages_draws_and_tells_what_the_mechanism_wins_back():
    lists = [rows(RIGHT)]
    for variant in error_variants():
        # Without a mechanism two draws of three go wrong at 60 %.
        wrong = variant.rate == 0.6 and not variant.tolerant and variant.repeat < 2
        lists.append(rows(WRONG if wrong else RIGHT, variant.name))
    section = figure_14(scores_of(*lists), 's')
    for chart in section.blocks[:2]:
        plain, tolerant = chart.series
        assert list(plain.values) == pytest.approx([1, 1, 1, -1 / 3])
        assert list(tolerant.values) == pytest.approx([1, 1, 1, 1])
    for text in section.text[2:]:
        assert 'of 60 %, change of the average MCC: −1.333' in text
        assert 'then by the mechanism: +1.333' in text
    table = section.blocks[2]
    for kind in KINDS.values():
        plain = find(table, kind, 'no mechanism', '60 %', 'a', COUNT)
        assert numbers(plain)[2:] == pytest.approx([-1 / 3, -4 / 3])
        tolerant = find(table, kind, 'error-tolerant', '60 %', 'average', COUNT)
        assert numbers(tolerant)[2:] == pytest.approx([1, 0, 4 / 3])


def test_fig_15_compares_one_region_with_seven():
    lists = [
        rows(RIGHT if most == 1 else WRONG, boxes=most, aim=0.1 * most) for most in BOX_COUNTS
    ]
    section = figure_15(scores_of(*lists))
    assert 'change of the average MCC from 7 regions to 1: +2.000' in section.text[1]
    assert 'Weight on clear regions: 0.10 with 1, 0.70 with 7.' in section.text[1]
    chart, table = section.blocks
    assert list(chart.series[0].values) == pytest.approx([1, -1, -1, -1])
    assert numbers(find(table, 's', '1', 'a', COUNT))[-2:] == pytest.approx([2, 0.1])


def test_the_overview_counts_pictures_once_and_names_small_sets():
    left_out = [LeftOut(scorer, 'a', '99', 'It is broken.') for scorer in ('s', 't')]
    few = rows(RIGHT, dataset='b')[:3]
    section = overview(scores_of(rows(RIGHT), few), 's', {'a': 31, 'b': 3}, left_out)
    assert '1 pictures could not be judged:' in section.text
    assert 'a 99: It is broken.' in section.text
    assert any(text.startswith('b: fewer than 10 pictures') for text in section.text)
    table, scatter = section.blocks
    assert find(table, 'a', 's').cells[2:4] == (31, COUNT)
    assert len(scatter.points['with SageIQ-P']) == COUNT + 3


def test_a_scorer_with_few_pictures_is_not_averaged_because_another_has_more():
    found = scores_of(rows(RIGHT), rows(RIGHT, scorer='t')[:3])
    assert found.averaged('s') == ['a'] and found.averaged('t') == []


def test_examples_go_from_the_lowest_to_the_highest_label():
    chosen = choose_examples(scores_of(rows(NOISE)), 's')
    labels = [row.label for row in chosen]
    assert labels == sorted(labels)
    assert (labels[0], labels[-1]) == (LABELS[0], LABELS[-1])
    assert len(chosen) == 4
