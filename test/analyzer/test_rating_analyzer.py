# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The frame path never waits, and the analyzer survives whatever its worker process does."""

import os
import signal
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import pytest
from analyzer_helpers import LIMITS, make_graph, wait_until
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sageiq_ros.analyzer.rating import vocabulary
from sageiq_ros.analyzer.rating_analyzer import RatingAnalyzer
from sageiq_ros.config import AnalyzerConfig
from sageiq_ros.types import WeightSource

CONFIG = AnalyzerConfig()


def sources(analyzer, graph, config=CONFIG):
    return {item.source for item in analyzer.analyze(graph, config)}


def until_rated(analyzer, graph, source, config=CONFIG):
    wait_until(
        lambda: sources(analyzer, graph, config) == {source}, f'weights come from {source!r}'
    )


def test_unknown_words_are_weighed_by_the_prior_until_the_worker_has_rated_them(
    make_analyzer, model, street
):
    analyzer = make_analyzer()
    first = analyzer.analyze(street, CONFIG)
    assert {item.source for item in first} == {WeightSource.PRIOR}
    assert (first[0].subject_weight, first[0].object_weight) == (10.0, 4.0)
    until_rated(analyzer, street, WeightSource.LLM)
    wait_until(lambda: analyzer.status().pending == 0, 'no word waits')
    assert model.starts() == 1 and analyzer.status().restarts == 0
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
    until_rated(first, street, WeightSource.LLM)
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
    until_rated(analyzer, street, WeightSource.LLM)
    parking = replace(CONFIG, query='parking assistance', min_weight=1.0)
    assert sources(analyzer, street, parking) == {WeightSource.PRIOR}
    until_rated(analyzer, street, WeightSource.LLM, parking)
    assert sources(analyzer, street) == {WeightSource.LLM}


def test_a_worker_killed_in_the_middle_costs_nothing_but_time(make_analyzer, model, street):
    (model.folder / 'hang').touch()
    analyzer = make_analyzer()
    sources(analyzer, street)
    wait_until(lambda: not (model.folder / 'hang').exists(), 'the worker has a request')
    started = Path(model.folder / 'starts').read_text().split()
    os.kill(int(started[0]), signal.SIGKILL)
    assert sources(analyzer, street) == {WeightSource.PRIOR}
    wait_until(lambda: analyzer.status().restarts == 1, 'the end is noticed')
    until_rated(analyzer, street, WeightSource.LLM)
    wait_until(lambda: analyzer.status().pending == 0, 'no word waits')
    assert model.starts() == 2 and analyzer.status().error == ''


@pytest.mark.parametrize(
    ('fault', 'said'),
    [
        ('crash', 'ended (exit status 9)'),
        ('nonsense', 'an answer that is not one'),
        ('refuse', 'The model is damaged; fetch it again.'),
        ('hang', 'did not answer within'),
    ],
)
def test_every_fault_of_the_worker_is_told_and_overcome(
    make_analyzer, model, street, caplog, fault, said
):
    (model.folder / fault).touch()
    analyzer = make_analyzer(replace(LIMITS, answer=1.0))
    until_rated(analyzer, street, WeightSource.LLM)
    assert said in caplog.text
    assert analyzer.status().restarts == 1 and model.starts() == 2


def test_a_worker_that_cannot_start_leaves_the_prior(make_analyzer, model, street, monkeypatch):
    monkeypatch.setattr(type(model), 'command', property(lambda self: ['/no/such/program']))
    analyzer = make_analyzer()
    assert sources(analyzer, street) == {WeightSource.PRIOR}
    wait_until(lambda: analyzer.status().restarts >= 2, 'it was tried twice')
    assert 'cannot start' in analyzer.status().error
    assert sources(analyzer, street) == {WeightSource.PRIOR}


def test_an_idle_worker_ends_and_comes_back(make_analyzer, model, street):
    analyzer = make_analyzer(replace(LIMITS, idle=0.05))
    until_rated(analyzer, street, WeightSource.LLM)
    wait_until(lambda: not analyzer.status().alive, 'the idle worker has ended')
    unknown = make_graph(('unicycle', 'on', 'street', 0.9))
    until_rated(analyzer, unknown, WeightSource.LLM)
    assert model.starts() == 2 and analyzer.status().restarts == 0


def test_nothing_is_left_running_after_close(make_analyzer, model, street):
    analyzer = make_analyzer()
    until_rated(analyzer, street, WeightSource.LLM)
    number = int((model.folder / 'starts').read_text().split()[0])
    analyzer.close()
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
    assert sources(analyzer, street) == {WeightSource.LLM}


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
def make_analyzer_once(make_analyzer) -> RatingAnalyzer:
    return make_analyzer()


def test_a_warm_frame_asks_for_nothing(make_analyzer, memo):
    memo.store('fake', 1, CONFIG.query, dict.fromkeys(vocabulary(), 3.0))
    labels = vocabulary()
    graph = make_graph(*((labels[i], 'near', labels[-i - 1], 0.5) for i in range(20)))
    analyzer = make_analyzer()
    assert sources(analyzer, graph, replace(CONFIG, min_weight=1.0)) == {WeightSource.MEMO}
    assert analyzer.status() == type(analyzer.status())(False, 0, 0, '')
