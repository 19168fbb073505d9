# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""SRCC, PLCC, MCC and their intervals, against scipy and a case worked by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sageiq_ros.experiments import agreement
from sageiq_ros.experiments.agreement import LEAST_FOR_AVERAGE, Scores, correlate, mean
from sageiq_ros.experiments.conditions import Condition
from sageiq_ros.experiments.work import Row
from sageiq_ros.sageiq_d.hybrid import seeded

stats = pytest.importorskip('scipy.stats')

EXACT = 1e-12
# Of 2,000 resamples: the 2.5th percentile moves by about this much from seed to seed.
BOOTSTRAP = 0.03

MOTION = Condition('motion_blur', 5, 'with')
ROW = Row('s', 's int8', 'a', '0', 'motion_blur', 5, 'with', 0.5, 0.5, 1)


def rows(labels, scores, dataset='a', **more):
    return [
        replace(ROW, dataset=dataset, key=f'{n:03}', label=x, score=y, **more)
        for n, (x, y) in enumerate(zip(labels, scores, strict=True))
    ]


def test_a_case_with_ties_worked_by_hand():
    # Ranks of labels: 1, 2.5, 2.5, 4; of scores: 2, 1, 3.5, 3.5. Both have mean 2.5.
    # Deviations: -1.5, 0, 0, 1.5 and -0.5, -1.5, 1, 1. Products: 0.75 + 1.5 = 2.25.
    # Squares: 4.5 and 0.25 + 2.25 + 1 + 1 = 4.5. SRCC = 2.25 / 4.5 = 0.5.
    # PLCC: labels 1, 2, 2, 3 have deviations -1, 0, 0, 1; scores 2, 1, 5, 5 have mean 3.25.
    # Products: 1.25 + 1.75 = 3; squares 2 and 1.5625 + 5.0625 + 3.0625 + 3.0625 = 12.75.
    found = correlate([1, 2, 2, 3], [2, 1, 5, 5], 10, np.random.default_rng(0))
    plcc = 3 / math.sqrt(2 * 12.75)
    assert found.values == pytest.approx([0.5, plcc, (0.5 + plcc) / 2], abs=EXACT)
    assert found.count == 4


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=40).filter(
        lambda pairs: len({a for a, _ in pairs}) > 1 and len({b for _, b in pairs}) > 1
    )
)
def test_values_are_those_of_scipy(pairs):
    x, y = (np.array(side, float) / 6 for side in zip(*pairs, strict=True))
    found = correlate(x, y, 1, np.random.default_rng(0))
    assert found.values[0] == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-9)
    assert found.values[1] == pytest.approx(stats.pearsonr(x, y).statistic, abs=1e-9)


def test_replicates_are_scipys_correlations_of_the_resamples():
    rng = np.random.default_rng(2)
    x = rng.integers(0, 5, 30) / 4
    y = np.clip(x + rng.normal(0, 0.4, 30), 0, 1)
    found = correlate(x, y, 50, np.random.default_rng(8))
    draws = np.random.default_rng(8).integers(30, size=(50, 30))
    for place, draw in enumerate(draws):
        srcc = stats.spearmanr(x[draw], y[draw]).statistic
        plcc = stats.pearsonr(x[draw], y[draw]).statistic
        assert found.replicates[:, place] == pytest.approx(
            [srcc, plcc, (srcc + plcc) / 2], abs=1e-9
        )


def test_intervals_are_those_of_scipys_percentile_bootstrap():
    rng = np.random.default_rng(3)
    x = rng.uniform(size=60)
    y = x + rng.normal(0, 0.3, 60)
    found = correlate(x, y, 2000, np.random.default_rng(0))['plcc']

    def statistic(a, b, axis=-1):
        return stats.pearsonr(a, b, axis=axis).statistic

    theirs = stats.bootstrap(
        (x, y),
        statistic,
        paired=True,
        n_resamples=2000,
        method='percentile',
        rng=np.random.default_rng(1),
        vectorized=True,
    ).confidence_interval
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=BOOTSTRAP)


@pytest.mark.parametrize('labels', [[], [0.5], [0.2, 0.9]])
def test_fewer_than_three_pictures_have_no_agreement(labels):
    found = correlate(labels, labels, 5, np.random.default_rng(0))
    assert np.isnan(found.values).all() and np.isnan(found.replicates).all()


