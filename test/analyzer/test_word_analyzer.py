# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The frame path never waits, and the analyzer survives whatever its worker process does."""

from dataclasses import replace
from time import perf_counter

import pytest
from analyzer_helpers import make_graph, wait_until
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_text import HOSTILE

from sageiq_ros.analyzer import answers
from sageiq_ros.analyzer.combination import BLENDS
from sageiq_ros.analyzer.prior import prior_weights, vocabulary
from sageiq_ros.analyzer.waiting import wait_for_answers
from sageiq_ros.analyzer.word_analyzer import WordAnalyzer
from sageiq_ros.config import AnalyzerConfig
from sageiq_ros.types import Box, Region, SceneGraph, WeightSource

CONFIG = AnalyzerConfig()


def sources(analyzer, graph, config=CONFIG):
    return {item.source for item in analyzer.analyze(graph, config)}


def until_answered(analyzer, graph, source, config=CONFIG):
    wait_until(
        lambda: sources(analyzer, graph, config) == {source}, f'weights come from {source!r}'
    )


def test_unknown_words_are_weighed_by_the_prior_until_the_worker_has_rated_them(
    make_analyzer, model, street
):
    analyzer = make_analyzer()
    first = analyzer.analyze(street, CONFIG)
    assert {item.source for item in first} == {WeightSource.PRIOR}
    expected = prior_weights(CONFIG.query, 'car', 'on', 'street')
    assert (first[0].subject_weight, first[0].object_weight) == expected
    until_answered(analyzer, street, WeightSource.LLM)
    wait_until(lambda: analyzer.status().pending == 0, 'no word waits')
    assert model.starts() == 1 and analyzer.status().failures == 0
    assert all(1.0 <= i.subject_weight <= 10.0 for i in analyzer.analyze(street, CONFIG))


def test_the_first_frame_does_not_wait_for_a_worker_that_hangs(make_analyzer, model, street):
    (model.folder / 'hang').touch()
    analyzer = make_analyzer()
    start = perf_counter()
    for _ in range(50):
        assert sources(analyzer, street) == {WeightSource.PRIOR}
    assert perf_counter() - start < 1.0
    start = perf_counter()
    analyzer.close()
    assert perf_counter() - start < 5.0


def test_a_second_start_needs_no_worker(make_analyzer, model, street):
    first = make_analyzer()
    sources(first, street)
    until_answered(first, street, WeightSource.LLM)
    weights = [(i.subject_weight, i.object_weight) for i in first.analyze(street, CONFIG)]
    # The memo is written before a word stops waiting.
    wait_until(lambda: first.status().pending == 0, 'no word waits')
    first.close()
    second = make_analyzer()
    found = second.analyze(street, CONFIG)
    assert {item.source for item in found} == {WeightSource.MEMO}
    assert [(i.subject_weight, i.object_weight) for i in found] == weights
    assert model.starts() == 1 and not second.status().alive


def test_a_new_query_is_asked_for_and_the_old_one_is_not_forgotten(make_analyzer, street):
    analyzer = make_analyzer()
    until_answered(analyzer, street, WeightSource.LLM)
    parking = replace(CONFIG, query='parking assistance', min_weight=1.0)
    assert sources(analyzer, street, parking) == {WeightSource.PRIOR}
    until_answered(analyzer, street, WeightSource.LLM, parking)
    assert sources(analyzer, street) == {WeightSource.LLM}


@pytest.mark.parametrize('query', [CONFIG.query, 'leaf raking'])
def test_nothing_is_to_come_for_regions_without_a_triplet(make_analyzer, model, query):
    analyzer = make_analyzer()
    config = replace(CONFIG, query=query)
    alone = SceneGraph((Region('kangaroo', 0.9, Box(0, 0, 5, 5)),), ())
    for graph in (alone, make_graph()):
        assert wait_for_answers(analyzer, graph, config, 30.0)
    car = make_graph(('car', 'on', 'street', 0.9))
    assert wait_for_answers(
        analyzer, SceneGraph((*car.regions, *alone.regions), car.triplets), config, 30.0
    )
    assert 'kangaroo' not in model.asked()


def test_a_locked_memo_delays_no_frame(make_analyzer, memo, street):
    import sqlite3
    from contextlib import closing

    analyzer = make_analyzer()
    with closing(sqlite3.connect(memo.path)) as file:
        file.execute('PRAGMA locking_mode = EXCLUSIVE')
        file.execute('BEGIN EXCLUSIVE')
        start = perf_counter()
        found = sources(analyzer, street, replace(CONFIG, query='parking assistance'))
        assert perf_counter() - start < 1.0
    assert found == {WeightSource.PRIOR}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    st.lists(st.tuples(st.text(), st.text()), max_size=5),
    st.text(min_size=1, max_size=200),
)
def test_no_label_and_no_query_raises(make_analyzer_once, labels, query):
    graph = make_graph(*((a, 'near', b, 0.5) for a, b in labels))
    found = make_analyzer_once.analyze(graph, replace(CONFIG, query=query, min_weight=1.0))
    assert all(1.0 <= i.subject_weight <= 10.0 and 1.0 <= i.object_weight <= 10.0 for i in found)


