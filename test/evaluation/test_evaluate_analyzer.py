# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq evaluate analyzer`` and the measures it prints."""

import json
import math
import random
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.analyzer.answers import items_key
from sageiq_ros.cli import main
from sageiq_ros.datasets.importance_labels import LabelledTriplet
from sageiq_ros.evaluation.analyzer import annotators, measure
from sageiq_ros.evaluation.analyzer_modes import LIST, by_rounds, constant_order
from sageiq_ros.evaluation.correlation import auc


def labelled(*votes, query='q'):
    return LabelledTriplet('car', 'on', 'street', 'reporting', {query: votes})


def brute_force(scores, relevant):
    pairs = [
        (a, b)
        for a, r in zip(scores, relevant, strict=True)
        if r
        for b, s in zip(scores, relevant, strict=True)
        if not s
    ]
    return sum((a > b) + 0.5 * (a == b) for a, b in pairs) / len(pairs)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=30))
def test_auc_is_the_chance_that_a_relevant_one_scores_higher(items):
    scores, relevant = zip(*items, strict=True)
    if len(set(relevant)) == 1:
        assert math.isnan(auc(scores, relevant))
    else:
        assert auc(scores, relevant) == pytest.approx(brute_force(scores, relevant))


def test_a_perfect_judge_has_ones():
    triplets = [labelled((1, 9, 6)), labelled((0, 2, 1)), labelled((1, 7, 5))]
    row = measure('q', triplets, [(9.6, 9, 6), (2.1, 2, 1), (7.5, 7, 5)])
    assert (row['auc'], row['srcc'], row['relevant']) == (1.0, 1.0, 2)


def test_an_annotator_is_measured_by_the_others():
    triplets = [labelled((1, 9, 5), (1, 8, 5)), labelled((0, 1, 2), (0, 2, 2))]
    assert annotators('q', triplets)['auc'] == 1.0
    assert annotators('q', [labelled((1, 9, 5))]) is None


def test_rounds_are_asked_in_lists_of_ten_and_unreadable_answers_are_counted():
    triplets = [labelled((1, 9, 5))] * 25
    asked = []

    def method(query, words):
        asked.append(words)
        if words[0].startswith('['):
            return [None if len(asked) > 3 else [1, 0]]
        return [[8.0, 2.0] if index else None for index in range(len(words))]

    scores, counts = by_rounds(method, 'Driving!', triplets)
    assert asked[0] == [items_key(['car on street'] * LIST)]
    assert counts == {'selections': 3, 'selections_read': 2, 'pairs': 25, 'pairs_read': 22}
    assert scores[:3] == [(9.0, 5.5, 5.5), (10.0, 8.0, 2.0), (0.0, 8.0, 2.0)]
    assert [first for first, *_ in constant_order(triplets)[:11]] == [*range(10, 0, -1), 10.0]


def test_the_prior_is_measured_without_a_language_model(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr('sageiq_ros.analyzer.language_models.files.PACKAGE', 'no-such-package')
    path = tmp_path / 'out.json'
    svg = tmp_path / 'out.svg'
    command = ['evaluate', 'analyzer', '--modes', 'prior', '--words', '--json', str(path)]
    assert main([*command, '--svg', str(svg)]) == 0
    out = capsys.readouterr().out
    assert out.count('one annotator, by the others') == 4 and 'mean' in out
    document = json.loads(path.read_text())
    row = document['queries']['autonomous driving']['prior']
    assert row['triplets'] >= 300 and row['auc'] > 0.9 and row['srcc'] > 0.8
    assert document['words']['lane keeping']['modes']['prior']['auc'] > 0.7
    picture = ElementTree.parse(svg).getroot()
    texts = [item.text for item in picture.iter('{http://www.w3.org/2000/svg}text')]
    assert 'autonomous driving' in texts and 'other queries, words' in texts
    assert f'{row["auc"]:.2f}' in texts


def test_a_file_of_other_labels_is_measured(tmp_path, capsys):
    random.seed(0)
    rows = [
        {'subject': s, 'predicate': 'near', 'object': 'tree', 'driving': [[r, w, 2]]}
        for s, r, w in (('car', 1, 9), ('leaf', 0, 1), ('man', 1, 8), ('pizza', 0, 1))
    ]
    path = tmp_path / 'mine.jsonl'
    path.write_text('\n'.join(map(json.dumps, rows)))
    assert main(['evaluate', 'analyzer', '--labels', str(path), '--modes', 'prior']) == 0
    assert '  1.000' in capsys.readouterr().out


@pytest.mark.parametrize(
    ('words', 'said'),
    [
        (['--queries', 'cooking'], "is labelled for 'cooking'"),
        (['--share', '2'], 'A --share must lie in [0, 1].'),
        (['--labels', '/nowhere'], 'cannot be read'),
        (['--evaluations', '9'], '--evaluations must lie in [1, 5], not 9.'),
        (['--json', '/nowhere/x.json'], 'There is no folder /nowhere for x.json.'),
    ],
)
def test_a_wrong_call_is_one_sentence(capsys, words, said):
    assert main(['evaluate', 'analyzer', '--modes', 'prior', *words]) == 2
    err = capsys.readouterr().err
    assert said in err and len(err.splitlines()) == 1
