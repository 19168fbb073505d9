# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What series of measurements come down to: slopes, percentiles, shares."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.bench.series import percentiles, shares, slope

SMALL = st.floats(-1e3, 1e3)


@given(SMALL, SMALL, st.lists(st.integers(0, 1000), min_size=2, max_size=20, unique=True))
def test_the_slope_of_a_line_is_its_own(rise, start, times):
    values = [start + rise * time for time in times]
    assert slope(times, values) == pytest.approx(rise, abs=1e-6)


def test_the_slope_is_that_of_scipy_where_values_scatter():
    theilslopes = pytest.importorskip('scipy.stats').theilslopes
    rng = np.random.default_rng(0)
    times, values = np.arange(50.0), rng.normal(size=50)
    assert slope(times, values) == pytest.approx(theilslopes(values, times)[0], abs=1e-9)


def test_what_is_taken_for_moments_is_no_growth_and_what_leaks_is():
    times = np.arange(200.0)
    assert slope(times, np.where(times % 8 < 2, 500.0, 490.0)) == 0.0
    # A leak of one in ten moments, in steps.
    assert slope(times, np.floor(times / 10) + (times % 8 < 2)) == pytest.approx(0.1, abs=0.01)


def test_a_long_series_has_the_slope_of_its_thinned_points():
    assert slope(range(100_000), [0.5 * n for n in range(100_000)]) == pytest.approx(0.5)


@pytest.mark.parametrize('times', [[], [3.0], [3.0, 3.0]])
def test_one_moment_has_no_slope(times):
    assert math.isnan(slope(times, times))


def test_percentiles_of_a_hundred_and_one_numbers_are_the_numbers_themselves():
    found = percentiles([float(n) for n in reversed(range(101))])
    assert found == {'median': 50.0, 'p95': 95.0, 'p99': 99.0, 'max': 100.0}


def test_nothing_has_no_percentiles():
    assert all(math.isnan(value) for value in percentiles([]).values())


def test_shares_are_in_units_of_an_equal_one():
    assert shares({'a': 30, 'b': 10, 'c': 20}) == {'a': 1.5, 'b': 0.5, 'c': 1.0}


def test_cameras_without_results_have_no_shares():
    assert all(math.isnan(share) for share in shares({'a': 0, 'b': 0}).values())
