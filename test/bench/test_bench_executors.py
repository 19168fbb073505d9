# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq bench executors`` compares like with like and tells where numbers differ."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from sageiq_ros.bench import executors
from sageiq_ros.bench.executors import Turn
from sageiq_ros.cli import main
from sageiq_ros.experiments.work import Row

ROW = Row('s', 's int8', 'rendered', '0', 'jpeg', 5, 'without', 0.5, 0.25, 1)


@pytest.fixture
def turns(monkeypatch):
    """Stand for runs: each executor has the rate that its number of workers says."""
    made = {'rows': [ROW]}

    def measure(executor, pictures):
        return Turn(10.0 * executor.workers, pictures / executor.workers, list(made['rows']))

    monkeypatch.setattr(executors, 'measure', measure)
    monkeypatch.setattr(executors, 'find_spec', lambda name: None)
    return made


def test_two_workers_are_compared_with_one_of_the_same_kind(turns, tmp_path, capsys):
    file = tmp_path / 'bench.json'
    assert main(['bench', 'executors', '--pictures', '8', '--json', str(file)]) == 0
    found = json.loads(file.read_text())
    assert set(found['executors']) == {'processes 1', 'processes 2'}
    assert found['executors']['processes 2']['faster']['median'] == 2.0
    assert found['numbers_equal'] is True
    assert 'are equal' in capsys.readouterr().out


def test_numbers_that_differ_are_told(turns, monkeypatch, capsys):
    measure = executors.measure

    def differing(executor, pictures):
        found = measure(executor, pictures)
        return replace(found, rows=[replace(ROW, score=executor.workers / 10)])

    monkeypatch.setattr(executors, 'measure', differing)
    assert main(['bench', 'executors', '--repeats', '1']) == 1
    assert 'NOT equal' in capsys.readouterr().out


def test_undefined_values_do_not_make_numbers_differ(turns, capsys):
    turns['rows'] = [replace(ROW, aim=float('nan'))]
    assert main(['bench', 'executors', '--repeats', '1']) == 0
    assert 'are equal' in capsys.readouterr().out


@pytest.mark.parametrize('words', [('--pictures', '2'), ('--repeats', '0')])
def test_too_few_pictures_or_turns_are_refused(words, capsys):
    assert main(['bench', 'executors', *words]) == 2
    assert words[0] in capsys.readouterr().err


def test_a_real_turn_judges_every_street(capsys):
    turn = executors.measure(executors.executor('processes', 1), 3)
    assert {row.key for row in turn.rows} == {'205000', '205001', '205002'}
    assert len(turn.rows) == 3 * 14
    assert turn.per_second > 0.0 and turn.seconds > 0.0