@pytest.fixture
def make_analyzer_once(make_analyzer) -> WordAnalyzer:
    return make_analyzer()


def test_a_warm_frame_asks_for_nothing(make_analyzer, model, memo):
    memo.store(model.section(CONFIG.query), dict.fromkeys(vocabulary(), 0.5))
    labels = vocabulary()
    graph = make_graph(*((labels[i], 'near', labels[-i - 1], 0.5) for i in range(20)))
    analyzer = make_analyzer()
    assert sources(analyzer, graph, replace(CONFIG, min_weight=1.0)) == {WeightSource.MEMO}
    assert analyzer.answered(graph, CONFIG)
    assert analyzer.status() == type(analyzer.status())(False, 0, 0, '', '', 0)


def test_a_new_query_costs_one_request_in_the_background(make_analyzer, model, street):
    analyzer = make_analyzer()
    until_answered(analyzer, street, WeightSource.LLM)
    wait_until(lambda: analyzer.status().pending == 0, 'no word waits')
    first = len(model.asked())
    assert sorted(set(model.asked())) == sorted(vocabulary())
    parking = replace(CONFIG, query='parking assistance', min_weight=1.0)
    assert not analyzer.answered(street, parking)
    until_answered(analyzer, street, WeightSource.LLM, parking)
    wait_until(lambda: analyzer.status().pending == 0, 'no word waits')
    assert len(model.asked()) - first == len(vocabulary())
    assert analyzer.answered(street, parking) and analyzer.answered(street, CONFIG)
    assert len(model.asked()) == 2 * len(vocabulary())


def test_weights_are_those_of_the_blend_in_the_context_of_the_triplet(make_analyzer, model, memo):
    found = {label: float(place % 7) for place, label in enumerate(vocabulary())}
    memo.store(model.section(CONFIG.query), found)
    (chosen,) = make_analyzer().analyze(make_graph(('man', 'in', 'car', 0.9)), CONFIG)
    weights = BLENDS['combined'].weights(CONFIG.query, found)
    assert chosen.subject_weight == pytest.approx(1 + (weights['man'] - 1) * 0.25**0.95)
    assert chosen.object_weight == pytest.approx(1 + (weights['car'] - 1) * 0.62**0.95)


@pytest.mark.parametrize('text', HOSTILE)
def test_a_hostile_query_or_label_changes_nothing_but_its_own_relevance(
    make_analyzer, model, street, text
):
    analyzer = make_analyzer()
    until_answered(analyzer, street, WeightSource.LLM)
    before = analyzer.analyze(street, CONFIG)
    hostile = replace(CONFIG, query=text, min_weight=1.0)
    graph = make_graph(('car', 'on', 'street', 0.8), (text, 'near', 'street', 0.9))
    wait_until(
        lambda: analyzer.analyze(graph, hostile) and analyzer.answered(graph, hostile),
        'it is known',
    )
    found = analyzer.analyze(graph, hostile)
    assert {item.triplet for item in found} == {0, 1}
    assert all(1.0 <= i.subject_weight <= 10.0 and 1.0 <= i.object_weight <= 10.0 for i in found)
    assert analyzer.analyze(street, CONFIG) == before
    assert all('\n' not in word and '<' not in word for word in model.asked())
    assert model.starts() == 1 and analyzer.status().failures == 0


def test_a_flood_of_labels_is_bounded(make_analyzer, model, memo, street, monkeypatch):
    most = len(vocabulary()) + 3
    monkeypatch.setattr(answers, 'ANSWERS_KEPT', most)
    analyzer = make_analyzer()
    until_answered(analyzer, street, WeightSource.LLM)
    for i in range(20):
        flood = make_graph((f'thing {"x" * i}', 'on', 'street', 0.5))
        analyzer.analyze(flood, CONFIG)
        wait_until(lambda: analyzer.status().pending == 0, 'no word waits')
    assert len(model.asked()) == most
    # Not even a full memo keeps the vocabulary out.
    parking = replace(CONFIG, query='parking', min_weight=1.0)
    memo.store(model.section('parking'), {f'a thing {i}': 0.5 for i in range(2 * most)})
    until_answered(analyzer, street, WeightSource.LLM, parking)
    assert sources(analyzer, street) == {WeightSource.LLM}
