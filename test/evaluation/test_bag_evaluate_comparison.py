# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Scores against labels: the measures and what is said of them."""

import math

import numpy as np
import pytest
from bag_evaluate_helpers import BrightnessPipeline, stamp

from sageiq_ros.config import Config
from sageiq_ros.evaluation.bag.blocks import draw_blocks
from sageiq_ros.evaluation.bag.comparison import MEASURES, compare
from sageiq_ros.evaluation.bag.labels import MatchedLabels
from sageiq_ros.evaluation.bag.summary import matched
from sageiq_ros.evaluation.bootstrap import estimate, expanded_tail
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


def labels(of_frame, unmatched=0, remarks=()):
    stamps = [stamp(number) for number in of_frame]
    return MatchedLabels('made', of_frame, stamps, list(of_frame.values()), unmatched, 0, remarks)


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

    @pytest.mark.parametrize('outlier', [1.001, -0.5])
    def test_one_label_of_another_scale_leaves_no_error_in_any_resample(self, outlier):
        given_labels = dict(enumerate((*self.LABELS[:4], outlier)))
        found = compare(results(self.LEVELS), labels(given_labels))
        for name in ('mean_error', 'mean_absolute_error'):
            estimate = found.measures[name]
            assert all(map(math.isnan, (estimate.value, estimate.low, estimate.high)))
        assert not math.isnan(found.measures['srcc'].low)

    def test_every_interval_is_of_the_same_draws_and_wider_where_blocks_are_few(self):
        levels = np.random.default_rng(7).integers(0, 200, 60)
        noisy = np.clip(levels / 255 + 0.2 * np.random.default_rng(8).random(60), 0.0, 1.0)
        found = compare(results(levels), labels(dict(enumerate(map(float, noisy)))))
        label, score = np.array(found.pairs).T
        rows = []
        for draw in draw_blocks(60, found.blocks.length, 1000, 0):
            x, y = label[draw], score[draw]
            rank, linear = srcc(x, y), plcc(x, y)
            error = y - x
            rows.append((rank, linear, (rank + linear) / 2, error.mean(), np.abs(error).mean()))
        for name, column in zip(MEASURES, np.transpose(rows), strict=True):
            known = found.measures[name]
            expected = estimate(known.value, column, expanded_tail(60 / found.blocks.length))
            assert (known.low, known.high) == pytest.approx(
                (expected.low, expected.high), abs=EXACT
            )
            plain = estimate(known.value, column)
            assert known.low < plain.low < plain.high < known.high

    def test_what_is_wrong_with_the_labels_is_said(self):
        given_labels = labels(dict(enumerate(self.LABELS)), remarks=('Two were lost.', 'Odd.'))
        assert matched(compare(results(self.LEVELS), given_labels)) == (
            '5 of 5 frames have a score and a label of made; 0 labels belong to no frame. '
            'Two were lost. Odd.'
        )
