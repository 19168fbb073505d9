# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""COCO's classes under Visual Genome's words."""

from __future__ import annotations

import pytest

from sageiq_ros.scene_graph.coco import WORDS_80, WORDS_91, word_of
from sageiq_ros.vocabulary import OBJECT_INDEX, OBJECTS


def test_every_word_is_one_of_the_vocabulary():
    assert {word for word in WORDS_80 if word} <= set(OBJECTS[1:])


def test_both_numberings_hold_the_same_classes_in_the_same_order():
    assert len(WORDS_80) == 80 and len(WORDS_91) == 91
    gaps = (0, 12, 26, 29, 30, 45, 66, 68, 69, 71, 83)
    assert all(WORDS_91[gap] == '' for gap in gaps)
    assert tuple(w for place, w in enumerate(WORDS_91) if place not in gaps) == WORDS_80


@pytest.mark.parametrize(
    ('place', 'word'),
    [(0, 'person'), (1, 'bike'), (2, 'car'), (5, 'bus'), (7, 'truck'), (9, 'light'), (79, '')],
)
def test_the_classes_of_a_street_are_where_coco_has_them(place, word):
    assert WORDS_80[place] == word


@pytest.mark.parametrize(
    ('name', 'word'),
    [('traffic light', 'light'), ('Traffic_Light', 'light'), ('street', 'street'),
     ('toothbrush', ''), ('N/A', ''), ('unheard of', '')],
)  # fmt: skip
def test_names_of_either_vocabulary_are_understood(name, word):
    assert word_of(name) == word
    assert word == '' or word in OBJECT_INDEX
