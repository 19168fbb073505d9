# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The shipped nano RelTR, run as the node runs it, on streets this package renders."""

from __future__ import annotations

import numpy as np
import pytest

from sageiq_ros.config import SceneGraphConfig
from sageiq_ros.datasets.street import render_street
from sageiq_ros.engines.store import load_engine
from sageiq_ros.geometry import box_iou
from sageiq_ros.scene_graph.reltr import RelTRGenerator

SEEDS = range(6)
LARGE = 0.01
LEAST_SHARE = 0.5


@pytest.fixture(scope='module')
def generator():
    return RelTRGenerator(load_engine('reltr_nano', 'reltr', 1))


@pytest.fixture(scope='module')
def streets():
    return [render_street(seed, size=(640, 360), clean=True) for seed in SEEDS]


def test_large_cars_are_found_and_related(generator, streets):
    hits = count = 0
    for street in streets:
        graph = generator.generate(street.image, SceneGraphConfig())
        used = {index for t in graph.triplets for index in (t.subject, t.object)}
        area = street.image.shape[0] * street.image.shape[1]
        for real in street.graph.regions:
            if real.label == 'car' and real.box.area >= LARGE * area:
                count += 1
                hits += any(box_iou(graph.regions[i].box, real.box) >= 0.5 for i in used)
    assert count >= 5
    assert hits / count >= LEAST_SHARE


def test_the_same_image_gives_the_same_graph(generator, streets):
    first, second = (generator.generate(streets[0].image, SceneGraphConfig()) for _ in range(2))
    assert first == second and first.triplets


def test_any_size_of_image_is_taken(generator):
    for height, width in ((1, 1), (33, 900), (720, 1280)):
        graph = generator.generate(np.zeros((height, width, 3), np.uint8), SceneGraphConfig())
        for region in graph.regions:
            assert 0 <= region.box.x1 <= region.box.x2 <= width
            assert 0 <= region.box.y1 <= region.box.y2 <= height


def test_its_name_tells_network_and_precision(generator):
    assert generator.name == 'reltr_nano int8'
