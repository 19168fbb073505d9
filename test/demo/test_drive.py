# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Records of a drive: their summary, their table, and the frames kept for the report."""

import csv
import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_results import result

from sageiq_ros.bags.frames import Frame
from sageiq_ros.evaluation.drive import label_summaries, summarize
from sageiq_ros.evaluation.extremes import LONGEST_SIDE, extremes, keep, worst_and_best
from sageiq_ros.evaluation.live_table import row
from sageiq_ros.evaluation.results_table import CSV_COLUMNS, ResultsTable
from sageiq_ros.types import SageIQError, State

JPEG_LEVELS = 3
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
        table = ResultsTable(path)
        assert not path.exists(), 'nothing is known yet'
        table.add(result(0, 0.75))
        assert len(path.read_text().splitlines()) == 2, 'a row is there at once'
        table.add(result(1, None))
        table.close()
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

    def test_a_folder_that_is_gone_is_one_sentence(self, tmp_path):
        with pytest.raises(SageIQError, match=r'^Cannot write .*results\.csv: No such file'):
            ResultsTable(tmp_path / 'gone' / 'results.csv').add(result(0))


class TestExtremes:
    @given(SCORES, st.integers(1, 4), st.integers(1, 20), st.booleans())
    def test_none_that_is_more_extreme_could_be_taken_instead(self, scores, count, gap, highest):
        results = [result(index, score) for index, score in enumerate(scores)]
        taken = extremes(results, count, gap, highest=highest)
        left = [item for item in results if not math.isnan(item.score)]
        sign = -1 if highest else 1
        for item in taken:
            assert item == min(left, key=lambda r: (sign * r.score, r.index))
            left = [other for other in left if abs(other.index - item.index) >= gap]
        assert len(taken) == count or not left

    def test_a_drive_that_gets_worse_steadily_has_as_many_as_one_that_gets_better(self):
        falling = [result(index, 1.0 - index / 200) for index in range(200)]
        assert [r.index for r in extremes(falling, 5, 10)] == [199, 189, 179, 169, 159]
        rising = [result(index, index / 200) for index in range(200)]
        assert [r.index for r in extremes(rising, 5, 10)] == [0, 10, 20, 30, 40]

    def test_a_frame_without_triplets_is_as_bad_as_its_score(self):
        results = [result(0, 0.6), result(20, 0.1, triplets=False)]
        assert [item.index for item in extremes(results, 1, 1)] == [20]

    def test_their_pictures_are_found_by_name_in_one_reading(self):
        results = [result(index, index / 40) for index in range(40)]
        read = []

        def frames(chosen):
            assert [item.index for item in chosen] == [0, 10, 39, 29]
            for index in range(40):
                read.append(index)
                yield Frame(np.full((48, 64, 3), index, np.uint8), 0, f'frame_{index}.png')

        worst, best = worst_and_best(results, 2, frames)
        assert [kept.result.index for kept in worst] == [0, 10]
        assert [kept.result.index for kept in best] == [39, 29]
        assert read == list(range(40))
        picture = cv2.imdecode(np.frombuffer(best[1].jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert picture.shape == (48, 64, 3) and abs(int(picture[0, 0, 0]) - 29) <= JPEG_LEVELS

    def test_no_more_is_read_than_needed_and_what_is_gone_is_left_out(self):
        def frames(chosen):
            yield Frame(IMAGE, 0, 'frame_0.png')
            pytest.fail('all that was chosen has been read')

        worst, best = worst_and_best([result(0, 0.5)], 3, frames)
        assert [kept.result.index for kept in (*worst, *best)] == [0, 0]
        assert worst_and_best([result(0, 0.5)], 3, lambda chosen: []) == ([], [])

    @pytest.mark.parametrize('shape', [(1080, 1920), (4320, 7680), (4, 70_000)])
    def test_a_large_picture_is_shown_smaller(self, shape):
        kept = keep(result(0), np.zeros((*shape, 3), np.uint8))
        height, width = shape
        assert kept.size == (width, height)
        shown = cv2.imdecode(np.frombuffer(kept.jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert shown.shape[1] == LONGEST_SIDE
        assert shown.shape[0] == max(1, round(height * LONGEST_SIDE / width))


@pytest.mark.parametrize('score', [0.3, None, math.nan])
def test_every_kind_of_result_has_a_row(score):
    assert row(result(1, score), color=True).startswith('     1')
