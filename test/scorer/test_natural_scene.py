# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The statistics that BRISQUE and NIQE share, on distributions whose parameters are known."""

import math

import numpy as np
import pytest

from sageiq_ros.scorer.natural_scene import fit, normalised, padded

# Sampling error of the moments of 200,000 values.
SAMPLED = 0.03


@pytest.mark.parametrize(('shape', 'draw'), [(2.0, 'normal'), (1.0, 'laplace')])
def test_the_shape_of_a_known_distribution_is_found(shape, draw):
    values = getattr(np.random.default_rng(3), draw)(0.0, 2.0, 200_000)
    found = fit(values)
    assert found.shape == pytest.approx(shape, rel=SAMPLED)
    assert found.left == pytest.approx(found.right, rel=SAMPLED)
    assert abs(found.mean) < SAMPLED


def test_two_sides_of_different_width_are_told_apart():
    drawn = np.random.default_rng(4).normal(0.0, 1.0, 400_000)
    # Each side's weight is proportional to its width, as the density is continuous.
    values = np.concatenate([-np.abs(drawn[:100_000]), 3.0 * np.abs(drawn[:300_000])])
    found = fit(values)
    assert found.shape == pytest.approx(2.0, rel=SAMPLED)
    assert (found.left, found.right) == pytest.approx((1.0, 3.0), rel=SAMPLED)
    assert found.mean == pytest.approx(2.0 * math.sqrt(2.0 / math.pi), rel=SAMPLED)


@pytest.mark.parametrize('sign', [-1.0, 1.0])
def test_values_of_one_sign_have_a_fit(sign):
    found = fit(sign * np.abs(np.random.default_rng(5).normal(size=1000)))
    assert math.isfinite(found.shape) and math.isfinite(found.mean)


def test_nothing_has_no_fit():
    assert fit(np.zeros((4, 4))) is None


def test_an_even_area_is_zero_and_not_rounding_noise():
    assert not normalised(np.full((40, 50), 128.0)).any()


def test_a_crop_is_mirrored_only_as_far_as_it_must_be(picture):
    crop = picture(20, 70, 1)
    grown = padded(crop, 32)
    assert grown.shape == (32, 70, 3)
    np.testing.assert_array_equal(grown[:20], crop)
    np.testing.assert_array_equal(grown[20:], crop[:-13:-1])
    assert padded(crop, 20) is crop
    assert padded(crop[:1, :1], 96).shape == (96, 96, 3)
