# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Frames are numbered so that no number hides another or what is framed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.experiments.numbered_frames import number_frames, place_tags
from sageiq_ros.geometry import box_iou
from sageiq_ros.types import Box

PICTURE = (640, 360)
TAG = (34, 40)
BLUE, RED = (255, 0, 0), (0, 0, 255)


def overlaps(boxes, others):
    return [(a, b) for a in boxes for b in others if a is not b and box_iou(a, b) > 0.0]


@given(st.integers(0, 540), st.integers(0, 330), st.lists(st.integers(0, 25), max_size=4))
def test_the_numbers_of_a_cluster_do_not_cover_each_other(x, y, steps):
    lefts = [x, *(x + sum(steps[: index + 1]) for index in range(len(steps)))]
    frames = [Box(left, y, left + 20, y + 24) for left in lefts]
    tags = place_tags(frames, [TAG] * len(frames), PICTURE)
    assert overlaps(tags, tags) == []
    assert all(box_iou(tag, frame) < 0.5 for tag, frame in zip(tags, frames, strict=True))


def test_a_number_stands_above_its_frame_and_elsewhere_where_it_would_hide_a_frame():
    near = Box(100, 60, 140, 98)
    low = Box(100, 100, 140, 140)
    tags = place_tags([low], [TAG], PICTURE)
    assert tags == [Box(100, 60, 134, 100)]
    tags = place_tags([near, low], [TAG] * 2, PICTURE)
    assert tags == [Box(100, 20, 134, 60), Box(100, 140, 134, 180)]
    assert overlaps(tags, [near, low]) == []


@given(st.lists(st.tuples(*[st.integers(0, 640)] * 4), max_size=6))
def test_numbers_stay_inside_the_picture(corners):
    frames = [Box(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in corners]
    for tag in place_tags(frames, [TAG] * len(frames), PICTURE):
        assert tag.x1 >= 0 and tag.y1 >= 0 and tag.x2 <= PICTURE[0] and tag.y2 <= PICTURE[1]
        assert (tag.width, tag.height) == TAG


def test_frames_are_drawn_in_their_colours_on_a_copy():
    image = np.full((360, 640, 3), 90, np.uint8)
    drawn = number_frames(image, [Box(50, 100, 90, 150), Box(400, 200, 480, 300)], [BLUE, RED])
    assert (image == 90).all()
    assert tuple(drawn[125, 50]) == BLUE and tuple(drawn[299, 440]) == RED
    assert (drawn[115:135, 60:80] == 90).all()


@pytest.mark.parametrize('width', [320, 1280])
def test_digits_are_as_large_a_part_of_the_width_in_every_picture(width):
    image = np.zeros((width // 2, width, 3), np.uint8)
    middle = Box(width / 2, width / 4, width / 2 + 2, width / 4 + 2)
    rows = np.flatnonzero(number_frames(image, [middle], [RED])[..., 2].any(axis=1))
    tag = middle.y1 - rows[0]
    assert 0.05 * width < tag < 0.1 * width


def test_a_picture_without_frames_is_as_it_was():
    image = np.full((36, 64, 3), 90, np.uint8)
    assert (number_frames(image, [], []) == image).all()
