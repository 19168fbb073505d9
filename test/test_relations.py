# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The written rule of scene graphs from masks (docs/scene_graph_labels.md), case by case."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.datasets.camvid import find_instances, frames, view
from sageiq_ros.relations import relate, support_from_boxes, support_of
from sageiq_ros.types import SageIQError
from sageiq_ros.vocabulary import OBJECT_INDEX, PREDICATE_INDEX

SIZE = (100, 200)
BUILDING, POLE, STREET, SIDEWALK, CAR, PERSON = 1, 2, 3, 4, 8, 9
STREET_BOX = (0, 60, 200, 100)


def rule(*entities):
    """Apply the rule to (label, box) pairs; relations come back in words."""
    labels = [label for label, _ in entities]
    boxes = np.array([box for _, box in entities], float)
    found = relate(boxes, labels, support_from_boxes(boxes, labels), SIZE)
    return {(labels[s], predicate, labels[o]) for s, predicate, o in found}


def test_movers_stand_on_their_ground():
    assert rule(('car', (20, 50, 60, 80)), ('street', STREET_BOX)) == {('car', 'on', 'street')}


def test_a_mover_above_the_ground_is_not_on_it():
    assert rule(('car', (20, 10, 60, 40)), ('street', STREET_BOX)) == set()


def test_the_farther_of_two_in_line_is_behind():
    far, close = ('car', (20, 40, 40, 60)), ('bus', (22, 40, 60, 90))
    assert ('car', 'behind', 'bus') in rule(far, close)
    assert ('car', 'behind', 'bus') in rule(close, far)


def test_two_side_by_side_are_near_the_smaller_first():
    assert rule(('car', (0, 40, 40, 60)), ('person', (45, 40, 50, 60))) == {
        ('person', 'near', 'car')
    }


def test_two_far_apart_are_unrelated():
    assert rule(('car', (0, 40, 40, 60)), ('car', (150, 40, 190, 60))) == set()


def test_a_mover_stands_in_front_of_its_backdrop():
    found = rule(('person', (30, 40, 40, 90)), ('building', (0, 0, 100, 80)))
    assert found == {('person', 'in front of', 'building')}


def test_a_building_is_preferred_to_a_tree_as_backdrop():
    tree, building = ('tree', (0, 0, 100, 80)), ('building', (0, 0, 100, 80))
    found = rule(('car', (30, 40, 60, 90)), tree, building)
    assert ('car', 'in front of', 'building') in found
    assert ('car', 'in front of', 'tree') not in found


def test_what_lines_the_street_is_along_it():
    found = rule(
        ('street', STREET_BOX),
        ('sidewalk', (0, 70, 40, 100)),
        ('building', (0, 0, 60, 60)),
        ('fence', (150, 30, 200, 60)),
        ('tree', (120, 20, 140, 60)),
    )
    assert found == {
        ('sidewalk', 'along', 'street'),
        ('building', 'along', 'street'),
        ('fence', 'along', 'street'),
        ('tree', 'along', 'street'),
    }


def test_a_sign_is_on_the_pole_it_touches():
    assert rule(('sign', (50, 10, 60, 20)), ('pole', (54, 20, 56, 60))) == {('sign', 'on', 'pole')}


def test_support_is_the_most_frequent_ground_under_the_box():
    ids = np.zeros(SIZE, np.int16)
    ids[60:, :] = 1
    ids[70:, :50] = 2
    ids[40:60, 100:120] = 3
    ids[50:72, 10:40] = 4
    boxes = np.array([(0, 60, 200, 100), (0, 70, 50, 100), (100, 40, 120, 60), (10, 50, 40, 72)])
    labels = ('street', 'sidewalk', 'car', 'person')
    assert support_of(ids, boxes, labels)[2:] == [0, 1]


boxes = st.tuples(
    st.integers(0, 150), st.integers(0, 60), st.integers(1, 50), st.integers(1, 40)
).map(lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3]))
things = st.sampled_from(
    ['car', 'person', 'bike', 'street', 'sidewalk', 'building', 'tree', 'pole', 'sign', 'fence']
)


@given(st.lists(st.tuples(things, boxes), max_size=8))
def test_relations_name_known_words_and_never_repeat(entities):
    labels = [label for label, _ in entities]
    array = np.array([box for _, box in entities], float).reshape(-1, 4)
    found = relate(array, labels, support_from_boxes(array, labels), SIZE)
    assert len(set(found)) == len(found)
    for subject, predicate, obj in found:
        assert subject != obj
        assert predicate in PREDICATE_INDEX and labels[subject] in OBJECT_INDEX
        assert (obj, predicate, subject) not in found


def street_mask():
    mask = np.zeros((120, 160), np.uint8)
    mask[:70] = BUILDING
    mask[70:] = STREET
    mask[60:85, 20:60] = CAR
    return mask


def test_a_pole_does_not_cut_a_building_in_two():
    mask = street_mask()
    mask[:90, 80:84] = POLE
    assert find_instances(mask).labels.count('building') == 1


def test_the_street_is_one_even_where_cars_cut_it():
    mask = street_mask()
    mask[70:, 70:80] = CAR
    assert find_instances(mask).labels.count('street') == 1


def test_specks_are_no_entities():
    mask = street_mask()
    mask[100:103, 100:103] = PERSON
    assert 'person' not in find_instances(mask).labels


def test_a_detector_splits_cars_that_touch():
    seen = np.array([(20.0, 60.0, 40.0, 85.0), (40.0, 60.0, 60.0, 85.0)])
    assert find_instances(street_mask()).labels.count('car') == 1
    split = find_instances(street_mask(), seen, ('car', 'truck'))
    assert sorted(n for n in split.labels if n in ('car', 'truck')) == ['car', 'truck']
    elsewhere = find_instances(street_mask(), seen + [80, 0, 80, 0], ('car', 'car'))
    assert elsewhere.labels.count('car') == 1


def test_a_window_shows_what_is_left_in_it():
    instances = find_instances(street_mask())
    whole, labels, _ = view(instances, (0, 0, 160, 120), (1.0, 1.0))
    assert tuple(whole[labels.index('car')]) == (20, 60, 60, 85)
    half, labels, supports = view(instances, (40, 40, 100, 80), (1.0, 1.0))
    car = labels.index('car')
    assert tuple(half[car]) == (0, 20, 20, 45)
    assert labels[supports[car]] == 'street'
    _, labels, _ = view(instances, (57, 0, 100, 120), (1.0, 1.0))
    assert 'car' not in labels
    _, labels, _ = view(instances, (0, 0, 160, 120), (0.05, 0.05))
    assert 'car' not in labels


def test_a_folder_without_frames_is_named(tmp_path):
    with pytest.raises(SageIQError, match='No CamVid frames'):
        frames(tmp_path, 'val')
