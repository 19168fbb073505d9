# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Random projections: reproducible, and true to distances as equation 4 says, if scaled."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.evaluation.similarity.projection import (
    DRAWS,
    distort,
    draw,
    draw_others,
    epsilon,
)

MOMENT_ATOL = 0.02


def centers(rng, count=4, length=300):
    return rng.normal(0.5, 1, (count, length))


def test_a_seed_draws_the_same_matrix_again():
    np.testing.assert_array_equal(draw(5, 3, 7), draw(5, 3, 7))
    assert (draw(5, 3, 7) != draw(5, 3, 8)).all()


def test_elements_come_from_the_standard_normal_distribution():
    drawn = draw(2000, 20, 1)
    assert drawn.mean() == pytest.approx(0, abs=MOMENT_ATOL)
    assert drawn.std() == pytest.approx(1, abs=MOMENT_ATOL)
    assert (drawn**4).mean() == pytest.approx(3, abs=10 * MOMENT_ATOL)


def test_distances_are_compared_pair_by_pair():
    before = np.array([[0, 0], [3, 4], [0, 4]], float)
    after = np.array([[0, 0], [5, 5], [0, 8]], float)
    found = distort(before, after)
    assert [(pair.first, pair.second) for pair in found] == [(0, 1), (0, 2), (1, 2)]
    assert [pair.distance for pair in found] == [5, 4, 3]
    assert [pair.as_printed for pair in found] == pytest.approx([2, 4, 34 / 9])
    assert [pair.scaled for pair in found] == pytest.approx([1, 2, 17 / 9])


def test_equal_centers_have_no_ratio():
    (pair,) = distort(np.ones((2, 3)), np.ones((2, 2)))
    assert np.isnan(pair.as_printed) and np.isnan(pair.scaled) and np.isnan(epsilon([np.nan]))


@given(st.integers(0, 1000), st.floats(0.01, 100))
def test_ratios_are_blind_to_place_and_scale(seed, scale):
    points = centers(np.random.default_rng(seed), length=20)
    drawn = draw(20, 8, seed)
    moved = points * scale + 3
    for one, other in zip(
        distort(points, points @ drawn), distort(moved, moved @ drawn), strict=True
    ):
        assert other.as_printed == pytest.approx(one.as_printed, rel=1e-6)


def test_many_dimensions_keep_distances_if_scaled_and_stretch_them_as_printed():
    points = centers(np.random.default_rng(3))
    found = distort(points, points @ draw(300, 4096, 5))
    assert epsilon([pair.scaled for pair in found]) < 0.1
    assert all(pair.as_printed == pytest.approx(4096, rel=0.1) for pair in found)


def test_epsilon_is_the_least_that_holds_for_all():
    assert epsilon([0.7, 1.2, np.nan]) == pytest.approx(0.3)


def test_a_set_that_is_far_away_is_so_in_nearly_every_draw():
    rng = np.random.default_rng(0)
    base, far = rng.random(200), rng.random(200)
    points = np.array([base, base + 0.01 * rng.random(200), base * 1.01, far])
    found = draw_others(points, [True, True, True, False], 8, 7)
    assert found.count == DRAWS and found.agreeing > 0.95
    swapped = draw_others(points, [True, True, False, True], 8, 7)
    assert swapped.agreeing < 0.05
    # Squared distances are stretched by 8, and more for the worst pair.
    assert found.epsilon_as_printed > 7 > 2 > found.epsilon_scaled > 0.1


def test_where_nothing_tells_the_kinds_apart_draws_disagree():
    points = centers(np.random.default_rng(2))
    assert 0.2 < draw_others(points, [True, True, False, False], 2, 7).agreeing < 0.8


def test_one_kind_alone_is_not_judged():
    points = centers(np.random.default_rng(1), length=10)
    assert np.isnan(draw_others(points, [True] * 4, 8, 7).agreeing)
