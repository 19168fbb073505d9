# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Equations 5 to 7, as printed and as they are defined for every vector."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sageiq_ros.evaluation.similarity.divergence import (
    EVEN_SHARE,
    LITERAL,
    SIGNED,
    contrast,
    diverge,
    kl,
    mean_to_others,
    signed_shares,
)
from sageiq_ros.types import SageIQError

PAGE = Path(__file__).parents[2] / 'docs' / 'similarity.md'
RTOL, ATOL = 1e-9, 1e-12
# What the even share may change in sums over shares, about a hundredth of them.
SHARE_RTOL, SHARE_ATOL = 0.02, 1e-5
ANY = arrays(np.float64, (3, 5), elements=st.floats(-1e6, 1e6))
HUGE = arrays(np.float64, (2, 4), elements=st.floats(allow_nan=False, allow_infinity=False))
POSITIVE = arrays(np.float64, (3, 5), elements=st.floats(0.1, 10))
CLEARLY_SIGNED = arrays(np.float64, (3, 5), elements=st.floats(1e-3, 1e6) | st.floats(-1e6, -1e-3))
SCALES = arrays(np.float64, (3, 1), elements=st.floats(1e-3, 1e3))
SIGNS = arrays(np.float64, 5, elements=st.sampled_from((-1.0, 1.0)))
WORKED = {
    (((3, 1, 1), (2, 1, 1)), SIGNED): 0.0201,
    (((3, 1, 1), (2, 1, 1)), LITERAL): -0.0901,
    (((3, -1, 1), (2, 1, 1)), SIGNED): 1.4812,
    (((3, 1, 1), (2, -1, 1)), SIGNED): 1.4812,
}


def signed(vectors):
    return diverge(np.asarray(vectors, float)).matrix


def literal(vectors):
    return diverge(np.asarray(vectors, float), LITERAL)


@given(HUGE)
def test_every_finite_vector_has_a_distribution(vectors):
    shares = signed_shares(vectors)
    assert (shares > 0).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=RTOL)


@given(ANY)
def test_no_divergence_is_negative_and_none_is_from_itself(vectors):
    matrix = signed(vectors)
    assert np.isfinite(matrix).all() and (matrix >= 0).all()
    assert (np.diag(matrix) == 0).all()


@given(ANY, SCALES)
def test_the_scale_of_a_vector_does_not_matter(vectors, scales):
    # Features that the smaller scale would round away are another matter.
    assume((np.abs(vectors[vectors != 0]) > 1e-200).all())
    np.testing.assert_allclose(signed(vectors * scales), signed(vectors), RTOL, ATOL)


@given(ANY, SIGNS)
def test_a_dimension_may_have_either_sign_and_any_place(vectors, signs):
    turned = (vectors * signs)[:, ::-1]
    np.testing.assert_allclose(signed(turned), signed(vectors), RTOL, ATOL)


@given(ANY)
def test_two_sets_diverge_alike_whatever_the_third(vectors):
    np.testing.assert_array_equal(signed(vectors)[:2, :2], signed(vectors[:2]))


@given(POSITIVE)
def test_positive_vectors_have_equation_6_over_their_sums(vectors):
    shares = vectors / vectors.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(signed(vectors), kl(shares), SHARE_RTOL, SHARE_ATOL)


@given(CLEARLY_SIGNED, SCALES)
def test_the_printed_one_is_zero_from_itself_and_blind_to_scale(vectors, scales):
    found, other = literal(vectors), literal(vectors * scales)
    assert (np.diag(found.matrix) == 0).all()
    np.testing.assert_array_equal(found.undefined, other.undefined)
    np.testing.assert_allclose(other.matrix, found.matrix, RTOL, 1e-9)


def test_rounding_makes_no_divergence_negative():
    rng = np.random.default_rng(0)
    for _ in range(20):
        vector = rng.random(50)
        assert (signed([vector, vector * (1 + 1e-15 * rng.normal(size=50))]) >= 0).all()


def test_opposite_vectors_differ_most():
    assert signed([(1, 2), (-1, -2)])[0, 1] > signed([(1, 2), (2, 1)])[0, 1] > 0.1


def test_vectors_of_zeros_are_spread_evenly():
    np.testing.assert_allclose(signed_shares(np.zeros((1, 3))), 1 / 6)
    np.testing.assert_allclose(signed_shares(np.array([[1.0, 0.0]]))[0, 1], EVEN_SHARE / 4)


@pytest.mark.parametrize(('case', 'value'), WORKED.items())
def test_the_worked_case_of_the_page_is_true(case, value):
    vectors, kind = case
    found = diverge(np.array(vectors, float), kind)
    assert found.matrix[0, 1] == pytest.approx(value, abs=5e-5)
    a, b = (f'({", ".join(map(str, v))})'.replace('-', '−') for v in vectors)
    row = re.search(rf'^\| {re.escape(f"{a} | {b}")} \|.*$', PAGE.read_text('utf-8'), re.M)
    assert str(value).replace('-', '−') in row[0].split('|')[5 if kind == SIGNED else 6]


def test_the_printed_one_is_by_the_norm_and_may_be_negative():
    p, q = np.array([3, 1, 1]) / 11**0.5, np.array([2, 1, 1]) / 6**0.5
    expected = sum(a * np.log(a / b) for a, b in zip(p, q, strict=True))
    found = literal([(3, 1, 1), (2, 1, 1)])
    assert found.matrix[0, 1] == pytest.approx(expected) and expected < 0
    assert found.terms == 3 and not found.undefined.any()


def test_the_printed_one_counts_what_has_no_logarithm():
    found = literal([(1, 2, 3, 4), (-1, 0, 3, 4), (0, 2, -3, 0)])
    np.testing.assert_array_equal(found.undefined, [[0, 2, 3], [1, 0, 3], [1, 2, 0]])
    assert (np.isnan(found.matrix) == (found.undefined > 0)).all()


def test_the_printed_one_takes_two_negatives_and_a_first_zero():
    found = literal([(0, -3, 4), (3, -4, 12)])
    expected = -0.6 * np.log(0.6 / (4 / 13)) + 0.8 * np.log(0.8 / (12 / 13))
    assert found.matrix[0, 1] == pytest.approx(expected)
    assert found.undefined[0, 1] == 0 and found.undefined[1, 0] == 1


def test_a_vector_of_zeros_leaves_the_printed_one_undefined():
    found = literal([(0, 0), (1, 0)])
    assert found.undefined.tolist() == [[2, 2], [2, 0]]
    assert np.isnan(found.matrix).tolist() == [[True, True], [True, False]]


def test_kinds_are_contrasted_over_ordered_pairs():
    matrix = np.array([[0, 1, 5], [3, 0, 7], [6, 10, 0]], float)
    found = contrast(matrix, [True, True, False])
    assert (found.driving, found.apart) == (2, 7)
    np.testing.assert_allclose(mean_to_others(matrix), [15 / 4, 21 / 4, 28 / 4])


@pytest.mark.parametrize(
    ('driving', 'missing'),
    [([True, True], 'apart'), ([True, False], 'driving'), ([False, False], 'both')],
)
def test_a_kind_that_lacks_has_no_mean(driving, missing):
    found = contrast(np.array([[0.0, 1.0], [1.0, 0.0]]), driving)
    assert np.isnan(found.driving) == (missing != 'apart')
    assert np.isnan(found.apart) == (missing != 'driving')


def test_an_unknown_divergence_is_told():
    with pytest.raises(SageIQError, match='signed or literal'):
        diverge(np.ones((2, 2)), 'softmax')
