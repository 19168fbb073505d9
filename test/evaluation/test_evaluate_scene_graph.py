# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq evaluate scene-graph``: what it counts, and what it refuses."""

from __future__ import annotations

import argparse

import cv2
import numpy as np
import pytest

from sageiq_ros.config import SceneGraphConfig
from sageiq_ros.datasets import camvid, rendered
from sageiq_ros.evaluation import scene_graph
from sageiq_ros.evaluation.scene_graph_sets import (
    graph_of,
    on_camvid,
    on_clip,
    on_rendered,
    restricted,
)
from sageiq_ros.scene_graph.detections import Detections, suppress
from sageiq_ros.types import Box, Region, SageIQError, SceneGraph, Triplet

CAR, STREET = Box(10, 20, 50, 40), Box(0, 30, 100, 60)
GRAPH = SceneGraph(
    (Region('car', 0.9, CAR), Region('street', 0.9, STREET)), (Triplet(0, 'on', 1, 0.5),)
)


class Generator:
    """Find the same graph in every image."""

    name = 'double'

    def __init__(self, graph):
        self.graph = graph

    def generate(self, image, config):
        return self.graph


class Detector:
    """See the same boxes in every image."""

    def __init__(self, *found):
        self.found = found

    def detect(self, image, threshold=0.4):
        boxes = np.array([box for _, box in self.found], np.float32).reshape(-1, 4)
        return Detections(boxes, tuple(n for n, _ in self.found), np.ones(len(boxes), np.float32))


@pytest.fixture
def clip(tmp_path):
    for index in range(3):
        cv2.imwrite(str(tmp_path / f'{index}.png'), np.zeros((60, 100, 3), np.uint8))
    return tmp_path


def judge(clip, graph, *found):
    return on_clip(Generator(graph), clip, Detector(*found), SceneGraphConfig())


def test_a_frame_counts_when_a_triplet_lies_on_a_vehicle(clip):
    result = judge(clip, GRAPH, ('car', (10, 20, 50, 42)))
    assert result['with_vehicle_triplet'] == result['frames'] == 3 and result['share'] == 1.0


@pytest.mark.parametrize(
    ('graph', 'found'),
    [
        (GRAPH, [('person', (10, 20, 50, 40))]),
        (GRAPH, [('car', (60, 20, 90, 40))]),
        (GRAPH, []),
        (SceneGraph(GRAPH.regions), [('car', (10, 20, 50, 40))]),
    ],
    ids=['no vehicle', 'elsewhere', 'nothing seen', 'no triplet'],
)
def test_other_frames_count_against_us(clip, graph, found):
    assert judge(clip, graph, *found)['share'] == 0.0


def test_camvid_truth_is_the_written_rule(tmp_path):
    mask = np.zeros((120, 160), np.uint8)
    mask[:70], mask[70:], mask[60:85, 20:60] = 1, 3, 8
    for name in ('val', 'val_masks'):
        (tmp_path / name).mkdir()
    cv2.imwrite(str(tmp_path / 'val' / 'a.jpg'), np.repeat(mask[..., None], 3, axis=2))
    cv2.imwrite(str(tmp_path / 'val_masks' / 'a.png'), mask)
    truth = graph_of(camvid.find_instances(mask))
    perfect = on_camvid(Generator(truth), tmp_path, None)
    assert perfect['R@20'] == perfect['R@50'] == 1.0
    assert all(row['recall'] == 1.0 for row in perfect['entities'].values())
    assert on_camvid(Generator(SceneGraph()), tmp_path, None)['R@50'] == 0.0


def test_only_words_with_a_truth_are_asked_for():
    graph = SceneGraph(
        (Region('house', 0.9, CAR), Region('car', 0.9, CAR), Region('street', 0.9, STREET)),
        (Triplet(0, 'along', 2, 0.9), Triplet(1, 'on', 2, 0.5)),
    )
    kept = restricted(graph, ('car', 'street'))
    assert [region.label for region in kept.regions] == ['car', 'street']
    assert kept.triplets == (Triplet(0, 'on', 1, 0.5),)


def test_rendered_streets_are_measured_against_their_own_truth(monkeypatch):
    boxes = np.array([(10, 20, 50, 40), (0, 30, 100, 60)], float)
    drawn = []

    def labelled_street(seed):
        drawn.append(seed)
        return np.zeros((60, 100, 3), np.uint8), boxes, ('car', 'street')

    monkeypatch.setattr(rendered, 'labelled_street', labelled_street)
    perfect = on_rendered(Generator(GRAPH), 2)
    assert drawn == [rendered.FIRST_HOLDOUT, rendered.FIRST_HOLDOUT + 1]
    assert perfect['R@20'] == perfect['most_R@20'] == 1.0
    assert on_rendered(Generator(SceneGraph()), 1)['R@20'] == 0.0


def test_more_truths_than_guesses_bound_the_recall(monkeypatch):
    cars = [(x, 20 + x % 7, x + 9, 40 + x % 5) for x in range(0, 300, 6)]

    def labelled_street(seed):
        labels = ('car',) * len(cars) + ('street',)
        return np.zeros((60, 320, 3), np.uint8), np.array([*cars, (0, 30, 320, 60)], float), labels

    monkeypatch.setattr(rendered, 'labelled_street', labelled_street)
    result = on_rendered(Generator(SceneGraph()), 1)
    assert result['true_triplets_mean'] > 50
    assert result['most_R@20'] == pytest.approx(20 / result['true_triplets_mean'])


def arguments(*words):
    parser = argparse.ArgumentParser()
    scene_graph.configure(parser)
    return parser.parse_args(words)


def test_it_asks_what_to_evaluate_on():
    with pytest.raises(SageIQError, match='--rendered <count> or --clip <folder>'):
        scene_graph.run(arguments())


def test_a_folder_without_images_is_named(tmp_path):
    with pytest.raises(SageIQError, match='no images'):
        judge(tmp_path, GRAPH)


def test_suppression_keeps_the_surest_of_overlapping_boxes():
    boxes = np.array([(0, 0, 10, 10), (1, 0, 11, 10), (30, 30, 40, 40)], float)
    assert suppress(boxes, np.array([0.5, 0.9, 0.1]), 0.5).tolist() == [1, 2]
