# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""From logits to weights: the string 10, the stretch and the union with the prior."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.analyzer.likelihood import rating_distribution
from sageiq_ros.analyzer.prior import driving_weights
from sageiq_ros.analyzer.rating import (
    DRIVING_EXEMPLARS,
    PRIOR_SHARE,
    combined_weights,
    is_about_driving,
    prompt_prefix,
    vocabulary,
)


def test_ten_is_the_digit_one_followed_by_zero():
    digits = np.log(np.array([[0.2, 0.4, *[0.05] * 8]]))
    after_one = np.log(np.array([[0.75, 0.05, 0.2]]))
    chances = rating_distribution(digits, after_one, zero=0)
    # Of the 0.8 that fall on 1 to 9, a half is a leading 1, three quarters of that are 10.
    np.testing.assert_allclose(chances, [[0.125, *[0.0625] * 8, 0.375]], rtol=1e-12)


@given(st.integers(0, 2**32 - 1))
def test_chances_sum_to_one_and_survive_large_logits(seed):
    random = np.random.default_rng(seed)
    chances = rating_distribution(
        random.normal(0, 300, (4, 10)), random.normal(0, 300, (4, 50)), zero=7
    )
    assert chances.shape == (4, 10) and (chances >= 0).all()
    np.testing.assert_allclose(chances.sum(axis=1), 1.0, rtol=1e-9)


def test_ratings_in_the_order_of_the_prior_give_back_the_prior():
    prior = driving_weights()
    ratings = {label: 3.0 + weight / 10 for label, weight in prior.items()}
    weights = combined_weights('autonomous driving', ratings)
    assert weights == pytest.approx(prior)


def test_narrow_ratings_are_stretched_over_the_scale_by_rank():
    ratings = {label: 3.0 + i / 150 for i, label in enumerate(vocabulary())}
    ratings |= {'low thing': 2.0, 'high thing': 4.5}
    weights = combined_weights('autonomous driving', ratings)
    assert weights['low thing'] == 1.0 and weights['high thing'] == 10.0


@pytest.mark.parametrize('query', ['autonomous driving', 'bird watching'])
def test_the_prior_counts_more_where_the_query_is_about_driving(query):
    labels = vocabulary()
    ratings = dict.fromkeys(labels, 3.0) | {'pillow': 4.0}
    share = PRIOR_SHARE[is_about_driving(query)]
    assert combined_weights(query, ratings)['pillow'] == pytest.approx(share + (1 - share) * 10.0)


@given(st.lists(st.floats(1.0, 10.0), min_size=150, max_size=150), st.booleans())
def test_weights_stay_on_the_scale(ratings, driving):
    query = 'driving' if driving else 'gardening'
    weights = combined_weights(query, dict(zip(vocabulary(), ratings, strict=True)))
    assert all(1.0 <= weight <= 10.0 for weight in weights.values())


@pytest.mark.parametrize(
    ('query', 'about'),
    [
        ('autonomous driving', True),
        ('driver assistance', True),
        ('adas', True),
        ('parking assistance', False),
        ('traffic sign reading', False),
        ('hard drives', False),
    ],
)
def test_a_query_about_driving_is_told_by_its_words(query, about):
    assert is_about_driving(query) is about


def test_no_exemplar_is_a_label_and_only_driving_gets_those_of_driving():
    assert not {word for word, _ in DRIVING_EXEMPLARS} & set(vocabulary())
    assert 'cyclist: 10\n' in prompt_prefix('autonomous driving')
    assert prompt_prefix('bird watching') == (
        'Object importance for bird watching (1-10)\nbird watching: 10\nsofa: 1\n'
    )
