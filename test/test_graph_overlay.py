# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The drawing of a scene graph: on a copy, in the colours of its kinds, on any size."""

from __future__ import annotations

import numpy as np
import pytest

from sageiq_ros.graph_overlay import FRAMED, OTHER, draw_graph, kind_color
from sageiq_ros.types import Box, Region, SceneGraph, Triplet

CAR = Region('car', 0.9, Box(200, 60, 300, 100))
TREE = Region('tree', 0.7, Box(340, 120, 390, 190))
GRAPH = SceneGraph((CAR, TREE), (Triplet(0, 'near', 1, 0.5),))


def grey(height=240, width=420):
    return np.full((height, width, 3), 120, np.uint8)


def test_the_image_itself_is_left_alone():
    image = grey()
    drawn = draw_graph(image, GRAPH, 'two regions')
    assert (image == 120).all()
    assert drawn.shape == image.shape and not np.array_equal(drawn, image)


def test_regions_are_framed_in_the_colour_of_their_kind():
    drawn = draw_graph(grey(), GRAPH, '')
    assert (drawn[99, 210:240] == kind_color('car')).all()
    assert (drawn[189, 345:385] == kind_color('tree')).all()


def test_kinds_are_told_apart_and_an_unknown_word_has_a_colour():
    labels = ('car', 'person', 'sign', 'street', 'tree')
    assert len({kind_color(label) for label in labels}) == len(labels)
    assert kind_color('zebra') == OTHER


def test_no_more_regions_than_leave_the_picture_visible():
    many = tuple(Region('car', 0.5, Box(300, 20.0 + 3 * n, 400, 240)) for n in range(60))
    few = draw_graph(grey(), SceneGraph(many[:FRAMED]), '')
    assert np.array_equal(draw_graph(grey(), SceneGraph(many), ''), few)


@pytest.mark.parametrize('size', [(1, 1), (3, 200), (200, 3), (1080, 1920)])
@pytest.mark.parametrize('graph', [GRAPH, SceneGraph()], ids=['graph', 'empty'])
def test_any_size_of_image_can_be_drawn_on(size, graph):
    image = np.full((*size, 3), 90, np.uint8)
    assert draw_graph(image, graph, 'head').shape == image.shape


def test_a_region_related_to_one_at_the_same_place_is_drawn():
    twins = SceneGraph((CAR, CAR), (Triplet(0, 'and', 1, 0.5),))
    assert draw_graph(grey(), twins, '').shape == (240, 420, 3)
