# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A hybrid picture is degraded but for its regions, and the same wherever it is made."""

from __future__ import annotations

import numpy as np
import pytest

from sageiq_ros.datasets.readers.base import AnnotatedBox, AnnotatedImage
from sageiq_ros.sageiq_d.degradations import DEGRADATIONS
from sageiq_ros.sageiq_d.hybrid import (
    BoxRule,
    ClearRegion,
    choose_regions,
    clear_crops,
    make_hybrid,
)
from sageiq_ros.types import Box, SageIQError

SOURCE = ('set', 'key', 0)


def annotated(*boxes, size=(60, 80)):
    image = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    return AnnotatedImage(
        image, tuple(AnnotatedBox(f'b{n}', Box(*b)) for n, b in enumerate(boxes))
    )


def test_the_largest_boxes_are_chosen_largest_first():
    found = choose_regions(annotated((0, 0, 20, 20), (0, 0, 40, 40), (0, 0, 30, 30)), BoxRule(2))
    assert [region.label for region in found] == ['b1', 'b2']


def test_boxes_of_one_size_stay_in_their_order():
    found = choose_regions(annotated((0, 0, 20, 20), (5, 5, 25, 25), (9, 9, 29, 29)), BoxRule(2))
    assert [region.label for region in found] == ['b0', 'b1']


def test_boxes_below_the_least_side_are_left_out():
    found = choose_regions(
        annotated((0, 0, 15.9, 40), (0, 0, 40, 15.9), (0, 0, 16, 16)), BoxRule()
    )
    assert [region.label for region in found] == ['b2']


def test_a_region_is_the_whole_pixels_that_its_box_touches():
    (region,) = choose_regions(annotated((10.2, 5.8, 40.1, 30.0)), BoxRule())
    assert region.bounds == (10, 5, 31, 25)


@pytest.mark.parametrize('most', [0, 8, -1])
def test_a_picture_has_one_to_seven_regions(most):
    with pytest.raises(SageIQError, match='1 to 7'):
        BoxRule(most)


@pytest.mark.parametrize('name', DEGRADATIONS)
def test_regions_are_clear_and_the_rest_is_degraded(name):
    image = annotated().image
    regions = (ClearRegion('a', (10, 5, 20, 30)), ClearRegion('b', (25, 20, 16, 16)))
    hybrid = make_hybrid(image, regions, name, SOURCE)
    whole = make_hybrid(image, (), name, SOURCE)
    clear = np.zeros(image.shape[:2], bool)
    clear[5:35, 10:30] = clear[20:36, 25:41] = True
    assert np.array_equal(hybrid[clear], image[clear])
    assert np.array_equal(hybrid[~clear], whole[~clear])
    assert (name == 'none') == np.array_equal(hybrid, image)


def test_crops_are_the_pixels_of_the_regions():
    image = annotated().image
    (crop,) = clear_crops(image, (ClearRegion('a', (10, 5, 20, 30)),))
    assert np.array_equal(crop, image[5:35, 10:30])


@pytest.mark.parametrize('changed', ['set', 'key', 'seed', 'degradation'])
def test_noise_is_decided_by_set_key_seed_and_degradation(changed):
    image = np.full((20, 20, 3), 128, np.uint8)
    values = {'set': 'a', 'key': 'k', 'seed': 0, 'degradation': 'gaussian_noise'}
    other = values | {
        changed: {'set': 'b', 'key': 'l', 'seed': 1, 'degradation': 'salt_and_pepper'}[changed]
    }

    def made(v):
        return make_hybrid(image, (), v['degradation'], (v['set'], v['key'], v['seed']))

    assert np.array_equal(made(values), made(dict(values)))
    assert not np.array_equal(made(values), made(other))


def test_the_noise_of_a_picture_stays_what_it_is_across_versions():
    image = np.full((2, 2, 3), 128, np.uint8)
    noisy = make_hybrid(image, (), 'gaussian_noise', ('kitti', '000000', 0))
    assert noisy.tolist() == [
        [[106, 122, 146], [139, 180, 181]],
        [[102, 136, 190], [36, 73, 101]],
    ]
