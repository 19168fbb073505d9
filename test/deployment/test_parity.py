# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The figures of a comparison, on runs and graphs whose distance is known."""

import cv2
import numpy as np
import pytest

from sageiq_ros.datasets.street import render_street
from sageiq_ros.deployment.parity import agreement, drift, graphs, recall
from sageiq_ros.engines.manifest import Manifest, TensorSpec
from sageiq_ros.engines.store import load_engine
from sageiq_ros.types import Box, Region, SceneGraph, Triplet
from sageiq_ros.vocabulary import OBJECTS, PREDICATES

CAR, STREET = Region('car', 0.9, Box(0, 0, 10, 10)), Region('street', 0.9, Box(0, 10, 40, 20))
MOVED = Region('car', 0.9, Box(7, 0, 17, 10))


def graph(car=CAR, *predicates):
    return SceneGraph((car, STREET), tuple(Triplet(0, word, 1, 0.5) for word in predicates))


def test_drift_is_measured_in_the_spread_of_the_exact_output():
    exact = [{'logits': np.array([-1.0, 1.0])}, {'logits': np.array([-3.0, 3.0])}]
    other = [{'logits': np.array([-1.0, 1.5])}, {'logits': np.array([-3.0, 2.5])}]
    row = drift(exact, other)['logits']
    std = 5**0.5
    assert row == {
        'mean': pytest.approx(0.25),
        'max': pytest.approx(0.5),
        'std': pytest.approx(std),
        'mean_per_std': pytest.approx(0.25 / std),
        'max_per_std': pytest.approx(0.5 / std),
    }


def test_the_same_runs_do_not_drift_even_where_nothing_varies():
    runs = [{'logits': np.full(4, 2.0)}]
    assert drift(runs, runs)['logits']['max_per_std'] == 0.0


def test_agreement_counts_triplets_of_all_images_both_ways():
    exact = [graph(CAR, 'on', 'near'), graph(CAR, 'on'), SceneGraph()]
    other = [graph(CAR, 'on'), graph(MOVED, 'on'), graph(CAR, 'on')]
    assert agreement(exact, other) == {
        'images': 3,
        'fp32': 3,
        'int8': 3,
        'fp32_found_by_int8': pytest.approx(1 / 3),
        'int8_found_by_fp32': pytest.approx(1 / 3),
    }


def test_without_triplets_there_is_no_share():
    found = agreement([SceneGraph()], [graph(CAR, 'on')])
    assert found['fp32_found_by_int8'] is None
    assert found['int8_found_by_fp32'] == 0.0


def test_every_row_of_a_batch_makes_its_own_graph():
    size = {'pred': (2, 1, 152), 'sub': (2, 1, 152), 'obj': (2, 1, 152), 'rel': (2, 1, 52)}
    run = {f'{role}_logits': np.zeros(shape, np.float32) for role, shape in size.items()}
    boxes = np.array([[0.25, 0.25, 0.5, 0.5]], np.float32)
    run |= {f'{role}_boxes': np.stack([boxes, boxes]) for role in ('pred', 'sub', 'obj')}
    run['obj_boxes'] = run['obj_boxes'] + np.array([0.4, 0.4, 0.0, 0.0], np.float32)
    words = {'pred': 'car', 'sub': 'car', 'obj': 'street'}
    for role, word in words.items():
        run[f'{role}_logits'][1, 0, OBJECTS.index(word)] = 20.0
    run['rel_logits'][1, 0, PREDICATES.index('on')] = 20.0
    spec = TensorSpec('image', (2, 20, 40, 3), 'uint8')
    manifest = Manifest('made', 'reltr', 'fp32', 'model.onnx', '', (spec,), ())
    first, second = graphs(manifest, [{'image': np.zeros(spec.shape, np.uint8)}], [run])
    assert first == SceneGraph()
    (triplet,) = second.triplets
    regions = second.regions
    assert (regions[triplet.subject].label, triplet.predicate) == ('car', 'on')
    assert regions[triplet.subject].box == Box(0.0, 0.0, 20.0, 10.0)


def test_recall_is_measured_on_the_val_frames(tmp_path):
    street = render_street(3, size=(448, 256), clean=True)
    (tmp_path / 'val').mkdir()
    (tmp_path / 'val_masks').mkdir()
    cv2.imwrite(str(tmp_path / 'val' / 'a.jpg'), street.image)
    mask = np.zeros(street.image.shape[:2], np.uint8)
    mask[150:] = 3
    mask[100:170, 180:260] = 8
    cv2.imwrite(str(tmp_path / 'val_masks' / 'a.png'), mask)
    found = recall(load_engine('reltr_nano', 'reltr', 1), tmp_path)
    assert found['frames'] == 1
    assert 0.0 <= found['R@20'] <= found['R@50'] <= 1.0
