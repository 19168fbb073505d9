# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""From a model's answers to weights: the stretch, and the union with the prior."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.analyzer.combination import BLENDS, stretched
from sageiq_ros.analyzer.prior import prior, prior_weight, vocabulary

DRIVING, OTHER = 'autonomous driving', 'gardening'
COMBINED = BLENDS['combined']


def prior_like(query=DRIVING):
    return {label: prior_weight(query, label) for label in vocabulary()}


def test_answers_in_proportion_to_the_prior_give_back_the_prior():
    answers = {label: 3.0 + weight / 100 for label, weight in prior_like().items()}
    assert COMBINED.weights(DRIVING, answers) == pytest.approx(prior_like())


def test_narrow_answers_get_the_spread_of_the_prior():
    random = np.random.default_rng(0)
    answers = dict(zip(vocabulary(), random.normal(3.2, 0.01, 150), strict=True))
    values = np.array(list(stretched(answers).values()))
    scale = np.array([prior().weights[label]['driving'] for label in vocabulary()])
    assert values.std() == pytest.approx(scale.std(), rel=0.25)
    assert values.min() == 1.0 and values.max() <= 10.0


def test_the_shares_depend_on_whether_the_prior_has_a_task_for_the_query():
    assert COMBINED.share(DRIVING) == 0.95 and COMBINED.share(OTHER) == 0.4
    assert BLENDS['rating'].share(DRIVING) == BLENDS['association'].share(OTHER) == 0.0
    answers = dict.fromkeys(vocabulary(), 0.0) | {'pillow': 100.0}
    for query, share in ((DRIVING, 0.95), (OTHER, 0.4)):
        weight = COMBINED.weights(query, answers)['pillow']
        assert weight == pytest.approx(share * 1.0 + (1 - share) * 10.0)


def test_a_word_that_the_prior_does_not_know_has_the_models_weight():
    answers = prior_like() | {'zeppelin': prior_like()['car']}
    weights = COMBINED.weights(DRIVING, answers)
    assert weights['zeppelin'] == pytest.approx(prior_like()['car'])


def test_answers_that_are_all_the_same_tell_nothing():
    values = set(stretched(dict.fromkeys(vocabulary(), 0.7)).values())
    assert len(values) == 1 and 1.0 <= values.pop() <= 10.0


@given(
    st.lists(st.floats(-1000.0, 1000.0), min_size=150, max_size=150),
    st.sampled_from([DRIVING, OTHER]),
    st.sampled_from(sorted(BLENDS)),
)
def test_weights_stay_on_the_scale_and_in_the_order_of_the_answers(answers, query, mode):
    found = dict(zip(vocabulary(), answers, strict=True))
    weights = BLENDS[mode].weights(query, found)
    assert all(1.0 <= weight <= 10.0 for weight in weights.values())
    order = sorted(vocabulary(), key=found.__getitem__)
    values = [stretched(found)[label] for label in order]
    assert all(a <= b + 1e-9 for a, b in zip(values, values[1:], strict=False))
