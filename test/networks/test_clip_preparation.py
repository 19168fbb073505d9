# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Crops and SA images come to the encoder as CLIP's official preprocessing brings them."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip('PIL', reason='pillow is not installed')

from sageiq_ros.models.sa_image import sa_image
from sageiq_ros.scorer.clip_preparation import (
    LONGEST_ASPECT,
    MEAN,
    STD,
    prepare_crop,
    prepare_sa_image,
    sa_size,
)
from sageiq_ros.scorer.scoring_settings import ScoringSettings

DATA = Path(__file__).parents[1] / 'data'
OFFICIAL = {
    'stretch': 'resize_to_maxedge_square',
    'crop': 'direct_shortest448_centercrop',
    'pad': 'pad_meancolor',
}
TOLERANCE = 1e-6
SETTINGS = ScoringSettings()


@pytest.fixture(scope='module')
def picture():
    return cv2.imread(str(DATA / 'reltr' / 'inference.png'))


@pytest.mark.parametrize('aspect', OFFICIAL)
def test_each_convention_gives_the_official_pixels(picture, aspect):
    expected = np.load(DATA / 'mplug_owl2' / 'preprocess.npz')
    found = prepare_crop(picture, aspect, 448)
    name = OFFICIAL[aspect]
    np.testing.assert_allclose(found[:, ::28, ::28], expected[f'{name}.every28'], atol=TOLERANCE)
    sums = found.astype(np.float64).sum(), np.abs(found).astype(np.float64).sum()
    np.testing.assert_allclose(sums, expected[f'{name}.sum'], rtol=1e-5)


@pytest.mark.parametrize('aspect', OFFICIAL)
def test_every_seventh_pixel_is_the_official_one(shared, picture, aspect):
    expected = np.load(shared / 'parity' / 'mplug_preprocess.npz')[f'{OFFICIAL[aspect]}.every7']
    found = prepare_crop(picture, aspect, 448)[:, ::7, ::7]
    np.testing.assert_allclose(found, expected, atol=TOLERANCE)


@pytest.mark.parametrize('aspect', OFFICIAL)
@pytest.mark.parametrize('size', [(1, 1), (1, 700), (900, 2), (448, 448), (33, 2000)])
def test_any_size_fills_the_square(aspect, size):
    crop = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    found = prepare_crop(crop, aspect, 56)
    assert found.shape == (3, 56, 56) and found.dtype == np.float32
    assert np.isfinite(found).all() and np.abs(found).max() < 3


def test_a_square_of_the_right_size_is_only_normalised():
    crop = np.random.default_rng(1).integers(0, 256, (56, 56, 3), np.uint8)
    wanted = (crop[:, :, ::-1].transpose(2, 0, 1) / 255 - MEAN[:, None, None]) / STD[:, None, None]
    for aspect in OFFICIAL:
        np.testing.assert_allclose(prepare_crop(crop, aspect, 56), wanted, atol=TOLERANCE)


def test_of_a_very_long_crop_the_centre_is_taken():
    crop = np.zeros((2, 2000, 3), np.uint8)
    crop[:, 1000 - LONGEST_ASPECT : 1000 + LONGEST_ASPECT] = 255
    assert prepare_crop(crop, 'crop', 56).min() > 1.5


def test_algorithm_2_gives_the_expected_pattern():
    expected = np.load(DATA / 'mplug_owl2' / 'sa_image.npz')
    np.testing.assert_allclose(sa_image(6, 9), expected['sa_6x9'], atol=1e-12)
    large = sa_image(40, 64)
    np.testing.assert_allclose(large[-4:, -4:], expected['sa_40x64_corner'], atol=1e-12)
    found = (large.mean(), large.std(), large.min(), large.max())
    np.testing.assert_allclose(found, expected['sa_40x64_stats'], atol=1e-12)


def test_the_sa_image_takes_the_way_of_a_crop():
    """As a picture of 8 bits it differs from itself in floating point by rounding only."""
    pattern = (sa_image(40, 64) + 2) / 4 * 255
    picture = np.rint(pattern).astype(np.uint8)[:, :, ::-1]
    for aspect in OFFICIAL:
        found = prepare_sa_image(40, 64, replace(SETTINGS, aspect=aspect), 56)
        wanted = prepare_crop(picture, aspect, 56)
        # Bicubic overshoot is cut off at 0 and 255 in a picture, and kept in floating point.
        inside = (wanted > prepare_crop(0 * picture, 'stretch', 56) + 0.05) & (
            wanted < prepare_crop(0 * picture + 255, 'stretch', 56) - 0.05
        )
        assert inside.mean() > 0.5
        assert np.abs(found - wanted)[inside].max() < 0.03


def test_ranges_of_the_sa_image_differ_as_they_are_named():
    def prepared(sa_range):
        settings = replace(SETTINGS, sa_range=sa_range)
        return prepare_sa_image(56, 56, settings, 56)

    pattern = sa_image(56, 56).transpose(2, 0, 1)
    np.testing.assert_allclose(prepared('raw'), pattern, atol=TOLERANCE)
    np.testing.assert_allclose(prepared('unit'), pattern / 2, atol=TOLERANCE)
    pixels = ((pattern + 2) / 4 - MEAN[:, None, None]) / STD[:, None, None]
    np.testing.assert_allclose(prepared('pixels'), pixels, atol=TOLERANCE)


def test_the_sa_image_can_be_stretched_whatever_the_crop_is():
    cropped = replace(SETTINGS, aspect='crop', sa_aspect='stretch')
    found = prepare_sa_image(40, 90, cropped, 56)
    np.testing.assert_array_equal(found, prepare_sa_image(40, 90, SETTINGS, 56))
    other = prepare_sa_image(40, 90, replace(SETTINGS, aspect='crop'), 56)
    assert np.abs(found - other).max() > 0.1


def test_sizes_tell_sa_images_apart_unless_they_are_rounded():
    assert sa_size(101, 203, SETTINGS) == (101, 203)
    rounded = replace(SETTINGS, sa_size='rounded')
    assert sa_size(101, 203, rounded) == sa_size(99, 199, rounded) != (101, 203)
    images = [prepare_sa_image(h, w, SETTINGS, 56) for h, w in ((40, 60), (60, 40), (41, 60))]
    assert all(np.abs(images[0] - other).max() > 0.01 for other in images[1:])
