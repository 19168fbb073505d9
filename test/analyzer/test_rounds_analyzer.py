# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The two rounds behind the frames: rule and prior first, the model's choice once it is known."""

import json
import random
from dataclasses import replace
from itertools import count

import pytest
from analyzer_helpers import make_graph, wait_until
from test_text import HOSTILE

from sageiq_ros.analyzer import answers
from sageiq_ros.analyzer.answers import items_key
from sageiq_ros.analyzer.prior import prior_weights
from sageiq_ros.config import AnalyzerConfig
from sageiq_ros.types import WeightSource

CONFIG = AnalyzerConfig(mode='constrained')


def until_answered(analyzer, graph, config=CONFIG):
    def known():
        analyzer.analyze(graph, config)
        return analyzer.answered(graph, config)

    wait_until(known, 'the model has answered')


def words(graph, found):
    regions = graph.regions
    return [
        f'{regions[t.subject].label} {t.predicate} {regions[t.object].label}'
        for t in (graph.triplets[item.triplet] for item in found)
    ]


def test_a_frame_gets_the_rule_and_the_prior_until_the_model_has_chosen(
    make_rounds, model, street
):
    analyzer = make_rounds()
    first = analyzer.analyze(street, CONFIG)
    assert {item.source for item in first} == {WeightSource.PRIOR}
    assert words(street, first)[:2] == ['car on street', 'man walking on sidewalk']
    assert first[0].subject_weight == prior_weights(CONFIG.query, 'car', 'on', 'street')[0]
    until_answered(analyzer, street)
    found = analyzer.analyze(street, CONFIG)
    # The fake model picks the second item of the list, in alphabetical order, then the first.
    assert words(street, found) == ['car on street', 'building along street']
    assert [(i.subject_weight, i.object_weight, i.source) for i in found] == [
        (9.0, 3.5, WeightSource.LLM)
    ] * 2


def test_a_frame_asks_about_what_it_publishes_and_for_its_list_then_about_the_selected(
    make_rounds, model
):
    graph = make_graph(
        ('man', 'on', 'street', 0.9),
        ('car', 'on', 'street', 0.8),
        ('car 2', 'on', 'street', 0.7),
        ('leaf', 'near', 'pillow', 0.6),
        ('arm', 'near', 'pillow', 0.5),
    )
    analyzer = make_rounds()
    until_answered(analyzer, graph)
    asked = [json.loads(line) for line in model.asked()]
    # The fake model picks the second item of the list and then its first.
    assert asked == [
        {'subject': 'man', 'object': 'street'},
        {'subject': 'car', 'object': 'street'},
        ['arm near pillow', 'car on street', 'leaf near pillow', 'man on street'],
        {'subject': 'arm', 'object': 'pillow'},
    ]


def test_all_triplets_of_selected_words_are_meant_in_turns(make_rounds):
    graph = make_graph(
        ('car', 'on', 'street', 0.9),
        ('car 2', 'on', 'street', 0.8),
        ('car 3', 'on', 'street', 0.7),
        ('bike', 'on', 'street', 0.2),
        ('tree', 'near', 'street', 0.9),
    )
    analyzer = make_rounds()
    until_answered(analyzer, graph)
    found = analyzer.analyze(graph, replace(CONFIG, max_triplets=3))
    assert [item.triplet for item in found] == [0, 3, 1]


def test_the_papers_list_keeps_the_order_of_the_frame(make_rounds, model, street):
    analyzer = make_rounds(in_order=True)
    until_answered(analyzer, street)
    (listed,) = (line for line in model.asked() if line.startswith('['))
    assert json.loads(listed)[0] == 'building along street'
    assert words(street, analyzer.analyze(street, CONFIG))[0] == 'car on street'


def test_weights_that_cannot_be_read_leave_the_prior_and_are_counted(make_rounds, model, street):
    (model.folder / 'mute').touch()
    analyzer = make_rounds()
    until_answered(analyzer, street)
    found = analyzer.analyze(street, CONFIG)
    assert {item.source for item in found} == {WeightSource.PRIOR}
    assert words(street, found) == ['car on street', 'building along street']
    status = analyzer.status()
    assert status.unread == 3 and status.error == ''
    wait_until(lambda: analyzer.status().pending == 0, 'no answer waits')
    asked = len(model.asked())
    analyzer.analyze(street, CONFIG)
    assert len(model.asked()) == asked and analyzer.status().pending == 0


