# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Without its language model or its memo the node goes on by the prior, and says so."""

import logging
import os
import signal
import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import partial

import pytest
from analyzer_helpers import LIMITS, FakeModel, wait_until
from reports import OK, WARN, said, values_of
from stages import WithWorker

from sageiq_msgs.msg import TarQuality, TarTriplet
from sageiq_ros.analyzer import memo as memo_module
from sageiq_ros.analyzer.memo import Memo

fault = pytest.mark.fault
PRIOR_WEIGHS = ' The prior weighs what is not known.'
# A pause before the next try so long that a report comes in it, on a busy machine too.
SLOW_TO_RETRY = replace(LIMITS, first_pause=2.0)


@pytest.fixture
def model(tmp_path):
    folder = tmp_path / 'worker'
    folder.mkdir()
    return FakeModel(folder)


@pytest.fixture
def memo(tmp_path):
    return Memo(tmp_path / 'cache' / 'memo.sqlite3')


@pytest.fixture
def begin(start, model, memo):
    """Return a function that starts the node with an analyzer whose process is the fake one."""
    return lambda limits=LIMITS: start(build=WithWorker(model, memo, limits))


def sources(result):
    return {triplet.source for triplet in result.triplets}


def until_answered(probe, picture):
    """Send images until the language model weighs all of one; return the results up to there."""
    before = len(probe.results)

    def answered():
        result = probe.ask(picture())
        return sources(result) == {TarTriplet.SOURCE_LLM}

    probe.until(answered, 'answers of the language model')
    return probe.results[before:]


def flagged(result):
    return bool(result.flags & TarQuality.FLAG_PRIOR_WEIGHTS)


def recovers(probe, picture):
    """See that each result until then was the prior's and flagged, and that recovery is told."""
    results = until_answered(probe, picture)
    assert all(flagged(one) == (TarTriplet.SOURCE_PRIOR in sources(one)) for one in results)
    assert not flagged(results[-1])
    # A loaded processor may have been late with more answers than one.
    said(probe, 'analyzer', 'fake: answers again after ', OK)


@fault("the analyzer's process is killed")
def test_a_killed_process_is_started_again(begin, probe, picture, model):
    begin(SLOW_TO_RETRY)
    until_answered(probe, picture)
    pid = int((model.folder / 'starts').read_text().split()[0])
    # Another query needs other answers.
    (model.folder / 'hang').touch()
    assert probe.set(analyzer__query='parking').successful

    def at_work():
        return flagged(probe.ask(picture())) and not (model.folder / 'hang').exists()

    probe.until(at_work, 'process at work')
    os.kill(pid, signal.SIGKILL)
    words = f'fake: The language model process ended (signal 9).{PRIOR_WEIGHS}'
    assert said(probe, 'analyzer', words, WARN).message == words
    assert flagged(probe.results[-1])
    recovers(probe, picture)
    assert model.starts() == 2


@pytest.mark.parametrize(
    ('order', 'words'),
    [
        pytest.param(
            'nonsense',
            'The language model process gave an answer that is not one.',
            marks=fault("the analyzer's process answers nonsense"),
        ),
        pytest.param(
            'crash',
            'The language model process ended (exit status 9).',
            marks=fault("the analyzer's process ends at a question"),
        ),
        pytest.param(
            'refuse',
            'The model is damaged; fetch it again.',
            marks=fault('the language model cannot be loaded'),
        ),
    ],
)
def test_a_fault_of_the_process_is_told_and_passes(begin, probe, picture, model, order, words):
    (model.folder / order).touch()
    begin(SLOW_TO_RETRY)
    assert flagged(probe.ask(picture()))
    status = said(probe, 'analyzer', f'fake: {words}', WARN)
    assert status.message == f'fake: {words}{PRIOR_WEIGHS}'
    assert values_of(status)['last failure'] == words
    assert flagged(probe.ask(picture()))
    recovers(probe, picture)


