# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The lag between the scores and the labels of a drive, and when there is none to be known."""

import math
import re

import numpy as np
import pytest
from bag_evaluate_helpers import stamp
from hypothesis import given, settings
from hypothesis import strategies as st

from sageiq_ros.evaluation.bag.lag import find_lag
from sageiq_ros.evaluation.bag.summary import lag_text


def shifted(seed, lag_s, *, n=150, period_s=0.1, jitter=0.0):
    """Sample one smooth series twice, the second ``lag_s`` later; returns stamps and values."""
    rng = np.random.default_rng(seed)
    times = np.arange(n) * period_s + rng.uniform(-jitter, jitter, n) * period_s
    frequencies, phases = rng.uniform(0.1, 0.6, 8), rng.uniform(0.0, 7.0, 8)

    def signal(t):
        return np.sin(2 * np.pi * np.outer(t, frequencies) + phases).sum(axis=1)

    stamps = [stamp(0) + round(1e9 * t) for t in times]
    return stamps, signal(times - lag_s), stamps, signal(times)


class TestLag:
    @settings(max_examples=40)
    @given(
        lag_s=st.floats(-2.0, 2.0),
        seed=st.integers(0, 10_000),
        period_s=st.sampled_from([1 / 30, 0.1, 0.2]),
    )
    def test_any_shift_within_reach_is_found_to_a_step(self, lag_s, seed, period_s):
        found = find_lag(*shifted(seed, lag_s, period_s=period_s, n=round(15 / period_s)))
        assert found.seconds == pytest.approx(lag_s, abs=found.step_s)
        assert found.correlation > 0.95

    def test_it_is_positive_when_the_prediction_comes_later(self):
        prediction_ns, prediction, label_ns, label = shifted(1, 0.7)
        assert find_lag(prediction_ns, prediction, label_ns, label).seconds == pytest.approx(0.7)
        assert find_lag(label_ns, label, prediction_ns, prediction).seconds == pytest.approx(-0.7)

    def test_the_same_series_has_none_even_if_one_of_them_is_thinned(self):
        stamps, values, *_ = shifted(2, 0.0)
        found = find_lag(stamps[::3], values[::3], stamps, values)
        assert (found.seconds, found.correlation) == (0.0, pytest.approx(1.0))

    @settings(max_examples=20)
    @given(seed=st.integers(0, 1000), order=st.randoms(use_true_random=False))
    def test_neither_order_nor_jitter_nor_scale_matters(self, seed, order):
        prediction_ns, prediction, label_ns, label = shifted(seed, 0.5, jitter=0.3)
        places = list(range(len(label)))
        order.shuffle(places)
        found = find_lag(
            prediction_ns, 7.0 + 3.0 * prediction, [label_ns[i] for i in places], label[places]
        )
        assert found.seconds == pytest.approx(0.5, abs=0.05)

    def test_a_shift_beyond_reach_is_told_as_the_largest_that_was_tried(self):
        found = find_lag(*shifted(3, 2.2))
        assert found.at_limit and found.seconds == pytest.approx(2.0)
        assert not find_lag(*shifted(3, 1.5)).at_limit

    @pytest.mark.parametrize('lag_s', [-0.7, 0.4])
    @pytest.mark.parametrize('sparse', ['label', 'prediction'])
    def test_it_is_found_if_one_series_is_much_sparser(self, sparse, lag_s):
        prediction_ns, prediction, label_ns, label = shifted(6, lag_s, n=300)
        keep = slice(None, None, 7)
        if sparse == 'label':
            label_ns, label = label_ns[keep], label[keep]
        else:
            prediction_ns, prediction = prediction_ns[keep], prediction[keep]
        found = find_lag(prediction_ns, prediction, label_ns, label)
        assert found.seconds == pytest.approx(lag_s, abs=found.step_s)

    def test_nothing_is_interpolated_over_a_gap(self):
        stamps, prediction, _, label = shifted(4, 0.4, n=300)
        # Nobody labelled for nine seconds; what the score does amid them must not count.
        prediction[100:150] += 1000.0 * np.sin(np.arange(50))
        kept = [*range(79), *range(171, 300)]
        label_ns = [stamps[place] for place in kept]
        found = find_lag(stamps[::2], prediction[::2], label_ns, label[kept])
        assert found.seconds == pytest.approx(0.4, abs=found.step_s)
        assert found.correlation > 0.99

    def test_a_clock_that_jumps_by_years_costs_neither_memory_nor_the_lag(self):
        _, prediction, label_ns, label = shifted(4, 0.4, n=300)
        moved = [ns % 10**9 if place < 20 else ns for place, ns in enumerate(label_ns)]
        found = find_lag(moved, prediction, moved, label)
        assert found.seconds == pytest.approx(0.4, abs=0.05)

    @pytest.mark.parametrize(
        ('prediction', 'label', 'reason'),
        [
            ([0.5] * 30, range(30), 'one of the series does not change'),
            (range(30), [0.5] * 30, 'one of the series does not change'),
            ([], range(30), '0 values can be compared, and 10 are needed'),
            (range(30), [], '0 values can be compared, and 10 are needed'),
            (range(30), [1.0], '1 values can be compared, and 10 are needed'),
            (range(9), range(30), '9 values can be compared, and 10 are needed'),
            (
                range(100),
                range(100),
                '100 values that stay alike for 22 say as much as 5 would, and 10 are needed',
            ),
        ],
    )
    def test_where_nothing_can_be_known_it_is_not_defined(self, prediction, label, reason):
        series = [
            ([stamp(n) for n in range(len(values))], list(map(float, values)))
            for values in (prediction, label)
        ]
        found = find_lag(*series[0], *series[1])
        assert math.isnan(found.seconds) and math.isnan(found.correlation)
        assert (found.reason, found.points, found.at_limit) == (reason, 0, False)
        assert lag_text(found) == f'not defined: {reason}'

    def test_series_that_hardly_overlap_have_too_few_values(self):
        prediction_ns, prediction, label_ns, label = shifted(1, 0.0, n=60)
        found = find_lag(prediction_ns[:30], prediction[:30], label_ns[41:], label[41:])
        assert found.reason == '9 values can be compared, and 10 are needed'

    @pytest.mark.parametrize('n', [10, 50])
    def test_independent_series_have_none(self, n):
        told = 0
        for seed in range(40):
            rng = np.random.default_rng(seed)
            stamps = [stamp(place) for place in range(n)]
            found = find_lag(stamps, rng.random(n), stamps, rng.random(n))
            told += not math.isnan(found.seconds)
        assert told <= 4  # 5 % of cases are granted to chance

    def test_the_reason_names_the_correlation_that_may_be_chance(self):
        rng = np.random.default_rng(0)
        stamps = [stamp(place) for place in range(50)]
        found = find_lag(stamps, rng.random(50), stamps, rng.random(50))
        assert re.fullmatch(
            r'the highest correlation, 0\.\d\d, may be one by chance', found.reason
        )

    def test_the_number_of_values_is_told_beside_it(self):
        found = find_lag(*shifted(1, 0.7))
        assert found.points == 142 and not found.reason
        assert lag_text(found) == '+0.700 s (correlation 1.000 there, over 142 values)'

    def test_of_equally_good_shifts_the_smallest_is_taken(self):
        stamps = [stamp(n) for n in range(100)]
        beat = [math.sin(2 * math.pi * n / 10) for n in range(100)]
        assert find_lag(stamps, beat, stamps, beat).seconds == 0.0

    def test_a_sliver_of_overlap_is_not_tried(self):
        rng = np.random.default_rng(3)
        stamps = [stamp(n) for n in range(38)]
        label = rng.normal(size=38)
        prediction = label + 0.6 * rng.normal(size=38)
        # Two seconds would leave but these 18, and they agree best.
        prediction[20:] = 0.6 * label[20:] + label[:18]
        found = find_lag(stamps, prediction, stamps, label)
        assert found.seconds == pytest.approx(0.0, abs=found.step_s)
