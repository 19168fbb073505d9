# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The metrics of scene graphs, on cases small enough to count by hand."""

from __future__ import annotations

import math

import pytest

from sageiq_ros.evaluation.sgdet import entity_recall, mean_recall, triplet_recall
from sageiq_ros.types import Box, Region, SceneGraph, Triplet

HERE, THERE, HALF = Box(0, 0, 10, 10), Box(50, 50, 60, 60), Box(0, 0, 10, 4)
TRUTH = SceneGraph(
    (Region('car', 1.0, HERE), Region('street', 1.0, THERE)), (Triplet(0, 'on', 1, 1.0),)
)


def graph(label='car', box=HERE, predicate='on'):
    regions = (Region(label, 0.9, box), Region('street', 0.9, THERE))
    return SceneGraph(regions, (Triplet(0, predicate, 1, 0.5),))


def test_a_triplet_needs_its_words_and_its_boxes():
    assert triplet_recall(graph(), TRUTH, 20) == 1.0
    assert triplet_recall(graph(label='bus'), TRUTH, 20) == 0.0
    assert triplet_recall(graph(box=HALF), TRUTH, 20) == 0.0
    assert triplet_recall(graph(predicate='near'), TRUTH, 20) == 0.0


def test_only_the_surest_count():
    assert triplet_recall(graph(), TRUTH, 0) == 0.0


def test_one_prediction_accounts_for_one_truth():
    twice = SceneGraph(TRUTH.regions, TRUTH.triplets * 2)
    assert triplet_recall(graph(), twice, 20) == 0.5


def test_images_without_truth_do_not_count():
    assert math.isnan(triplet_recall(graph(), SceneGraph(), 20))
    assert mean_recall([1.0, float('nan'), 0.0]) == 0.5
    assert math.isnan(mean_recall([]))


def test_entity_recall_stops_at_the_false_box_rate():
    truth = [[Region('car', 1.0, HERE)], [Region('car', 1.0, HERE)]]
    found = [
        [Region('car', 0.9, THERE), Region('car', 0.8, HERE)],
        [Region('car', 0.7, THERE), Region('car', 0.6, THERE), Region('car', 0.5, HERE)],
    ]
    strict = entity_recall(found, truth, false_boxes=1.0)['car']
    assert strict['recall'] == 0.5 and strict['count'] == 2
    assert strict['threshold'] == pytest.approx(0.7)
    assert entity_recall(found, truth, false_boxes=1.5)['car']['recall'] == 1.0


def test_a_truth_is_found_once():
    truth = [[Region('car', 1.0, HERE)]]
    found = [[Region('car', 0.9, HERE), Region('car', 0.8, HERE)]]
    assert entity_recall(found, truth)['car']['recall'] == 1.0
    assert entity_recall(found, truth, false_boxes=0.0)['car']['recall'] == 1.0
