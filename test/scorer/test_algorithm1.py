# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Algorithm 1 as the paper prints it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.scorer.algorithm1 import normalize_weights, quality_from_logits, triplet_score

logits = st.lists(st.floats(-50, 50), min_size=3, max_size=3)
weights = st.floats(1, 10)


def test_the_papers_weights_8_and_5_become_0952_and_0047():
    subject, object_ = normalize_weights(8, 5)
    assert subject == pytest.approx(0.952, abs=1e-3)
    assert object_ == pytest.approx(0.047, abs=1e-3)


def test_equal_logits_score_one_half():
    quality = quality_from_logits([2.0, 2.0, 2.0])
    assert quality.score == pytest.approx(0.5)
    assert quality.p_good == quality.p_average == quality.p_poor == pytest.approx(1 / 3)


def test_only_good_scores_one_and_only_poor_scores_zero():
    assert quality_from_logits([100.0, 0.0, 0.0]).score == pytest.approx(1.0)
    assert quality_from_logits([0.0, 0.0, 100.0]).score == pytest.approx(0.0)


@given(logits)
def test_probabilities_sum_to_one_and_weigh_1_half_0(values):
    quality = quality_from_logits(values)
    total = quality.p_good + quality.p_average + quality.p_poor
    assert total == pytest.approx(1.0)
    assert quality.score == pytest.approx(quality.p_good + quality.p_average / 2, abs=1e-12)
    assert 0.0 <= quality.score <= 1.0


@given(weights, weights, st.floats(0, 1), st.floats(0, 1))
def test_a_triplet_scores_between_its_entities(first, second, subject, object_):
    score = triplet_score(normalize_weights(first, second), (subject, object_))
    low, high = sorted((subject, object_))
    assert low - 1e-12 <= score <= high + 1e-12


@pytest.mark.parametrize('bad', [[1.0, 2.0], [math.nan, 0.0, 0.0], [math.inf, 0.0, 0.0]])
def test_other_than_three_finite_logits_are_refused(bad):
    with pytest.raises(ValueError, match='Three finite logits'):
        quality_from_logits(bad)
