# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A crop of any size becomes two squares: resized as a whole, and native pixels."""

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.bags.rendered import StreetSource
from sageiq_ros.models.size_prompt import SIZE_PROMPT_LENGTH, WORDS, size_prompt
from sageiq_ros.scorer.preparation import (
    FRAGMENT_PX,
    VIEWS,
    native_positions,
    normalise,
    prepare_crop,
)

SIDE = 96
# Grey values by which two steps differ from one on the mean, on a rendered street.
TOLERANCE = 1.0


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def resized_and_native(crop):
    return np.split(prepare_crop(crop, SIDE), VIEWS)


@given(st.integers(1, 300), st.integers(1, 300))
def test_every_size_becomes_two_squares(height, width):
    assert prepare_crop(noise(height, width), SIDE).shape == (VIEWS * SIDE, SIDE, 3)


def test_a_crop_of_the_squares_size_is_untouched_in_both():
    crop = noise(SIDE, SIDE)
    for square in resized_and_native(crop):
        np.testing.assert_array_equal(square, crop)


def test_a_large_crop_keeps_native_pixels_from_end_to_end():
    crop = noise(250, 400)
    _, native = resized_and_native(crop)
    np.testing.assert_array_equal(native[:FRAGMENT_PX, :FRAGMENT_PX], crop[:32, :32])
    np.testing.assert_array_equal(native[-FRAGMENT_PX:, -FRAGMENT_PX:], crop[-32:, -32:])


def test_a_large_crop_is_averaged_as_a_whole():
    crop = noise(4 * SIDE, 2 * SIDE)
    resized, _ = resized_and_native(crop)
    means = crop.reshape(SIDE, 4, SIDE, 2, 3).mean(axis=(1, 3))
    assert np.abs(resized - means).max() <= 1.0


def test_a_crop_that_is_halved_first_is_averaged_as_in_one_step():
    (frame,) = StreetSource(1, seed=2)
    crop = cv2.resize(frame.image, (1853, 529), interpolation=cv2.INTER_CUBIC)
    one_step = cv2.resize(crop, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    resized, _ = resized_and_native(crop)
    assert np.abs(resized.astype(int) - one_step).mean() < TOLERANCE


@given(st.integers(SIDE, 3000))
def test_fragments_are_runs_inside_a_long_axis(length):
    runs = native_positions(length, SIDE).reshape(-1, FRAGMENT_PX)
    assert (np.diff(runs, axis=1) == 1).all()
    assert runs[0, 0] == 0 and runs[-1, -1] == length - 1
    assert (np.diff(runs[:, 0]) >= FRAGMENT_PX).all()


@given(st.integers(1, SIDE))
def test_a_short_axis_is_continued_by_its_mirror_image(length):
    positions = native_positions(length, SIDE)
    assert set(positions) == set(range(length))
    assert (np.abs(np.diff(positions)) <= 1).all()


def test_a_small_crop_is_stretched_smoothly():
    step = np.zeros((4, 4, 3), np.uint8)
    step[:, 2:] = 200
    row = prepare_crop(step, SIDE)[50, :, 0].astype(int)
    assert row[0] == 0 and row[-1] == 200
    assert (np.diff(row) >= 0).all() and len(set(row)) > 10


def test_normalised_planes_are_rgb_in_minus_one_to_one():
    blue = np.zeros((SIDE, SIDE, 3), np.uint8)
    blue[..., 0] = 255
    planes = normalise(blue)
    assert planes.dtype == np.float32 and planes.flags.c_contiguous
    np.testing.assert_array_equal(planes[:, 0, 0], [-1.0, -1.0, 1.0])


def test_the_size_prompt_reads_width_by_height():
    words = [WORDS[token] for token in size_prompt(640, 48)]
    assert len(words) == SIZE_PROMPT_LENGTH
    assert words == ['The', 'image', 'size', 'is', *'0640', 'x', *'0048', '.']


def test_sides_beyond_four_digits_read_as_the_largest():
    assert [WORDS[token] for token in size_prompt(12000, 1)][4:8] == list('9999')
