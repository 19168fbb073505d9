# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Triplets from entities alone: every pair once, by geometry where it tells, within the limits."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from detector_doubles import StubDetector
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.config import SceneGraphConfig
from sageiq_ros.scene_graph.detector import DetectorGenerator
from sageiq_ros.vocabulary import OBJECT_INDEX, PREDICATE_INDEX

IMAGE = np.zeros((100, 200, 3), np.uint8)
CONFIG = SceneGraphConfig(entity_threshold=0.3, relation_threshold=0.0, merge_iou=0.6)
NEAR, FAR, BEHIND = (10, 50, 40, 80), (160, 50, 190, 80), (12, 40, 38, 60)


def graph_of(*found, **changes):
    return DetectorGenerator(StubDetector(*found)).generate(IMAGE, replace(CONFIG, **changes))


def words(graph):
    return [
        (graph.regions[t.subject].label, t.predicate, graph.regions[t.object].label)
        for t in graph.triplets
    ]


def test_geometry_names_the_predicate_where_it_can():
    assert words(graph_of(('car', 0.9, NEAR), ('truck', 0.8, BEHIND))) == [
        ('truck', 'behind', 'car')
    ]


def test_a_pair_without_a_relation_is_still_a_triplet():
    assert words(graph_of(('car', 0.9, NEAR), ('dog', 0.8, FAR))) == [('car', 'and', 'dog')]


@pytest.mark.parametrize('found', [(), [('car', 0.9, NEAR)]], ids=['nothing', 'one entity'])
def test_fewer_than_two_entities_give_no_triplet(found):
    graph = graph_of(*found)
    assert len(graph.regions) == len(found) and graph.triplets == ()


def test_confidence_is_the_product_and_must_reach_the_threshold():
    found = [('car', 0.9, NEAR), ('dog', 0.5, FAR)]
    assert graph_of(*found).triplets[0].confidence == pytest.approx(0.45)
    assert graph_of(*found, relation_threshold=0.44).triplets
    assert not graph_of(*found, relation_threshold=0.46).triplets
    assert len(graph_of(*found, entity_threshold=0.6).regions) == 1


def test_the_surest_pairs_are_kept():
    found = [('car', 0.9, NEAR), ('dog', 0.5, FAR), ('cat', 0.8, (90, 10, 95, 20))]
    assert words(graph_of(*found, max_triplets=1)) == [('car', 'and', 'cat')]


@st.composite
def entities(draw):
    found = []
    for _ in range(draw(st.integers(0, 7))):
        x, y = draw(st.integers(0, 180)), draw(st.integers(0, 80))
        box = (x, y, x + draw(st.integers(1, 20)), y + draw(st.integers(1, 20)))
        label = draw(st.sampled_from(('car', 'person', 'sign', 'street', 'dog', 'bike')))
        found.append((label, draw(st.floats(0.31, 1.0)), box))
    return found


@given(entities(), st.integers(1, 30))
def test_every_graph_is_consistent(found, most):
    graph = graph_of(*found, max_triplets=most)
    count = len(graph.regions)
    assert len(graph.triplets) == min(most, len(list(combinations(range(count), 2))))
    pairs = [frozenset((t.subject, t.object)) for t in graph.triplets]
    assert len(set(pairs)) == len(pairs) and all(len(pair) == 2 for pair in pairs)
    assert all(t.predicate in PREDICATE_INDEX for t in graph.triplets)
    assert all(region.label in OBJECT_INDEX for region in graph.regions)
    confidences = [t.confidence for t in graph.triplets]
    assert confidences == sorted(confidences, reverse=True)