def test_answers_outlive_the_process(make_rounds, model, street):
    first = make_rounds()
    until_answered(first, street)
    wait_until(lambda: first.status().pending == 0, 'no answer waits')
    found = first.analyze(street, CONFIG)
    first.close()
    second = make_rounds()
    again = second.analyze(street, CONFIG)
    assert [item.triplet for item in again] == [item.triplet for item in found]
    assert {item.source for item in again} == {WeightSource.MEMO}
    assert model.starts() == 1


def test_a_moving_scene_gets_the_models_weights(make_rounds, model):
    labels = ('car', 'man', 'tree', 'sign', 'bus', 'bike')
    pairs = [(a, b) for a in labels for b in labels if a != b]
    analyzer = make_rounds()

    def frames():
        for number in count():
            part = random.Random(number).sample(pairs, 6)
            yield make_graph(*((subject, 'near', object_, 0.5) for subject, object_ in part))

    moving = frames()

    def weighed_by_the_model():
        found = analyzer.analyze(next(moving), replace(CONFIG, min_weight=1.0))
        return len(found) > 1 and {item.source for item in found} == {WeightSource.LLM}

    # No two frames have the same list, but sooner or later all pairs have been in one.
    wait_until(weighed_by_the_model, 'a new frame has the weights of the model')
    assert analyzer.status().failures == 0


def test_what_the_model_cannot_be_asked_does_not_stand_in_the_way(make_rounds, model, street):
    analyzer = make_rounds()
    poison = make_graph(('poison', 'on', 'street', 0.9))
    assert analyzer.analyze(poison, CONFIG)
    until_answered(analyzer, street)
    assert {item.source for item in analyzer.analyze(street, CONFIG)} == {WeightSource.LLM}
    # The pair and the list that the model dies of are tried once before the others, not again.
    first = next(place for place, line in enumerate(model.asked()) if 'car' in line)
    assert first <= 2 and not analyzer.answered(poison, CONFIG)
    until_answered(analyzer, poison)
    assert {item.source for item in analyzer.analyze(poison, CONFIG)} == {WeightSource.PRIOR}
    assert analyzer.status().unread >= 1 and analyzer.status().error == ''


def test_only_one_frame_is_asked_about_however_many_come(make_rounds, model, street):
    (model.folder / 'hang').touch()
    analyzer = make_rounds()
    analyzer.analyze(street, CONFIG)
    pending = analyzer.status().pending
    for number in range(30):
        graph = make_graph(
            ('car', 'on', 'street', 0.9), (f'thing {"x" * number}', 'on', 'street', 0.5)
        )
        analyzer.analyze(graph, CONFIG)
    assert analyzer.status().pending == pending


def test_a_full_memory_drops_lists_and_no_wait_is_in_vain(
    make_rounds, model, memo, street, monkeypatch
):
    monkeypatch.setattr(answers, 'ANSWERS_KEPT', 20)
    section = type(model)(model.folder, 'constrained-1').section(CONFIG.query)
    memo.store(section, {items_key([f'thing {i}', 'b']): [0] for i in range(40)})
    analyzer = make_rounds()
    until_answered(analyzer, street)
    assert {item.source for item in analyzer.analyze(street, CONFIG)} == {WeightSource.LLM}
    for number in range(30):
        name = f'thing {"x" * number}'
        until_answered(analyzer, make_graph((name, 'on', 'street', 0.5)), CONFIG)
    known = analyzer._answers.of(CONFIG.query)
    assert len(known.known) <= 22 and known.fresh <= known.known.keys()


def test_an_empty_graph_asks_for_nothing(make_rounds, model):
    analyzer = make_rounds()
    assert analyzer.analyze(make_graph(), CONFIG) == ()
    assert analyzer.answered(make_graph(), CONFIG) and model.starts() == 0


@pytest.mark.parametrize('text', HOSTILE)
def test_hostile_text_selects_and_weighs_nothing_else(make_rounds, model, text):
    analyzer = make_rounds()
    hostile = replace(CONFIG, query=text)
    graph = make_graph(('car', 'on', 'street', 0.8), (text, text, 'tree', 0.9))
    until_answered(analyzer, graph, hostile)
    found = analyzer.analyze(graph, hostile)
    assert {item.triplet for item in found} <= {0, 1}
    assert all(1.0 <= i.subject_weight <= 10.0 and 1.0 <= i.object_weight <= 10.0 for i in found)
    assert model.starts() == 1 and analyzer.status().failures == 0
    for line in model.asked():
        asked = json.loads(line)
        assert len(asked) == 2 and '<' not in line
