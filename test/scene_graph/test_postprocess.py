# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""From logits to a scene graph: thresholds, words, clamping, merging, ranking."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sageiq_ros.config import SceneGraphConfig
from sageiq_ros.geometry import box_iou
from sageiq_ros.scene_graph.postprocess import build_graph, name_entities, name_predicates
from sageiq_ros.vocabulary import OBJECT_INDEX, OBJECTS, PREDICATE_INDEX, PREDICATES

CONFIG = SceneGraphConfig()
WIDTH, HEIGHT = 200.0, 100.0
LEFT = (0.25, 0.5, 0.2, 0.4)
RIGHT = (0.75, 0.5, 0.2, 0.4)


def logits(words, names, sure=10.0):
    """Give each query its word, or the last column for None."""
    table = np.zeros((1, len(words), len(names) + 1), np.float32)
    for row, word in enumerate(words):
        table[0, row, len(names) if word is None else names.index(word)] = sure
    return table


def outputs(triplets, entities=()):
    """Make a network's outputs of (subject, box, predicate, object, box) and (word, box)."""
    columns = list(zip(*triplets, strict=True)) or [(), (), (), (), ()]
    places = [np.array(boxes, np.float32).reshape(1, -1, 4) for boxes in (columns[1], columns[4])]
    return {
        'pred_logits': logits([word for word, _ in entities], OBJECTS),
        'pred_boxes': np.array([box for _, box in entities], np.float32).reshape(1, -1, 4),
        'sub_logits': logits(columns[0], OBJECTS),
        'sub_boxes': places[0],
        'obj_logits': logits(columns[3], OBJECTS),
        'obj_boxes': places[1],
        'rel_logits': logits(columns[2], PREDICATES),
    }


def words(graph):
    return [
        (graph.regions[t.subject].label, t.predicate, graph.regions[t.object].label)
        for t in graph.triplets
    ]


def test_a_triplet_becomes_two_regions_in_pixels():
    graph = build_graph(outputs([('car', LEFT, 'on', 'street', RIGHT)]), WIDTH, HEIGHT, CONFIG)
    assert words(graph) == [('car', 'on', 'street')]
    box = graph.regions[graph.triplets[0].subject].box
    assert (box.x1, box.y1, box.x2, box.y2) == pytest.approx((30, 30, 70, 70), abs=1e-4)


def test_nothing_found_is_an_empty_graph():
    nothing = outputs([(None, LEFT, None, None, RIGHT)], [(None, LEFT)])
    graph = build_graph(nothing, WIDTH, HEIGHT, CONFIG)
    assert graph.regions == () and graph.triplets == ()


def test_an_entity_without_relation_is_a_region():
    found = outputs([(None, LEFT, None, None, RIGHT)], [('person', LEFT)])
    graph = build_graph(found, WIDTH, HEIGHT, CONFIG)
    assert [region.label for region in graph.regions] == ['person'] and not graph.triplets


def test_overlapping_boxes_of_one_label_are_one_region():
    moved = (0.255, 0.5, 0.2, 0.4)
    found = outputs(
        [('car', LEFT, 'on', 'street', RIGHT), ('car', moved, 'on', 'street', RIGHT)],
        [('car', moved), ('street', RIGHT)],
    )
    graph = build_graph(found, WIDTH, HEIGHT, CONFIG)
    assert sorted(region.label for region in graph.regions) == ['car', 'street']
    assert words(graph) == [('car', 'on', 'street')]


def test_a_pair_of_regions_keeps_its_surest_predicate():
    found = outputs(
        [('car', LEFT, 'near', 'car', RIGHT), ('car', LEFT, 'behind', 'car', RIGHT)],
    )
    found['rel_logits'][0, 1] *= 2
    graph = build_graph(found, WIDTH, HEIGHT, CONFIG)
    assert words(graph) == [('car', 'behind', 'car')]


