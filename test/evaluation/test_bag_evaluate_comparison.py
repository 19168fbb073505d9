# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Scores against labels: the measures, their intervals by blocks, and the lag."""

import math

import numpy as np
import pytest
from bag_evaluate_helpers import PERIOD_NS, BrightnessPipeline, stamp
from hypothesis import given, settings
from hypothesis import strategies as st

from sageiq_ros.config import Config
from sageiq_ros.evaluation.bag.comparison import block_length, compare, draw_blocks
from sageiq_ros.evaluation.bag.labels import MatchedLabels
from sageiq_ros.evaluation.bag.lag import find_lag
from sageiq_ros.evaluation.correlation import plcc, srcc
from sageiq_ros.evaluation.drive import FrameResult

EXACT = 1e-12
PIPELINE = BrightnessPipeline(Config())
PIPELINE.patience = math.inf


def results(levels):
    """Make the results of pictures of one grey level each; None is a frame without a result."""
    made = []
    for number, level in enumerate(levels):
        picture = None if level is None else np.full((6, 8, 3), level, np.uint8)
        assessment = None if picture is None else PIPELINE(picture)
        made.append(FrameResult(number, f'message {number}', stamp(number), assessment))
    return made


def labels(of_frame, unmatched=0):
    stamps = [stamp(number) for number in of_frame]
    return MatchedLabels('made', of_frame, stamps, list(of_frame.values()), unmatched, 0)


def walk(seed, n):
    """Draw scores that change slowly, as those of a drive do."""
    steps = np.random.default_rng(seed).normal(size=n + 9)
    return np.convolve(steps, np.ones(10) / 10, 'valid')


class TestMeasures:
    LEVELS = (50, 100, 150, 200, 250)
    LABELS = (0.2, 0.5, 0.4, 0.9, 0.8)

    def test_they_are_those_of_the_frames_that_have_both(self):
        levels = [*self.LEVELS, None, 17]
        given_labels = dict(enumerate((*self.LABELS, 0.3)))
        found = compare(results(levels), labels(given_labels, unmatched=4))
        scores = np.array(self.LEVELS) / 255
        assert len(found.pairs) == 5 and found.frames == 7
        assert found.measures['srcc'].value == pytest.approx(0.8, abs=EXACT)
        assert found.measures['plcc'].value == pytest.approx(
            np.corrcoef(scores, self.LABELS)[0, 1], abs=EXACT
        )
        assert found.measures['mcc'].value == pytest.approx(
            (found.measures['srcc'].value + found.measures['plcc'].value) / 2, abs=EXACT
        )
        errors = scores - self.LABELS
        assert found.measures['mean_error'].value == pytest.approx(errors.mean(), abs=EXACT)
        assert found.measures['mean_absolute_error'].value == pytest.approx(
            np.abs(errors).mean(), abs=EXACT
        )

    def test_a_constant_series_has_errors_but_no_correlation_and_no_lag(self):
        found = compare(results(self.LEVELS), labels(dict.fromkeys(range(5), 0.5)))
        for name in ('srcc', 'plcc', 'mcc'):
            estimate = found.measures[name]
            assert all(map(math.isnan, (estimate.value, estimate.low, estimate.high)))
        assert not math.isnan(found.measures['mean_error'].value)
        assert math.isnan(found.lag.seconds) and math.isnan(found.lag.correlation)

    @pytest.mark.parametrize('count', [0, 1, 2])
    def test_two_pairs_are_too_few(self, count):
        found = compare(results(self.LEVELS), labels(dict(enumerate(self.LABELS[:count]))))
        assert len(found.pairs) == count
        assert math.isnan(found.measures['srcc'].value)
        assert math.isnan(found.measures['mean_error'].low)
        assert math.isnan(found.lag.seconds)

    def test_labels_of_another_scale_have_correlations_but_no_error(self):
        stars = {number: 1.0 + 4.0 * label for number, label in enumerate(self.LABELS)}
        found = compare(results(self.LEVELS), labels(stars))
        assert found.measures['srcc'].value == pytest.approx(0.8, abs=EXACT)
        assert math.isnan(found.measures['mean_error'].value) and not found.on_scale


