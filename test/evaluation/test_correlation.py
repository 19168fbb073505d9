# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Correlations: exact on known lists, indifferent to what they should ignore."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sageiq_ros.evaluation.correlation import plcc, ranks, srcc

TOLERANCE = 1e-9
VALUES = st.lists(st.integers(-50, 50), min_size=3, max_size=30)


def test_ranks_of_equal_values_are_their_mean_place():
    np.testing.assert_array_equal(ranks([10, 30, 20, 20]), [1.0, 4.0, 2.5, 2.5])


def test_known_values():
    # Computed with scipy 1.17: spearmanr and pearsonr.
    a, b = [1.0, 2.0, 3.0, 4.0, 5.0], [5.0, 6.0, 7.0, 8.0, 7.0]
    assert srcc(a, b) == pytest.approx(0.8207826816681233, abs=TOLERANCE)
    assert plcc(a, b) == pytest.approx(0.8320502943378437, abs=TOLERANCE)


@given(VALUES)
def test_a_monotone_map_keeps_rank_correlation_at_one(values):
    assume(len(set(values)) > 1)
    assert srcc(values, [v**3 + 7 * v for v in values]) == pytest.approx(1.0, abs=TOLERANCE)


@given(VALUES, st.floats(0.1, 9.0), st.floats(-9.0, 9.0))
def test_linear_correlation_ignores_scale_and_offset(values, scale, offset):
    assume(len(set(values)) > 1)
    other = [scale * v + offset for v in values]
    assert plcc(values, other) == pytest.approx(1.0, abs=1e-6)
    assert plcc(values, [-v for v in other]) == pytest.approx(-1.0, abs=1e-6)


def test_a_constant_list_has_no_correlation():
    assert math.isnan(plcc([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]))
    assert math.isnan(srcc([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]))


def test_a_constant_list_has_none_whatever_its_mean_rounds_to():
    assert math.isnan(plcc([0.7] * 6, range(6)))
    assert math.isnan(plcc(range(6), [0.1] * 6))
