# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The SA image is the paper's Algorithm 2, and the encoder sees it as it sees the crop."""

from pathlib import Path

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.models.sa_image import AMPLITUDE, sa_image
from sageiq_ros.scorer.preparation import (
    VIEWS,
    native_positions,
    prepare_sa_image,
    rounded_size,
)

LITERAL = Path(__file__).parents[1] / 'data' / 'sageiq_m' / 'sa_image_alg2.npz'
EXACT = 1e-12
RESIZED = 1e-5
SIDE = 96


def test_equals_a_literal_evaluation_of_algorithm_2():
    expected = np.load(LITERAL)
    np.testing.assert_allclose(sa_image(6, 9), expected['sa_6x9'], atol=EXACT)
    large = sa_image(40, 64)
    np.testing.assert_allclose(large[-4:, -4:], expected['sa_40x64_corner'], atol=EXACT)
    statistics = [large.mean(), large.std(), large.min(), large.max()]
    np.testing.assert_allclose(statistics, expected['sa_40x64_stats'], atol=EXACT)


def test_depends_on_the_size_alone():
    np.testing.assert_array_equal(sa_image(30, 50)[:20, :40], sa_image(20, 40))


@given(st.integers(1, 400), st.integers(1, 400))
def test_prepared_pattern_has_the_encoders_shape_and_range(height, width):
    prepared = prepare_sa_image(height, width, SIDE)
    assert prepared.shape == (3, VIEWS * SIDE, SIDE)
    assert prepared.dtype == np.float32
    assert np.abs(prepared).max() <= 1.0


@given(st.integers(1, 400), st.integers(1, 400))
def test_native_square_is_the_pattern_at_the_crops_pixels(height, width):
    native = prepare_sa_image(height, width, SIDE)[:, SIDE:]
    rows, columns = native_positions(height, SIDE), native_positions(width, SIDE)
    pattern = sa_image(height, width)[rows][:, columns].transpose(2, 0, 1) / AMPLITUDE
    np.testing.assert_allclose(native, pattern, atol=np.finfo(np.float32).eps)


@given(st.integers(1, 300), st.integers(1, 300))
def test_resized_square_is_the_pattern_resized_as_the_crop_is(height, width):
    pattern = sa_image(height, width).astype(np.float32)
    resized = cv2.resize(pattern, (width, SIDE), interpolation=interpolation(height))
    resized = cv2.resize(resized, (SIDE, SIDE), interpolation=interpolation(width))
    found = prepare_sa_image(height, width, SIDE)[:, :SIDE].transpose(1, 2, 0)
    np.testing.assert_allclose(found, resized / AMPLITUDE, atol=RESIZED)


def interpolation(length):
    return cv2.INTER_AREA if length > SIDE else cv2.INTER_LINEAR


def test_different_sizes_look_different():
    patterns = [prepare_sa_image(side, side, SIDE) for side in (16, 32, 64, 96, 200, 400)]
    distances = [np.abs(a - b).mean() for i, a in enumerate(patterns) for b in patterns[i + 1 :]]
    assert min(distances) > 0.1


@given(st.integers(1, 5000))
def test_rounding_keeps_a_size_within_a_tenth(side):
    rounded = rounded_size(side, side)
    assert rounded[0] == rounded[1]
    assert abs(rounded[0] - side) <= 0.091 * side + 0.5
