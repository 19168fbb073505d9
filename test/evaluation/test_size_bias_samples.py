# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Samples are drawn alike again, within their bounds; resamples take whole pictures."""

import numpy as np
import pytest

from sageiq_ros.datasets.degradations import DEGRADATIONS
from sageiq_ros.datasets.photos import list_pictures
from sageiq_ros.datasets.varied_quality import DrawRule, draw_samples
from sageiq_ros.evaluation.bootstrap import draw_resamples, estimate
from sageiq_ros.types import SageIQError

REGIONS = DrawRule((32, 64), 3, True, 1)


@pytest.fixture(scope='module')
def pictures(textured_pictures):
    return list_pictures(textured_pictures)


def test_the_same_rule_draws_the_same_samples(pictures):
    first, second = (list(draw_samples(pictures, REGIONS)) for _ in range(2))
    assert len(first) == 3 * len(pictures)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a.image, b.image)
        assert (a.bounds, a.kind, a.strength) == (b.bounds, b.kind, b.strength)


def test_a_chosen_picture_gives_what_it_gives_among_all(pictures):
    every = [s for s in draw_samples(pictures, REGIONS) if s.picture == 2]
    alone = list(draw_samples(pictures, REGIONS, [2]))
    for a, b in zip(every, alone, strict=True):
        np.testing.assert_array_equal(a.image, b.image)


def test_samples_keep_to_the_rule(pictures):
    for sample in draw_samples(pictures, REGIONS):
        x, y, w, h = sample.bounds
        assert 32 <= w <= 64 and 32 <= h <= 64 and x + w <= 160 and y + h <= 120
        assert sample.image.shape == (h, w, 3)
        assert sample.kind in DEGRADATIONS and 0.0 <= sample.strength <= 1.0


def test_whole_pictures_stay_as_they_are(pictures):
    samples = list(draw_samples(pictures, DrawRule(None, 1, False, 1)))
    assert all(s.image.shape == (120, 160, 3) and s.kind == '' for s in samples)
    assert 'not degraded' in DrawRule(None, 1, False, 1).describe()


def test_regions_larger_than_a_picture_are_refused(pictures):
    with pytest.raises(SageIQError, match=r'160x120 pixels, too few for regions of up to 121'):
        list(draw_samples(pictures, DrawRule((32, 121), 1, True, 1)))


def test_resamples_take_all_versions_of_a_picture():
    clusters = [0, 0, 0, 1, 1, 2]
    draws = draw_resamples(clusters, 50, 3)
    for draw in draws:
        counts = np.bincount(draw, minlength=6)
        assert counts[0] == counts[1] == counts[2] and counts[3] == counts[4]
        assert counts[0] + counts[3] + counts[5] == 3
    again = draw_resamples(clusters, 50, 3)
    assert all((a == b).all() for a, b in zip(draws, again, strict=True))


def test_the_interval_of_a_mean_is_the_known_one():
    values = np.random.default_rng(0).normal(5.0, 2.0, 400)
    means = np.array([values[d].mean() for d in draw_resamples(range(400), 2000, 1)])
    found = estimate(values.mean(), means)
    reach = 1.96 * values.std() / 20.0
    assert found.low == pytest.approx(values.mean() - reach, abs=0.02)
    assert found.high == pytest.approx(values.mean() + reach, abs=0.02)


def test_undefined_resamples_are_left_out():
    found = estimate(0.5, np.array([0.4, np.nan, 0.6]))
    assert 0.4 <= found.low <= found.high <= 0.6
    assert np.isnan(estimate(np.nan, np.full(3, np.nan)).low)


def test_an_undefined_value_has_no_interval():
    found = estimate(np.nan, np.array([0.4, 0.5, 0.6]))
    assert np.isnan(found.low) and np.isnan(found.high)
