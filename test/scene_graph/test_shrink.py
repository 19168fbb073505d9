# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Images become the network's size by halves and a bilinear step; far ones by means of areas."""

import cv2
import numpy as np
import pytest

from sageiq_ros.bags.rendered import StreetSource
from sageiq_ros.scene_graph.reltr import shrink

WIDTH, HEIGHT = 48, 32
# Grey values by which the steps differ from means of areas on the mean, on a rendered street.
TOLERANCE = 0.6


@pytest.mark.parametrize(
    ('size', 'way'),
    [
        ((96, 63), cv2.INTER_LINEAR),
        ((95, 64), cv2.INTER_LINEAR),
        ((20, 10), cv2.INTER_LINEAR),
        ((97, 63), cv2.INTER_AREA),
        ((40, 65), cv2.INTER_AREA),
    ],
)
def test_what_cannot_be_halved_is_one_step_and_passes_over_no_pixel(size, way):
    image = np.random.default_rng(1).integers(0, 256, (*size[::-1], 3), np.uint8)
    expected = cv2.resize(image, (WIDTH, HEIGHT), interpolation=way)
    np.testing.assert_array_equal(shrink(image, WIDTH, HEIGHT), expected)


@pytest.mark.parametrize(('width', 'height'), [(96, 64), (97, 65), (192, 108), (401, 301)])
def test_a_large_image_becomes_the_size_asked_for(width, height):
    image = np.full((height, width, 3), 77, np.uint8)
    found = shrink(image, WIDTH, HEIGHT)
    assert found.shape == (HEIGHT, WIDTH, 3)
    assert (found == 77).all()


def test_the_steps_stay_near_the_means_of_areas():
    (frame,) = StreetSource(1, seed=2)
    image = cv2.resize(frame.image, (1920, 1080), interpolation=cv2.INTER_CUBIC)
    one_step = cv2.resize(image, (480, 320), interpolation=cv2.INTER_AREA)
    off = np.abs(shrink(image, 480, 320).astype(int) - one_step)
    assert off.mean() < TOLERANCE