@fault("the analyzer's process hangs")
def test_a_hanging_process_is_killed_in_time(begin, probe, picture, model):
    (model.folder / 'hang').touch()
    begin(replace(SLOW_TO_RETRY, answer=1.4))
    assert flagged(probe.ask(picture()))
    words = f'fake: The language model process did not answer within 1 s.{PRIOR_WEIGHS}'
    assert said(probe, 'analyzer', words, WARN).message == words
    recovers(probe, picture)


@fault('answers of the language model that cannot be read')
def test_answers_that_cannot_be_read_are_counted(begin, probe, picture, model, monkeypatch):
    running = begin()
    until_answered(probe, picture)
    answers = running.pipeline.analyzer._answers
    answers._receive('autonomous driving', {'zeppelin': None})
    words = 'fake: 1 answers could not be read; the prior weighs instead'
    assert said(probe, 'analyzer', words, WARN).message == words
    assert not flagged(probe.ask(picture()))


@fault('a memo that is damaged')
def test_a_damaged_memo_is_set_aside(begin, probe, picture, memo, caplog):
    memo.path.parent.mkdir()
    memo.path.write_bytes(b'no database at all' * 500)
    with caplog.at_level(logging.WARNING):
        begin()
        until_answered(probe, picture)
    (record,) = caplog.records
    assert record.getMessage() == (
        f'The memo {memo.path} is not usable (file is not a database); it is kept as '
        'memo.sqlite3.damaged and a new one is begun.'
    )
    wait_until(lambda: bool(memo.sections()), 'the answers are kept in the new one')


@fault('a memo that another program has locked')
def test_a_locked_memo_costs_its_answers_only(begin, probe, picture, memo, caplog, monkeypatch):
    monkeypatch.setattr(memo_module, 'LOCK_WAIT', 0.05)
    memo.sections()
    with caplog.at_level(logging.WARNING):
        with closing(sqlite3.connect(memo.path)) as other:
            other.execute('PRAGMA locking_mode = EXCLUSIVE')
            other.execute('BEGIN EXCLUSIVE')
            begin()
            until_answered(probe, picture)
            wait_until(lambda: len(caplog.records) > 1, 'the answers could not be kept')
        words = f'The memo {memo.path} cannot be used: database is locked.'
        assert {record.getMessage() for record in caplog.records} == {words}
    # Unlocked, it keeps the next answers.
    assert probe.set(analyzer__query='parking').successful
    until_answered(probe, picture)
    wait_until(lambda: bool(memo.sections()), 'answers are kept again')


class FullDisk(sqlite3.Connection):
    """Let SQLite find no more room than the file has."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        (pages,) = self.execute('PRAGMA page_count').fetchone()
        self.execute(f'PRAGMA max_page_count = {pages}')


@fault('a memo on a full disk')
def test_a_full_disk_costs_what_would_be_kept_only(
    begin, probe, picture, memo, caplog, monkeypatch
):
    memo.sections()
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, 'connect', partial(connect, factory=FullDisk))
    with caplog.at_level(logging.WARNING):
        begin()
        until_answered(probe, picture)
        wait_until(lambda: bool(caplog.records), 'the answers could not be kept')
    words = f'The memo {memo.path} cannot be used: database or disk is full.'
    assert {record.getMessage() for record in caplog.records} == {words}
    monkeypatch.setattr(sqlite3, 'connect', connect)
    assert probe.set(analyzer__query='parking').successful
    until_answered(probe, picture)
    wait_until(lambda: bool(memo.sections()), 'answers are kept again')


@fault('a memo in a folder that cannot be made')
def test_a_memo_that_cannot_be_made_costs_what_would_be_kept_only(
    begin, probe, picture, memo, caplog
):
    memo.path.parent.touch()
    with caplog.at_level(logging.WARNING):
        begin()
        until_answered(probe, picture)
        wait_until(lambda: len(caplog.records) > 1, 'the answers could not be kept')
    words = f'The memo {memo.path} cannot be used: File exists.'
    assert {record.getMessage() for record in caplog.records} == {words}
    memo.path.parent.unlink()
    assert probe.set(analyzer__query='parking').successful
    until_answered(probe, picture)
    wait_until(lambda: bool(memo.sections()), 'answers are kept again')
