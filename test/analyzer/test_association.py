# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Words are rated by how much likelier the query makes them, and by number."""

import numpy as np
from analyzer_helpers import ScriptedModel
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.analyzer import association, rating
from sageiq_ros.analyzer.association import EXEMPLARS, NEUTRAL, Association
from sageiq_ros.analyzer.language_models.likelihood import (
    AnswerTokens,
    log_softmax,
    rating_distribution,
)
from sageiq_ros.analyzer.prior import vocabulary

TWO_TOKENS = AnswerTokens(tuple(range(1, 10)), (1, 0))
ONE_TOKEN = AnswerTokens(tuple(range(1, 10)), (10,))


def test_the_prompt_shows_other_tasks_and_asks_for_the_query():
    shared, asked = association.prompt('parking assistance')
    assert shared == association.prompt('anything')[0]
    assert shared.startswith(
        'Q: A camera helps with mountain rescue. What should it see well?\nA: the climber\n'
    )
    assert shared.endswith('\nA: the seam\n')
    assert asked == ('Q: A camera helps with parking assistance. What should it see well?\nA: the')


def test_no_exemplar_is_a_label_of_the_vocabulary():
    assert len(EXEMPLARS) == 5
    shown = [answer for row in EXEMPLARS for _, answer in row]
    assert not set(shown) & set(vocabulary()) and len(set(shown)) == len(shown)
    assert not {word for word, _ in rating.DRIVING_EXEMPLARS} & set(vocabulary())
    assert not set(rating.UNIMPORTANT) & set(vocabulary())


def test_what_is_likely_whatever_the_query_does_not_count():
    likes = {(NEUTRAL, ' car'): -1.0, (NEUTRAL, ' leaf'): -6.0}
    likes |= {('raking', ' car'): -1.5, ('raking', ' leaf'): -2.0}

    def like(prefix, ending):
        return likes['raking' if 'with raking.' in prefix else NEUTRAL, ending]

    assert Association(ScriptedModel(like=like)).rate('raking', ['car', 'leaf']) == [-0.5, 4.0]


def test_a_word_is_read_without_a_query_once():
    model = ScriptedModel()
    method = Association(model)
    method.rate('raking', ['car', 'leaf'])
    method.rate('mowing', ['leaf', 'grass'])
    neutral = [call['endings'] for call in model.calls if f'with {NEUTRAL}.' in call['prefix']]
    assert neutral == [[' car', ' leaf'], [' grass']]


def test_evaluations_are_exemplar_lists_whose_mean_counts():
    def like(prefix, ending):
        lists = [row[0][0] in prefix for row in EXEMPLARS]
        return -float(lists.index(True)) if 'with raking.' in prefix else 0.0

    method = Association(ScriptedModel(like=like), evaluations=5)
    assert method.rate('raking', ['car']) == [-2.0]


def test_a_rating_is_the_expectation_and_evaluations_are_averaged():
    model = ScriptedModel()
    assert rating.rate(model, 'autonomous driving', ['car', 'tree'], 5) == [1.0, 1.0]
    prefixes = [call['prefix'] for call in model.calls]
    assert len(set(prefixes)) == 5 and {len(prefix) for prefix in prefixes} == {len(prefixes[0])}
    assert model.calls[0]['endings'] == ['car: ', 'tree: ']


def test_only_driving_gets_the_exemplars_of_driving():
    assert 'cyclist: 10\n' in rating.prompt_prefix('autonomous driving')
    assert rating.prompt_prefix('bird watching') == (
        'Object importance for bird watching (1-10)\nbird watching: 10\nsofa: 1\n'
    )


def test_ten_is_the_digit_one_followed_by_zero():
    first = np.full((1, 12), -np.inf)
    first[0, 1:10] = np.log([0.4, *[0.05] * 8])
    then = np.full((1, 12), -np.inf)
    then[0, [0, 5, 11]] = np.log([0.75, 0.05, 0.2])
    chances = rating_distribution(first, then, TWO_TOKENS)
    # Of the 0.8 that fall on 1 to 9, a half is a leading 1, three quarters of that are 10.
    np.testing.assert_allclose(chances, [[0.125, *[0.0625] * 8, 0.375]], rtol=1e-12)


def test_ten_may_be_a_token_of_its_own():
    first = np.log(np.array([[1.0, *range(1, 11)]]))
    chances = rating_distribution(first, None, ONE_TOKEN)
    np.testing.assert_allclose(chances, [np.arange(1, 11) / 55], rtol=1e-12)


@given(st.integers(0, 2**32 - 1))
def test_chances_sum_to_one_and_survive_large_logits(seed):
    random = np.random.default_rng(seed)
    first, then = random.normal(0, 300, (2, 4, 50))
    chances = rating_distribution(first, then, TWO_TOKENS)
    assert chances.shape == (4, 10) and (chances >= 0).all()
    np.testing.assert_allclose(chances.sum(axis=1), 1.0, rtol=1e-9)
    np.testing.assert_allclose(np.exp(log_softmax(first)).sum(axis=1), 1.0, rtol=1e-9)
    assert log_softmax(first).max() <= 1e-9
