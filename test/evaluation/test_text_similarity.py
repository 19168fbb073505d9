# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Similarities of answers: cosines of pooled vectors, and what the first token can tell."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sageiq_ros.evaluation.text_similarity import (
    Similarity,
    cosine,
    latent_cosine,
    word_similarity,
)
from sageiq_ros.evaluation.words_experiment import PAPER

values = st.floats(-1e6, 1e6, width=32)
vectors = hnp.arrays(np.float32, (4,), elements=values)
answers = hnp.arrays(np.float32, st.tuples(st.integers(1, 5), st.just(4)), elements=values)


@settings(max_examples=40)
@given(vectors, vectors, st.floats(1e-3, 1e3))
def test_a_cosine_is_bounded_symmetric_and_blind_to_length(a, b, scale):
    assume(a.any() and b.any())
    found = cosine(a, b)
    assert -1.0 <= found <= 1.0
    assert cosine(b, a) == pytest.approx(found, abs=1e-9)
    assert cosine(a.astype(np.float64) * scale, b) == pytest.approx(found, abs=1e-6)
    assert cosine(a, a) == pytest.approx(1.0)


@pytest.mark.parametrize('bad', [[0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0], []])
def test_a_vector_without_direction_is_refused(bad):
    with pytest.raises(ValueError, match='no direction'):
        cosine(np.array(bad), np.ones(len(bad)))


@settings(max_examples=40)
@given(answers)
def test_equal_answers_are_wholly_alike(answer):
    assume(answer[0].any() and answer.mean(axis=0).any() and answer.max(axis=0).any())
    for compare in (latent_cosine, word_similarity):
        found = compare(answer, answer)
        assert (found.mean, found.other, found.average) == pytest.approx((1.0, 1.0, 1.0))


def test_words_are_pooled_by_mean_and_by_the_largest_of_each_dimension():
    found = word_similarity(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[2.0, 0.0]]))
    assert found.mean == pytest.approx(np.sqrt(0.5))
    assert found.other == pytest.approx(np.sqrt(0.5))
    found = word_similarity(np.array([[3.0, -9.0], [-1.0, 1.0]]), np.array([[3.0, 1.0]]))
    assert found.mean < 0.0 and found.other == pytest.approx(1.0)


def test_answers_that_only_share_the_start_token_have_the_papers_cls_value():
    start = np.array([0.3, -0.1, 0.2])
    praise = np.stack([start, [1.0, 0.0, 0.0], [1.0, 0.2, 0.0]])
    blame = np.stack([start, [-1.0, 0.0, 0.0]])
    found = latent_cosine(praise, blame)
    assert found.other == 1.0
    assert found.mean < 0.0
    assert found.average == pytest.approx((1.0 + found.mean) / 2.0)


@pytest.mark.parametrize('row', [row for rows in PAPER.values() for row in rows], ids=str)
def test_the_papers_averages_are_those_of_its_other_numbers_before_rounding(row):
    mean, other, average = row
    assert Similarity(mean, other).average == pytest.approx(average, abs=0.00101)
