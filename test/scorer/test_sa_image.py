# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The SA image is the paper's Algorithm 2, and the encoder sees it as it sees the crop."""

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.models.sa_image import AMPLITUDE, sa_image
from sageiq_ros.scorer.preparation import (
    fragment_positions,
    prepare_sa_image,
    rounded_size,
)

LITERAL = Path(__file__).parents[1] / 'data' / 'sageiq_m' / 'sa_image_alg2.npz'
EXACT = 1e-12
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
    assert prepared.shape == (3, SIDE, SIDE)
    assert prepared.dtype == np.float32
    assert np.abs(prepared).max() <= 1.0


def test_native_pixels_of_a_large_crop_stay_the_pattern():
    rows = fragment_positions(300, SIDE)
    whole = sa_image(300, SIDE).transpose(2, 0, 1) / AMPLITUDE
    np.testing.assert_allclose(
        prepare_sa_image(300, SIDE, SIDE), whole[:, rows], atol=np.finfo(np.float32).eps
    )


def test_different_sizes_look_different():
    patterns = [prepare_sa_image(side, side, SIDE) for side in (16, 32, 64, 96, 200, 400)]
    distances = [np.abs(a - b).mean() for i, a in enumerate(patterns) for b in patterns[i + 1 :]]
    assert min(distances) > 0.1


@given(st.integers(1, 5000))
def test_rounding_keeps_a_size_within_a_tenth(side):
    rounded = rounded_size(side, side)
    assert rounded[0] == rounded[1]
    assert abs(rounded[0] - side) <= 0.091 * side + 0.5
