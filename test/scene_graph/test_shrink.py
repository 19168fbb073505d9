# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Images become the network's size by means of areas, in two steps where they are large."""

import cv2
import numpy as np
import pytest

from sageiq_ros.bags.rendered import StreetSource
from sageiq_ros.scene_graph.reltr import shrink

WIDTH, HEIGHT = 48, 32
# Grey values by which two steps differ from one on the mean, on a rendered street.
TOLERANCE = 1.0


@pytest.mark.parametrize(('width', 'height'), [(96, 63), (95, 64), (48, 32), (20, 10)])
def test_below_twice_the_size_it_is_one_step(width, height):
    image = np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)
    expected = cv2.resize(image, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    np.testing.assert_array_equal(shrink(image, WIDTH, HEIGHT), expected)


@pytest.mark.parametrize(('width', 'height'), [(96, 64), (97, 65), (192, 108), (401, 301)])
def test_a_large_image_becomes_the_size_asked_for(width, height):
    image = np.full((height, width, 3), 77, np.uint8)
    found = shrink(image, WIDTH, HEIGHT)
    assert found.shape == (HEIGHT, WIDTH, 3)
    assert (found == 77).all()


def test_two_steps_are_as_good_as_one():
    (frame,) = StreetSource(1, seed=2)
    image = cv2.resize(frame.image, (1920, 1080), interpolation=cv2.INTER_CUBIC)
    one_step = cv2.resize(image, (480, 320), interpolation=cv2.INTER_AREA)
    off = np.abs(shrink(image, 480, 320).astype(int) - one_step)
    assert off.mean() < TOLERANCE