def test_a_region_does_not_relate_to_itself():
    graph = build_graph(outputs([('car', LEFT, 'near', 'car', LEFT)]), WIDTH, HEIGHT, CONFIG)
    assert len(graph.regions) == 1 and not graph.triplets


def test_entity_and_relation_thresholds_act_apart():
    found = outputs([('car', LEFT, 'on', 'street', RIGHT)])
    found['rel_logits'] = logits(['on'], PREDICATES, sure=4.0)
    probability = np.exp(4.0) / (np.exp(4.0) + len(PREDICATES) - 1)
    below, above = probability * 0.9, min(probability * 1.1, 1.0)
    kept = build_graph(found, WIDTH, HEIGHT, replace(CONFIG, relation_threshold=below))
    dropped = build_graph(found, WIDTH, HEIGHT, replace(CONFIG, relation_threshold=above))
    assert len(kept.triplets) == 1 and not dropped.triplets
    assert len(dropped.regions) == 0
    unsure = build_graph(found, WIDTH, HEIGHT, replace(CONFIG, entity_threshold=1.0))
    assert not unsure.triplets


def test_no_more_triplets_than_asked_for_the_surest_first():
    found = outputs(
        [('car', LEFT, 'on', 'street', RIGHT), ('tree', LEFT, 'near', 'building', RIGHT)],
    )
    found['rel_logits'][0, 0] *= 0.5
    graph = build_graph(found, WIDTH, HEIGHT, replace(CONFIG, max_triplets=1))
    assert words(graph) == [('tree', 'near', 'building')]


def test_dummy_classes_never_win():
    named = name_entities(logits(['N/A', None], OBJECTS)[0], np.array([LEFT, LEFT]), 1.0, 1.0)
    assert set(named.labels) <= set(range(1, len(OBJECTS)))
    assert (named.scores < 0.1).all()
    predicates, scores = name_predicates(logits(['__background__', None], PREDICATES)[0])
    assert set(predicates) <= set(range(1, len(PREDICATES)))
    assert scores[1] < 0.1


def test_the_dummy_predicate_takes_no_probability():
    table = logits(['on'], PREDICATES)[0]
    before = name_predicates(table)[1]
    table[0, PREDICATE_INDEX['__background__']] = 50.0
    assert name_predicates(table)[1] == pytest.approx(before)


reals = st.floats(-8, 8, width=32)
unit = st.floats(0, 1, width=32)


@given(
    queries=st.integers(0, 6).flatmap(
        lambda n: st.tuples(
            arrays(np.float32, (2, n, len(OBJECTS) + 1), elements=reals),
            arrays(np.float32, (2, n, 4), elements=unit),
            arrays(np.float32, (n, len(PREDICATES) + 1), elements=reals),
        )
    )
)
def test_every_graph_is_consistent(queries):
    entities, boxes, relations = queries
    found = {
        'pred_logits': entities[:1],
        'pred_boxes': boxes[:1],
        'sub_logits': entities[:1],
        'sub_boxes': boxes[:1],
        'obj_logits': entities[1:],
        'obj_boxes': boxes[1:],
        'rel_logits': relations[None],
    }
    config = replace(CONFIG, entity_threshold=0.01, relation_threshold=0.0)
    graph = build_graph(found, WIDTH, HEIGHT, config)
    for region in graph.regions:
        assert region.label in OBJECT_INDEX and region.label != 'N/A'
        assert 0.0 <= region.confidence <= 1.0
        assert 0 <= region.box.x1 <= region.box.x2 <= WIDTH
        assert 0 <= region.box.y1 <= region.box.y2 <= HEIGHT
    for i, a in enumerate(graph.regions):
        for b in graph.regions[:i]:
            assert a.label != b.label or box_iou(a.box, b.box) < config.merge_iou + 1e-6
    pairs = [(t.subject, t.object) for t in graph.triplets]
    assert len(set(pairs)) == len(pairs) <= config.max_triplets
    assert all(s != o for s, o in pairs)
    confidences = [t.confidence for t in graph.triplets]
    assert confidences == sorted(confidences, reverse=True)
