# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Labelled crops: reproducible, in range, and labelled by their own pixels."""

import cv2
import numpy as np
import pytest

from sageiq_ros.datasets.full_reference import pseudo_score
from sageiq_ros.datasets.labelled_crops import (
    SIDE_RANGE_PX,
    degraded_crop,
    draw_crop,
    draw_crops,
)
from sageiq_ros.types import SageIQError

CROPS = 40


@pytest.fixture(scope='module')
def picture():
    rng = np.random.default_rng(1)
    small = rng.integers(0, 256, (60, 80, 3), np.uint8)
    return cv2.resize(small, (800, 600), interpolation=cv2.INTER_CUBIC)


@pytest.fixture
def picture_folder(picture, tmp_path):
    cv2.imwrite(str(tmp_path / 'picture.png'), picture)
    return [tmp_path / 'picture.png']


@pytest.fixture(scope='module')
def crops(picture):
    rng = np.random.default_rng(9)
    return [draw_crop(picture, rng) for _ in range(CROPS)]


def test_sizes_and_labels_lie_in_range(crops):
    for crop in crops:
        assert min(crop.image.shape[:2]) >= SIDE_RANGE_PX[0]
        assert max(crop.image.shape[:2]) <= SIDE_RANGE_PX[1]
        assert 0.0 <= crop.label <= 1.0
        assert (crop.label == 1.0) or crop.kinds


def test_the_same_seed_draws_the_same_crops(picture, crops):
    rng = np.random.default_rng(9)
    for crop in crops[:5]:
        again = draw_crop(picture, rng)
        assert again.label == crop.label and again.kinds == crop.kinds
        np.testing.assert_array_equal(again.image, crop.image)


def test_a_large_crop_is_labelled_by_itself(picture):
    bounds = (100, 200, 90, 70)
    crop, label = degraded_crop(picture, bounds, ['jpeg'], [0.6], np.random.default_rng(0))
    assert label == pytest.approx(pseudo_score(picture[200:270, 100:190], crop), abs=1e-6)


def test_a_small_crop_is_labelled_by_its_own_pixels(picture, monkeypatch):
    def spoilt_left_of_crop(image, name, strength, rng):
        worse = image.copy()
        worse[:, : image.shape[1] // 2 - 20] = 128
        return worse

    monkeypatch.setattr('sageiq_ros.datasets.labelled_crops.degrade', spoilt_left_of_crop)
    _, inside = degraded_crop(picture, (300, 300, 16, 16), ['fog'], [0.5], None)
    _, across = degraded_crop(picture, (270, 300, 64, 64), ['fog'], [0.5], None)
    assert inside > 0.98
    assert across < 0.8


def test_the_crop_is_cut_from_where_it_was_asked(picture):
    crop, _ = degraded_crop(picture, (50, 70, 90, 40), [], [], np.random.default_rng(0))
    np.testing.assert_array_equal(crop, picture[70:110, 50:140])


@pytest.mark.parametrize('bounds', [(0, 0, 16, 16), (784, 584, 16, 16), (0, 560, 300, 40)])
def test_crops_at_the_pictures_edge_work(picture, bounds):
    crop, label = degraded_crop(picture, bounds, ['fog'], [0.5], np.random.default_rng(0))
    assert crop.shape[:2] == (bounds[3], bounds[2])
    assert 0.0 < label < 1.0


def test_toned_pictures_have_another_light(tmp_path):
    grey = np.random.default_rng(0).integers(60, 180, (200, 200, 1), np.uint8)
    cv2.imwrite(str(tmp_path / 'grey.png'), np.repeat(grey, 3, axis=2))
    plain, toned = (
        [
            c.image
            for c in draw_crops([[tmp_path / 'grey.png']], [1.0], 30, 4, toned=share)
            if not c.kinds
        ]
        for share in (0.0, 1.0)
    )
    assert plain and all((crop[..., 0] == crop[..., 2]).all() for crop in plain)
    assert toned and all((crop[..., 0] != crop[..., 2]).any() for crop in toned)


def test_no_side_is_smaller_than_asked(picture_folder):
    drawn = draw_crops([picture_folder], [1.0], 30, 4, least_side=64)
    assert min(min(crop.image.shape[:2]) for crop in drawn) >= 64


def test_a_picture_too_small_is_named(tmp_path):
    path = tmp_path / 'small.png'
    cv2.imwrite(str(path), np.zeros((100, 400, 3), np.uint8))
    with pytest.raises(SageIQError, match=r'small\.png is too small .* 160 px'):
        list(draw_crops([[path]], [1.0], 1, 4))
