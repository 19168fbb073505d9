# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The labelled sets of stage 2: what is in them, and that tuning and reporting share no label."""

import json

import pytest

from sageiq_ros.datasets.importance_labels import (
    SPLITS,
    TUNING_QUERIES,
    LabelledTriplet,
    load_triplets,
    load_words,
)
from sageiq_ros.types import SageIQError
from sageiq_ros.vocabulary import OBJECTS, PREDICATES

QUERIES = (
    'autonomous driving',
    'parking assistance',
    'pedestrian safety',
    'traffic sign reading',
)


def test_every_triplet_is_of_visual_genome_and_labelled_by_three_for_four_queries():
    triplets = load_triplets()
    assert len(triplets) >= 600
    assert len({(t.subject, t.predicate, t.object) for t in triplets}) == len(triplets)
    for item in triplets:
        assert {item.subject, item.object} <= set(OBJECTS[1:])
        assert item.predicate in PREDICATES[1:]
        assert tuple(item.votes) == QUERIES
        assert all(len(votes) == 3 for votes in item.votes.values())


@pytest.mark.parametrize('split', SPLITS)
def test_each_split_has_enough_of_both_kinds_for_every_query(split):
    triplets = [item for item in load_triplets() if item.split == split]
    assert len(triplets) >= 300
    for query in QUERIES:
        relevant = sum(item.relevant(query) for item in triplets)
        assert 25 <= relevant <= len(triplets) - 80


def test_no_label_stands_in_both_splits():
    labels = {split: set() for split in SPLITS}
    for item in load_triplets():
        labels[item.split] |= {item.subject, item.object}
    for word in load_words():
        labels[word.split].add(word.label)
    assert not labels['tuning'] & labels['reporting']
    assert labels['tuning'] | labels['reporting'] == set(OBJECTS[1:])


def test_words_are_labelled_by_two_for_fourteen_other_queries():
    words = load_words()
    assert [word.label for word in words] == sorted(OBJECTS[1:])
    for word in words:
        assert len(word.votes) == 14 and set(TUNING_QUERIES) < set(word.votes)
        assert not set(word.votes) & set(QUERIES)
        assert all(len(v) == 2 and all(1 <= n <= 10 for n in v) for v in word.votes.values())


def test_half_of_the_votes_make_a_triplet_relevant_and_importance_is_their_mean():
    votes = {'q': ((1.0, 9.0, 5.0), (0.0, 3.0, 2.0))}
    item = LabelledTriplet('car', 'on', 'street', 'tuning', votes)
    assert item.relevant('q') and item.importance('q') == (6.0, 3.5)
    graph = item.graph()
    assert [region.label for region in graph.regions] == ['car', 'street']


def test_other_peoples_labels_are_read_from_a_file(tmp_path):
    path = tmp_path / 'mine.jsonl'
    row = {'subject': 'car', 'predicate': 'on', 'object': 'street', 'driving': [[1, 9, 5]]}
    path.write_text(json.dumps(row) + '\n\n')
    (item,) = load_triplets(path)
    assert item.split == 'reporting' and item.importance('driving') == (9.0, 5.0)


@pytest.mark.parametrize(
    ('line', 'said'),
    [
        ('{', 'Line 1 of .* is not JSON'),
        ('[]', 'Line 1 of .* is not JSON'),
        ('{"subject": "car"}', 'Line 1 of .* is no labelled triplet'),
        ('{"subject": "a", "predicate": "on", "object": "b", "q": [[1, 11, 5]]}', 'out of range'),
        ('{"subject": "a", "predicate": "on", "object": "b", "q": [[2, 1, 5]]}', 'out of range'),
        ('{"subject": "a", "predicate": "on", "object": "b", "q": []}', 'without a vote'),
        ('{"subject": "a", "predicate": "on", "object": "b", "q": 7}', 'is no labelled triplet'),
        (
            f'{{"subject": "a", "predicate": "on", "object": "b", "q": [[1, 1{"0" * 400}, 1]]}}',
            'is no labelled triplet',
        ),
        ('[' * 20_000, 'Line 1 of .* is not JSON'),
    ],
)
def test_a_wrong_line_is_named(tmp_path, line, said):
    path = tmp_path / 'mine.jsonl'
    path.write_text(line)
    with pytest.raises(SageIQError, match=said):
        load_triplets(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SageIQError, match='cannot be read'):
        load_triplets(tmp_path / 'absent')
