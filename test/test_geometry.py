# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Rectangles keep their promises whatever the numbers; halving keeps a picture's means."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.geometry import box_iou, clip_box, halve, pairwise_iou, pixel_bounds
from sageiq_ros.types import Box

edges = st.floats(-500, 500, allow_nan=False, width=32)
sizes = st.integers(1, 300)


@st.composite
def boxes(draw):
    x1, x2 = sorted((draw(edges), draw(edges)))
    y1, y2 = sorted((draw(edges), draw(edges)))
    return Box(x1, y1, x2, y2)


def test_half_overlapping_squares_share_a_third():
    assert box_iou(Box(0, 0, 2, 2), Box(1, 0, 3, 2)) == 1 / 3


@given(boxes(), boxes())
def test_iou_is_symmetric_and_bounded(a, b):
    assert box_iou(a, b) == box_iou(b, a)
    assert 0.0 <= box_iou(a, b) <= 1.0 + 1e-9


@given(st.lists(boxes(), max_size=5), st.lists(boxes(), max_size=5))
def test_pairwise_iou_equals_iou_of_each_pair(first, second):
    def as_array(items):
        rows = [(b.x1, b.y1, b.x2, b.y2) for b in items]
        return np.array(rows, np.float64).reshape(-1, 4)

    table = pairwise_iou(as_array(first), as_array(second))
    expected = [[box_iou(a, b) for b in second] for a in first]
    np.testing.assert_allclose(table, np.reshape(expected, table.shape), atol=1e-12)


@given(boxes(), sizes, sizes)
def test_clipped_box_lies_in_the_image(box, width, height):
    clipped = clip_box(box, width, height)
    assert 0 <= clipped.x1 <= clipped.x2 <= width
    assert 0 <= clipped.y1 <= clipped.y2 <= height


@given(boxes(), sizes, sizes)
def test_pixel_bounds_are_inside_and_never_empty(box, width, height):
    x, y, w, h = pixel_bounds(box, width, height)
    assert w >= 1 and h >= 1
    assert x >= 0 and x + w <= width
    assert y >= 0 and y + h <= height


def test_pixel_bounds_cover_every_pixel_a_box_touches():
    assert pixel_bounds(Box(1.2, 2.0, 3.1, 4.0), 10, 10) == (1, 2, 3, 2)


@given(*[st.integers(1, 200)] * 2, *[st.integers(1, 60)] * 2)
def test_an_image_is_halved_to_less_than_twice_what_it_may_become_and_no_further(
    width, height, least_width, least_height
):
    image = np.full((height, width, 3), 77, np.uint8)
    halved = halve(image, least_width, least_height)
    rows, columns = halved.shape[:2]
    assert (halved == 77).all()
    assert rows < 2 * least_height or columns < 2 * least_width
    if halved is not image:
        assert rows >= least_height and columns >= least_width


def test_halving_means_over_two_by_two_pixels():
    image = np.random.default_rng(1).integers(0, 256, (9, 13, 3), np.uint8)
    means = image[:8, :12].reshape(4, 2, 6, 2, 3).mean(axis=(1, 3))
    # The mean is rounded.
    assert np.abs(halve(image, 6, 4) - means).max() <= 0.5