def test_equal_labels_have_no_agreement():
    assert np.isnan(correlate([0.5] * 4, [1, 2, 3, 4], 5, np.random.default_rng(0)).values).all()


def test_resamples_that_became_constant_are_left_out_of_the_interval():
    labels = [0] * 9 + [1]
    found = correlate(labels, np.linspace(0, 1, 10), 200, np.random.default_rng(0))
    assert np.isnan(found.replicates[1]).any()
    estimate = found['plcc']
    assert -1 <= estimate.low <= estimate.high <= 1


def test_fewer_pictures_than_are_averaged_have_no_interval():
    up = np.linspace(0, 1, LEAST_FOR_AVERAGE)
    noisy = up + np.random.default_rng(0).normal(0, 0.4, len(up))
    enough = correlate(up, noisy, 100, np.random.default_rng(0))
    assert enough['mcc'].low < enough['mcc'].value < enough['mcc'].high
    few = correlate(up[1:], noisy[1:], 100, np.random.default_rng(0))
    for found in (few['mcc'], (few - few)['mcc']):
        assert np.isfinite(found.value) and np.isnan([found.low, found.high]).all()


def test_resamples_are_the_same_however_many_are_drawn_at_once(monkeypatch):
    up = np.linspace(0, 1, 13)
    noisy = up + np.random.default_rng(0).normal(0, 0.4, 13)
    wanted = correlate(up, noisy, 101, np.random.default_rng(4)).replicates
    # One resample at once, and seven, of which the last time three are left.
    for most in (1, 7 * 13):
        monkeypatch.setattr(agreement, 'MOST_AT_ONCE', most)
        found = correlate(up, noisy, 101, np.random.default_rng(4)).replicates
        assert np.array_equal(found, wanted)


def test_a_difference_is_taken_on_the_same_pictures():
    labels = np.linspace(0, 1, 20)
    scores = Scores(
        rows(labels, labels**2) + rows(labels, labels**2, variant='without'), 100, seed=0
    )
    without = replace(MOTION, variant='without')
    gain = scores.agreement('s', 'a', MOTION) - scores.agreement('s', 'a', without)
    assert gain.values == pytest.approx([0, 0, 0], abs=EXACT)
    assert not gain.replicates.any()


def test_averages_are_over_data_sets_with_ten_pictures_or_more():
    up = np.linspace(0, 1, 10)
    found = Scores(rows(up, up) + rows(up, -up, 'b') + rows(up[:9], up[:9], 'c'), 20, seed=0)
    assert found.averaged('s') == ['a', 'b']
    average = found.average('s', MOTION)
    assert average.values == pytest.approx([0, 0, 0], abs=EXACT)
    assert average.count == 20
    assert found.agreement('s', 'c', MOTION).values == pytest.approx([1, 1, 1])


def test_without_a_large_enough_data_set_there_is_no_average():
    found = Scores(rows([0, 1, 2], [0, 1, 2]), 20, seed=0).average('s', MOTION)
    assert np.isnan(found.values).all() and found.count == 0


def test_data_sets_of_one_size_are_resampled_apart():
    up = np.linspace(0, 1, 15)
    noisy = up + np.random.default_rng(0).normal(0, 0.4, 15)
    found = Scores(rows(up, noisy) + rows(up, noisy, 'b'), 30, seed=0)
    first, second = (found.agreement('s', name, MOTION).replicates for name in 'ab')
    assert not np.array_equal(first, second)


def test_a_mean_of_draws_is_taken_resample_by_resample():
    up = list(range(LEAST_FOR_AVERAGE))
    one, two = (correlate(up, scores, 5, seeded('x')) for scores in (up, up[::-1]))
    assert mean([one, two]).replicates == pytest.approx(np.zeros((3, 5)), abs=EXACT)


def test_rows_come_in_the_order_of_their_keys():
    found = Scores(reversed(rows([0, 1, 2], [3, 4, 5])), 5, seed=0)
    assert [row.key for row in found.rows('s', 'a', MOTION)] == ['000', '001', '002']
    assert found.rows('s', 'a', Condition('jpeg', 5, 'with')) == []