class TestBlocks:
    @given(n=st.integers(1, 40), length=st.integers(1, 40), seed=st.integers(0, 2**32 - 1))
    def test_a_resample_is_made_of_runs_of_neighbours(self, n, length, seed):
        draws = draw_blocks(n, length, 20, seed)
        assert draws.shape == (20, n)
        for draw in draws:
            follows = (draw[1:] - draw[:-1]) % n == 1 % n
            breaks = set(np.flatnonzero(~follows) + 1)
            assert breaks <= set(range(length, n, length))

    def test_every_place_is_drawn_equally_often(self):
        counts = np.bincount(draw_blocks(20, 6, 20_000, 1).ravel(), minlength=20)
        assert np.abs(counts / 20_000 - 1.0).max() < 0.05

    def test_independent_frames_need_blocks_no_longer_than_the_cube_root(self):
        noise = np.random.default_rng(3).normal(size=(1000, 2))
        assert block_length(noise).length == 10

    def test_frames_that_stay_alike_are_kept_together(self):
        slow = np.stack([walk(1, 1000), walk(2, 1000)], axis=1)
        blocks = block_length(slow)
        # The mean of ten in a row is at 1/e of its autocorrelation after six to seven.
        assert 10 <= blocks.length <= 20 and not blocks.cut

    def test_a_short_drive_gets_five_blocks_and_is_told_so(self):
        trend = np.stack([np.arange(50.0), np.arange(50.0) ** 2], axis=1)
        blocks = block_length(trend)
        assert (blocks.length, blocks.cut) == (10, True)

    def test_their_interval_is_wider_than_one_that_takes_frames_for_independent(self):
        score, noise = walk(5, 600), walk(6, 600)
        table = np.stack([score + noise, score], axis=1)
        length = block_length(table).length
        widths = []
        for block in (1, length):
            draws = draw_blocks(600, block, 300, 0)
            found = [plcc(*table[draw].T) for draw in draws]
            low, high = np.percentile(found, (2.5, 97.5))
            assert low < plcc(*table.T) < high
            widths.append(high - low)
        assert widths[1] > 1.5 * widths[0]

    def test_the_interval_of_a_comparison_is_of_those_draws(self):
        levels = np.clip(128 + 60 * walk(7, 60) / walk(7, 60).std(), 0, 250).astype(int)
        noisy = np.clip(levels / 255 + 0.1 * walk(8, 60), 0.0, 1.0)
        found = compare(results(levels), labels(dict(enumerate(map(float, noisy)))))
        table = np.array(found.pairs)
        draws = draw_blocks(60, found.blocks.length, 1000, 0)
        expected = np.percentile([srcc(*table[draw].T) for draw in draws], (2.5, 97.5))
        estimate = found.measures['srcc']
        assert [estimate.low, estimate.high] == pytest.approx(list(expected), abs=EXACT)
        assert estimate.low < estimate.value < estimate.high


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
        ('prediction', 'label'),
        [([0.5] * 30, range(30)), (range(30), [0.5] * 30), ([], range(30)), (range(2), range(30))],
        ids=['constant score', 'constant label', 'no score', 'two scores'],
    )
    def test_where_nothing_changes_it_is_not_defined(self, prediction, label):
        series = [
            ([stamp(n) for n in range(len(values))], list(map(float, values)))
            for values in (prediction, label)
        ]
        found = find_lag(*series[0], *series[1])
        assert math.isnan(found.seconds) and math.isnan(found.correlation)
        assert not found.at_limit

    def test_of_equally_good_shifts_the_smallest_is_taken(self):
        trend = [float(n) for n in range(100)]
        stamps = [stamp(n) for n in range(100)]
        assert find_lag(stamps, trend, stamps, trend).seconds == 0.0

    def test_a_sliver_of_overlap_is_not_tried(self):
        rng = np.random.default_rng(0)
        stamps = [stamp(0) + n * PERIOD_NS for n in range(22)]
        found = find_lag(stamps, rng.normal(size=22), stamps, rng.normal(size=22))
        # Two seconds would leave but two of the 22 frames.
        assert abs(found.seconds) <= 1.15
