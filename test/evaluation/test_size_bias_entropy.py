# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Entropy has its known values and bounds, halves are halves, the paper had few pictures."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn

from sageiq_ros.evaluation.size_bias.paper import TABLE_IV, TABLE_V
from sageiq_ros.evaluation.size_bias.reduction import (
    INTERPOLATIONS,
    cropped_half,
    rescaled_half,
    shannon_entropy,
)

IMAGES = stn.arrays(np.uint8, st.tuples(st.integers(1, 24), st.integers(1, 24), st.just(3)))


def grey(levels):
    return np.repeat(np.asarray(levels, np.uint8)[:, :, None], 3, axis=2)


def test_one_level_has_no_entropy():
    found = shannon_entropy(grey([[77] * 5] * 4))
    assert found == 0.0 and math.copysign(1.0, found) == 1.0


@pytest.mark.parametrize(('levels', 'bits'), [(2, 1.0), (4, 2.0), (256, 8.0)])
def test_equally_frequent_levels_have_the_logarithm_of_their_number(levels, bits):
    image = grey(np.tile(np.arange(256) % levels, (3, 1)))
    assert shannon_entropy(image) == pytest.approx(bits, abs=1e-12)


def test_unequal_shares_by_hand():
    # 1/2, 1/4, 1/4: half of one bit and half of two.
    assert shannon_entropy(grey([[0, 0, 9, 200]])) == pytest.approx(1.5, abs=1e-12)


def test_intensity_is_luma_and_not_a_channel():
    # Two colours of the same luma 76: a pure red and a grey.
    image = np.array([[[0, 0, 255], [76, 76, 76]]], np.uint8)
    assert shannon_entropy(image) == 0.0


@given(IMAGES)
def test_entropy_is_bounded_by_levels_and_pixels(image):
    assert 0.0 <= shannon_entropy(image) <= math.log2(min(256, image[..., 0].size)) + 1e-9


@given(IMAGES, st.randoms(use_true_random=False))
def test_entropy_does_not_see_where_pixels_lie(image, random):
    order = list(range(image[..., 0].size))
    random.shuffle(order)
    moved = image.reshape(-1, 3)[order].reshape(image.shape)
    assert shannon_entropy(moved) == shannon_entropy(image)


@given(IMAGES)
def test_halves_have_half_the_sides_and_never_vanish(image):
    wanted = tuple(max(1, side // 2) for side in image.shape[:2])
    for reduced in (rescaled_half(image), cropped_half(image)):
        assert reduced.shape == (*wanted, 3) and reduced.dtype == np.uint8


def test_the_crop_is_the_centre():
    image = grey(np.arange(48).reshape(6, 8))
    np.testing.assert_array_equal(cropped_half(image)[..., 0], image[1:4, 2:6, 0])


def test_area_interpolation_averages_four_pixels():
    image = grey([[0, 40, 10, 10], [80, 120, 10, 10]])
    np.testing.assert_array_equal(rescaled_half(image)[..., 0], [[60, 10]])
    assert INTERPOLATIONS['area'] == cv2.INTER_AREA


def numbers_of_pictures(values):
    """Return for how many pictures (3 to 12, no ties) all ``values`` are an SRCC, rounded."""
    return [
        n
        for n in range(3, 13)
        if set(values)
        <= {round(1 - 6 * d / (n**3 - n), 3) for d in range(0, (n**3 - n) // 3 + 1, 2)}
    ]


def test_the_papers_rank_correlations_are_those_of_few_pictures():
    tables = [
        [cells[0] for cells in table['Q-Instruct'].values()] for table in (TABLE_IV, TABLE_V)
    ]
    assert [numbers_of_pictures(values) for values in tables] == [[10, 11], [7, 8]]
