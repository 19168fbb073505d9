# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The drawing of an assessment: on a copy, in the colours of its qualities, on any size."""

import math
from dataclasses import replace

import numpy as np
import pytest
from pipeline_double import DoublePipeline

from sageiq_ros.config import Config
from sageiq_ros.overlay import STATE_COLORS, draw_assessment, quality_color
from sageiq_ros.types import Assessment, Flag, State


def assessed(image):
    return DoublePipeline(Config())(image)


def test_the_image_itself_is_left_alone():
    image = np.full((240, 320, 3), 120, np.uint8)
    drawn = draw_assessment(image, assessed(image))
    assert (image == 120).all()
    assert drawn.shape == image.shape and drawn.dtype == np.uint8
    assert not np.array_equal(drawn, image)


def test_every_region_is_framed_in_the_colour_of_its_quality():
    image = np.full((240, 320, 3), 120, np.uint8)
    assessment = assessed(image)
    drawn = draw_assessment(image, assessment)
    color = quality_color(assessment.regions[0].quality.score)
    # The lower edges of the two regions, right of the labels: half the height, and the last row.
    assert (drawn[119, 130:155] == color).all()
    assert (drawn[239, 40:280] == color).all()


def test_quality_runs_from_poor_over_degraded_to_good():
    assert quality_color(0.0) == STATE_COLORS[State.POOR]
    assert quality_color(0.5) == STATE_COLORS[State.DEGRADED]
    assert quality_color(1.0) == STATE_COLORS[State.GOOD]
    assert quality_color(math.nan) == STATE_COLORS[State.UNKNOWN]


@pytest.mark.parametrize('size', [(1, 1), (3, 200), (200, 3), (1080, 1920)])
def test_any_size_of_image_can_be_drawn_on(size):
    image = np.full((*size, 3), 90, np.uint8)
    assert draw_assessment(image, assessed(image)).shape == image.shape


def test_a_frame_without_score_or_triplets_can_be_drawn():
    image = np.zeros((120, 160, 3), np.uint8)
    empty = Assessment('', math.nan, math.nan, State.UNKNOWN, Flag.WHOLE_IMAGE)
    assert draw_assessment(image, empty).any()


def test_triplets_beyond_those_shown_are_counted_in_words():
    image = np.zeros((480, 640, 3), np.uint8)
    one = assessed(image)
    few, many = replace(one, triplets=one.triplets * 5), replace(one, triplets=one.triplets * 9)
    assert not np.array_equal(draw_assessment(image, few), draw_assessment(image, many))
