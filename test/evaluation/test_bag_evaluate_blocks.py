# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Blocks of frames in a row, and how often the intervals that they give hold the truth."""

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.evaluation.bag.blocks import block_length, decorrelation_length, draw_blocks
from sageiq_ros.evaluation.bag.comparison import measure
from sageiq_ros.evaluation.bootstrap import estimate, expanded_tail
from sageiq_ros.evaluation.correlation import plcc

MIB = 1 << 20


def walk(seed, n):
    """Draw scores that change slowly, as those of a drive do."""
    steps = np.random.default_rng(seed).normal(size=n + 9)
    return np.convolve(steps, np.ones(10) / 10, 'valid')


def autoregression(rng, n, share):
    """Draw a normal series (n,) of variance 1 that keeps this share of its last value."""
    values = [rng.normal()]
    for step in rng.normal(size=n - 1) * math.sqrt(1.0 - share**2):
        values.append(share * values[-1] + step)
    return np.array(values)


def row_plcc(pairs):
    """Correlate many samples of pairs (2, count, n) at once."""
    centred = pairs - pairs.mean(axis=2, keepdims=True)
    x, y = centred / np.linalg.norm(centred, axis=2, keepdims=True)
    return (x * y).sum(axis=1)


class TestDraws:
    @given(n=st.integers(1, 40), length=st.integers(1, 40), seed=st.integers(0, 2**32 - 1))
    def test_a_resample_is_made_of_runs_of_neighbours(self, n, length, seed):
        draws = list(draw_blocks(n, length, 20, seed))
        assert len(draws) == 20
        for draw in draws:
            assert draw.shape == (n,)
            follows = (draw[1:] - draw[:-1]) % n == 1 % n
            breaks = set(np.flatnonzero(~follows) + 1)
            assert breaks <= set(range(length, n, length))

    def test_every_place_is_drawn_equally_often(self):
        counts = np.bincount(np.ravel(list(draw_blocks(20, 6, 5000, 1))), minlength=20)
        assert np.abs(counts / 5000 - 1.0).max() < 0.1

    def test_no_more_than_one_is_held_at_a_time(self):
        table = np.random.default_rng(0).random((2, 3000))
        blocks = block_length(table)
        tracemalloc.start()
        measure(table, blocks)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        # A thousand resamples of 3000 places are 23 MiB.
        assert peak < 2 * MIB


class TestDecorrelation:
    @given(
        values=st.lists(st.integers(-50, 50), min_size=2, max_size=40).filter(
            lambda values: len(set(values)) > 1
        )
    )
    def test_it_is_the_first_lag_of_an_autocorrelation_below_a_share(self, values):
        centred = np.array(values) - np.mean(values)
        shares = [1.0] + [
            centred[:-lag] @ centred[lag:] / (centred @ centred) for lag in range(1, len(values))
        ]
        found = decorrelation_length(np.array(values, float))
        assert shares[found] < 1 / math.e + 1e-9
        assert all(share > 1 / math.e - 1e-9 for share in shares[:found])

    @pytest.mark.parametrize('values', [[], [0.5], [0.1] * 30])
    def test_what_does_not_change_has_the_least(self, values):
        assert decorrelation_length(np.array(values)) == 1


class TestLength:
    def test_independent_frames_need_blocks_no_longer_than_the_cube_root(self):
        noise = np.random.default_rng(3).normal(size=(2, 1000))
        blocks = block_length(noise)
        assert (blocks.length, blocks.count, blocks.few) == (10, 100.0, False)

    def test_frames_that_stay_alike_are_kept_together(self):
        blocks = block_length(np.stack([walk(1, 1000), walk(2, 1000)]))
        # The mean of ten in a row is at 1/e of its autocorrelation after six to seven.
        assert 30 <= blocks.length <= 40 and not blocks.few

    def test_the_slower_of_both_decides(self):
        slow, noise = walk(1, 1000), np.random.default_rng(3).normal(size=1000)
        alone = block_length(np.stack([slow, slow]))
        assert block_length(np.stack([slow, noise])) == alone
        assert block_length(np.stack([noise, slow])) == alone

    def test_a_short_drive_gets_five_blocks_and_is_told_so(self):
        blocks = block_length(np.stack([np.arange(50.0), np.arange(50.0) ** 2]))
        assert (blocks.length, blocks.count, blocks.few) == (10, 5.0, True)

    def test_fewer_than_ten_blocks_are_told_too(self):
        blocks = block_length(np.stack([walk(1, 150), walk(2, 150)]))
        assert 5.0 < blocks.count < 10.0 and blocks.few


class TestTail:
    # Quantiles of Student's t at 97.5 %, from a table.
    @pytest.mark.parametrize(('units', 't'), [(5, 2.776), (10, 2.262), (30, 2.045), (101, 1.984)])
    def test_it_is_that_of_students_t(self, units, t):
        reach = math.sqrt(units / (units - 1)) * t
        normal = 0.5 * math.erfc(reach / math.sqrt(2.0))
        assert expanded_tail(units) == pytest.approx(normal, rel=0.03)

    def test_many_units_have_the_plain_percentiles(self):
        values = np.random.default_rng(0).normal(size=1000)
        plain, expanded = estimate(0.0, values), estimate(0.0, values, expanded_tail(1e9))
        assert (expanded.low, expanded.high) == pytest.approx((plain.low, plain.high), abs=1e-6)


class TestCoverage:
    def test_an_interval_is_wider_than_one_that_takes_frames_for_independent(self):
        score, noise = walk(5, 600), walk(6, 600)
        table = np.stack([score + noise, score])
        single = [plcc(*table[:, draw]) for draw in draw_blocks(600, 1, 300, 0)]
        low, high = np.percentile(single, (2.5, 97.5))
        found = measure(table, block_length(table))['plcc']
        assert found.low < plcc(*table) < found.high
        assert found.high - found.low > 1.5 * (high - low)

    def test_most_intervals_hold_the_correlation_that_is_true(self):
        rng = np.random.default_rng(3)
        held = 0
        for _ in range(60):
            label = autoregression(rng, 100, 0.9)
            score = 0.6 * label + 0.8 * autoregression(rng, 100, 0.9)
            table = np.stack([label, score])
            blocks = block_length(table)
            draws = np.stack(list(draw_blocks(100, blocks.length, 300, 0)))
            found = estimate(
                plcc(label, score), row_plcc(table[:, draws]), expanded_tail(blocks.count)
            )
            held += found.low <= 0.6 <= found.high
        # 57 are 95 %; plain percentiles over the same blocks hold it in 48 of these drives.
        assert held >= 55
