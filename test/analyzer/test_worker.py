# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever the worker process does, answers come in the end or the prior stands in for them."""

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from analyzer_helpers import LIMITS, make_graph, wait_until
from test_word_analyzer import CONFIG, sources, until_answered

from sageiq_ros.analyzer.prior import vocabulary
from sageiq_ros.analyzer.waiting import wait_for_answers
from sageiq_ros.analyzer.worker_client import Worker
from sageiq_ros.types import SageIQError, WeightSource


def test_a_worker_killed_in_the_middle_costs_nothing_but_time(make_analyzer, model, street):
    (model.folder / 'hang').touch()
    analyzer = make_analyzer()
    sources(analyzer, street)
    wait_until(lambda: not (model.folder / 'hang').exists(), 'the worker has a request')
    started = Path(model.folder / 'starts').read_text().split()
    os.kill(int(started[0]), signal.SIGKILL)
    assert sources(analyzer, street) == {WeightSource.PRIOR}
    wait_until(lambda: analyzer.status().failures == 1, 'the end is noticed')
    until_answered(analyzer, street, WeightSource.LLM)
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
    until_answered(analyzer, street, WeightSource.LLM)
    assert said in caplog.text
    assert analyzer.status().failures == 1 and model.starts() == 2


def test_a_word_that_the_model_dies_of_costs_no_other_word_its_answer(make_analyzer, model):
    analyzer = make_analyzer()
    graph = make_graph(('car', 'on', 'street', 0.9), ('poison', 'near', 'street', 0.8))
    wait_until(
        lambda: analyzer.analyze(graph, CONFIG) and analyzer.answered(graph, CONFIG),
        'all is answered that can be',
    )
    found = analyzer.analyze(graph, replace(CONFIG, min_weight=1.0))
    assert {item.triplet: item.source for item in found} == {
        0: WeightSource.LLM,
        1: WeightSource.PRIOR,
    }
    status = analyzer.status()
    assert (status.pending, status.unread, status.error) == (0, 1, '')
    assert status.last_error == 'The language model process ended (exit status 9).'


def test_the_newest_query_is_answered_first(model):
    (model.folder / 'hang').touch()
    order = []
    limits = replace(LIMITS, answer=0.5)
    worker = Worker(
        model.command, lambda query, found: order.append(query), lambda *_: True, 2, limits
    )
    worker.post('old', [f'word {i}' for i in range(6)])
    wait_until(lambda: not (model.folder / 'hang').exists(), 'the worker has a request')
    worker.post('new', ['car', 'tree'])
    wait_until(lambda: worker.status().pending == 0, 'all is answered')
    worker.close()
    # Two words of the old query failed with the worker that hung, so they come last.
    assert order == ['new', 'old', 'old', 'old', 'old']


def test_a_fault_in_taking_an_answer_is_told_and_overcome(
    make_analyzer, model, memo, street, monkeypatch, caplog
):
    store = type(memo).store

    def fail_once(self, section, found):
        monkeypatch.setattr(type(memo), 'store', store)
        raise RuntimeError('no such luck')

    monkeypatch.setattr(type(memo), 'store', fail_once)
    analyzer = make_analyzer()
    until_answered(analyzer, street, WeightSource.LLM)
    wait_until(lambda: analyzer.status().pending == 0, 'no word waits')
    status = analyzer.status()
    assert (status.failures, status.error, status.last_error) == (1, '', 'no such luck.')
    assert 'Traceback' in caplog.text
    assert memo.load(model.section(CONFIG.query)).keys() == set(vocabulary())


def test_waiting_bears_a_worker_that_dies_but_not_one_that_cannot_load(make_analyzer, model):
    graph = make_graph(('car', 'on', 'street', 0.9), ('poison', 'near', 'street', 0.8))
    assert wait_for_answers(make_analyzer(), graph, CONFIG, 30.0)
    (model.folder / 'refuse').touch()
    raking = replace(CONFIG, query='raking')
    with pytest.raises(SageIQError, match=r'The model is damaged; fetch it again\.'):
        wait_for_answers(make_analyzer(query=raking.query), graph, raking, 30.0)


def test_a_worker_that_cannot_start_leaves_the_prior(make_analyzer, model, street, monkeypatch):
    monkeypatch.setattr(type(model), 'command', property(lambda self: ['/no/such/program']))
    analyzer = make_analyzer()
    assert sources(analyzer, street) == {WeightSource.PRIOR}
    wait_until(lambda: analyzer.status().failures >= 2, 'it was tried twice')
    assert 'cannot start' in analyzer.status().error
    assert sources(analyzer, street) == {WeightSource.PRIOR}


def test_an_idle_worker_ends_and_comes_back(make_analyzer, model, street):
    analyzer = make_analyzer(replace(LIMITS, idle=0.05))
    until_answered(analyzer, street, WeightSource.LLM)
    wait_until(lambda: not analyzer.status().alive, 'the idle worker has ended')
    unknown = make_graph(('unicycle', 'on', 'street', 0.9))
    until_answered(analyzer, unknown, WeightSource.LLM)
    assert model.starts() == 2 and analyzer.status().failures == 0


def test_nothing_is_left_running_after_close(make_analyzer, model, street):
    analyzer = make_analyzer()
    until_answered(analyzer, street, WeightSource.LLM)
    number = int((model.folder / 'starts').read_text().split()[0])
    analyzer.close()
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
    assert sources(analyzer, street) == {WeightSource.LLM}


def test_recovery_is_told(make_analyzer, model, street, caplog):
    (model.folder / 'crash').touch()
    analyzer = make_analyzer()
    until_answered(analyzer, street, WeightSource.LLM)
    wait_until(lambda: analyzer.status().pending == 0, 'no word waits')
    assert 'The language model process answers again.' in caplog.text
    status = analyzer.status()
    assert (status.failures, status.error) == (1, '')
    assert status.last_error == 'The language model process ended (exit status 9).'
