# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Records of a drive: their summary, their table, and the frames kept for the report."""

import csv
import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_results import result

from sageiq_ros.evaluation.drive import CSV_COLUMNS, label_summaries, summarize, write_csv
from sageiq_ros.evaluation.extremes import Extremes
from sageiq_ros.evaluation.live_table import row
from sageiq_ros.types import State

IMAGE = np.zeros((48, 64, 3), np.uint8)
SCORES = st.lists(st.none() | st.floats(0.0, 1.0) | st.just(math.nan), min_size=1, max_size=60)


class TestSummary:
    def test_counts_medians_and_rates(self):
        results = [
            result(0, 0.9, total_ms=40.0),
            result(1, 0.5, state=State.DEGRADED, total_ms=50.0),
            result(2, 0.2, state=State.POOR, triplets=False, total_ms=60.0),
            result(3, None),
        ]
        summary = summarize(results, elapsed_s=0.5)
        assert (summary.sent, summary.answered, summary.dropped) == (4, 3, 1)
        assert summary.with_triplets == 2
        assert summary.states[State.DEGRADED] == 1 and summary.states[State.UNKNOWN] == 0
        assert summary.median_score == 0.5
        assert summary.stages['total'].median == 50.0
        assert summary.stages['scene graph'].p95 == 30.0
        assert summary.age.largest == 62.0
        assert summary.results_per_s == 6.0

    def test_a_drive_without_any_result_has_no_numbers_rather_than_zeros(self):
        summary = summarize([result(0, None)], elapsed_s=2.0)
        assert summary.answered == 0 and summary.results_per_s == 0.0
        assert math.isnan(summary.median_score)
        assert math.isnan(summary.stages['total'].median) and math.isnan(summary.age.median)

    def test_labels_are_counted_once_a_frame(self):
        car, street = label_summaries([result(0), result(1), result(2, triplets=False)])
        assert (car.label, car.frames, car.quality, car.weight) == ('car', 2, 0.5, 8.0)
        assert (street.label, street.frames, street.quality, street.weight) == (
            'street', 2, 0.25, 5.0,
        )  # fmt: skip


class TestTable:
    def test_one_row_a_frame_and_nothing_where_nothing_is_known(self, tmp_path):
        path = tmp_path / 'results.csv'
        write_csv(path, [result(0, 0.75), result(1, None)])
        with path.open(newline='') as file:
            first, second = csv.DictReader(file)
        assert tuple(first) == CSV_COLUMNS
        assert (first['score'], first['state'], first['frame_score']) == ('0.7500', 'GOOD', '')
        assert (first['worst_region'], first['worst_quality']) == ('street', '0.2500')
        assert (first['first_triplet'], first['first_weights']) == ('car on street', '8.0 5.0')
        assert second['name'] == 'frame_1.png' and second['score'] == second['state'] == ''

    def test_a_row_on_the_terminal_names_the_worst_region_and_the_weights(self):
        words = row(result(7, 0.7), color=False)
        assert words.split() == [
            '7', '0.700', 'GOOD', 'street', '0.25', 'car', 'on', 'street', '8:5', '50.0',
        ]  # fmt: skip
        assert 'no result in time' in row(result(7, None), color=False)


class TestExtremes:
    @given(SCORES, st.integers(1, 4), st.integers(1, 20), st.booleans())
    def test_kept_frames_are_few_apart_and_hold_the_most_extreme(
        self, scores, count, gap, highest
    ):
        extremes = Extremes(count, gap, highest=highest)
        results = [result(index, score) for index, score in enumerate(scores)]
        for item in results:
            extremes.offer(item, IMAGE)
        kept = [frame.result for frame in extremes.frames]
        scored = [item.score for item in results if not math.isnan(item.score)]
        assert len(kept) <= count and bool(kept) == bool(scored)
        indices = sorted(item.index for item in kept)
        assert all(b - a >= gap for a, b in pairwise(indices))
        if scored:
            assert kept[0].score == (max(scored) if highest else min(scored))
        ordered = sorted((item.score for item in kept), reverse=highest)
        assert [item.score for item in kept] == ordered

    def test_frames_with_triplets_come_first(self):
        extremes = Extremes(1, 1)
        extremes.offer(result(0, 0.1, triplets=False), IMAGE)
        extremes.offer(result(1, 0.6), IMAGE)
        extremes.offer(result(2, 0.0, triplets=False), IMAGE)
        assert extremes.frames[0].result.index == 1


@pytest.mark.parametrize('score', [0.3, None, math.nan])
def test_every_kind_of_result_has_a_row(score):
    assert row(result(1, score), color=True).startswith('     1')
