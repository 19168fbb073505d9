# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The seven degradations of SageIQ-D, each against a formulation of its own (section III-C)."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from sageiq_ros.sageiq_d import degradations as d
from sageiq_ros.types import SageIQError

# Of a mean that OpenCV rounds once, and this file once more.
ROUNDING = 1
# Of a Gaussian that OpenCV computes in fixed point, rounded once in each direction.
GAUSSIAN_ROUNDING = 1.5


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.fixture(scope='module')
def picture():
    return rng(7).integers(0, 256, (47, 61, 3), np.uint8)


def mirrored(image, before, after, axis):
    """Extend along an axis as in a mirror that stands on the border pixel."""
    widths = [(0, 0)] * 3
    widths[axis] = (before, after)
    return np.pad(image.astype(float), widths, mode='reflect')


def window_mean(image, size, axis):
    """Average a window that reaches size // 2 back and the rest ahead, written as a sum."""
    before, after = size // 2, size - 1 - size // 2
    wide = mirrored(image, before, after, axis)
    count = image.shape[axis]
    return sum(np.take(wide, range(k, k + count), axis) for k in range(size)) / size


def test_motion_blur_averages_fifteen_pixels_before_to_fourteen_after(picture):
    expected = window_mean(picture, 30, axis=1)
    assert np.abs(d.motion_blur(picture, rng()) - expected).max() <= ROUNDING


def test_motion_blur_leaves_rows_alone():
    image = np.zeros((9, 80, 3), np.uint8)
    image[4] = 200
    assert np.array_equal(d.motion_blur(image, rng()), image)


def test_a_point_is_smeared_to_thirty_pixels():
    image = np.zeros((5, 101, 3), np.uint8)
    image[2, 50] = 240
    smeared = d.motion_blur(image, rng())[2, :, 0]
    # The window of pixel x covers x - 15 to x + 14, so that pixel 50 reaches 36 to 65.
    assert np.flatnonzero(smeared).tolist() == list(range(36, 66))
    assert set(smeared[36:66].tolist()) == {8}


def test_mean_blur_averages_ten_before_to_nine_after_in_both_directions(picture):
    rows = window_mean(picture, 20, axis=0)
    before, after = 10, 9
    wide = mirrored(rows, before, after, 1)
    expected = sum(np.take(wide, range(k, k + 61), 1) for k in range(20)) / 20
    assert np.abs(d.mean_blur(picture, rng()) - expected).max() <= ROUNDING


def test_gaussian_blur_is_the_cut_off_bell_of_ten_pixels(picture):
    steps = np.arange(-15, 16)
    bell = np.exp(-(steps**2) / (2 * 10.0**2))
    bell /= bell.sum()
    expected = picture.astype(float)
    for axis in (0, 1):
        wide = mirrored(expected, 15, 15, axis)
        count = picture.shape[axis]
        expected = sum(w * np.take(wide, range(k, k + count), axis) for k, w in enumerate(bell))
    difference = d.gaussian_blur(picture, rng()) - expected
    assert np.abs(difference).max() <= GAUSSIAN_ROUNDING
    assert abs(difference.mean()) < 0.5


def test_median_blur_is_the_middle_of_441_pixels(picture):
    wide = np.pad(picture, ((10, 10), (10, 10), (0, 0)), mode='edge')
    windows = np.lib.stride_tricks.sliding_window_view(wide, (21, 21), axis=(0, 1))
    assert np.array_equal(d.median_blur(picture, rng()), np.median(windows, axis=(-2, -1)))


def test_gaussian_noise_has_mean_0_and_deviation_50_and_no_pattern():
    grey = np.full((400, 500, 3), 128, np.uint8)
    noise = d.gaussian_noise(grey, rng(3)).astype(float) - 128.0
    # Clipping at 2.5 deviations takes 3 % of the deviation away: of a clipped normal variable.
    inside = np.abs(noise) < 127
    draws = np.clip(np.rint(50.0 * np.random.default_rng(99).standard_normal(10**6)), -128, 127)
    assert abs(noise.mean()) < 0.3
    assert abs(noise.std() - draws.std()) < 0.3
    assert inside.mean() == pytest.approx(0.989, abs=0.003)
    for first, second in ((noise[:-1], noise[1:]), (noise[..., 0], noise[..., 1])):
        assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.01


def test_jpeg_is_baseline_quality_5_with_halved_colour(picture, monkeypatch):
    written = []
    encode = cv2.imencode

    def noting(suffix, image, options):
        done, data = encode(suffix, image, options)
        written.append(data.tobytes())
        return done, data

    monkeypatch.setattr(cv2, 'imencode', noting)
    decoded = d.jpeg(picture, rng())
    assert decoded.shape == picture.shape
    data = written[0]
    # SOF0 names three components with their sampling: 2x2 for luma, 1x1 for both of colour.
    start = data.index(b'\xff\xc0')
    assert [data[start + 11 + 3 * n] for n in range(3)] == [0x22, 0x11, 0x11]
    # Quality 5 scales the standard tables by 5000 / 5 %: the first entry, 16, becomes 160.
    table = data.index(b'\xff\xdb')
    assert data[table + 5] == 160


def test_salt_and_pepper_fall_on_a_tenth_of_the_pixels_in_equal_shares():
    grey = np.full((500, 600, 3), 128, np.uint8)
    result = d.salt_and_pepper(grey, rng(5))
    whole = (result == result[..., :1]).all(axis=2)
    assert whole.all()
    shares = [(result[..., 0] == value).mean() for value in (0, 255)]
    # Four deviations of a share of 0.05 among 300,000 pixels.
    assert shares == pytest.approx([0.05, 0.05], abs=0.0016)
    assert ((result[..., 0] == 128) | np.isin(result[..., 0], (0, 255))).all()


def test_none_is_a_copy(picture):
    copied = d.none(picture, rng())
    assert np.array_equal(copied, picture) and copied is not picture


@pytest.mark.parametrize('name', d.DEGRADATIONS)
def test_each_leaves_its_input_and_is_decided_by_the_seed(name, picture):
    before = picture.copy()
    apply = d.find_degradation(name).apply
    first, second = apply(picture, rng(1)), apply(picture, rng(1))
    assert np.array_equal(picture, before)
    assert np.array_equal(first, second)
    assert first.shape == picture.shape and first.dtype == np.uint8


@pytest.mark.parametrize('shape', [(1, 1), (1, 40), (40, 1), (3, 2)])
@pytest.mark.parametrize('name', d.DEGRADATIONS)
def test_pictures_smaller_than_the_windows_are_degraded_too(name, shape):
    image = rng().integers(0, 256, (*shape, 3), np.uint8)
    assert d.find_degradation(name).apply(image, rng()).shape == image.shape


def test_the_paper_has_seven():
    assert d.PAPER_SEVEN == (
        'motion_blur',
        'gaussian_blur',
        'mean_blur',
        'median_blur',
        'gaussian_noise',
        'jpeg',
        'salt_and_pepper',
    )


def test_an_unknown_name_lists_those_there_are():
    with pytest.raises(SageIQError, match='motion_blur'):
        d.find_degradation('fog')
