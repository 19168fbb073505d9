# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq bench bag`` compares like with like and tells where scores differ."""

import json
from types import SimpleNamespace

import pytest

from sageiq_ros.bench import bag
from sageiq_ros.cli import main
from sageiq_ros.executors.local import LocalExecutor


@pytest.fixture
def runs(monkeypatch):
    """Stand for runs: one process takes 4 s for 2 s of a drive, several take 1 s."""
    made = {'score': lambda executor: 0.5}

    def evaluate(drive, frames, executor, table):
        spent_s = 4.0 if executor.workers == 1 else 1.0
        results = [SimpleNamespace(score=made['score'](executor))] * frames
        return SimpleNamespace(
            results=results, recorded_s=2.0, spent_s=spent_s, speed=2.0 / spent_s
        )

    monkeypatch.setattr(bag, 'evaluate', evaluate)
    monkeypatch.setattr(bag, 'rendered_drive', lambda folder, frames: folder)
    # One processor would make both ways the same.
    monkeypatch.setattr('os.sched_getaffinity', lambda process: {0, 1, 2})
    return made


def test_processes_are_compared_with_one_of_the_same_repeat(runs, tmp_path, capsys):
    file = tmp_path / 'bench.json'
    assert main(['bench', 'bag', '--frames', '8', '--json', str(file)]) == 0
    found = json.loads(file.read_text())
    assert set(found['ways']) == {'this process', '3 processes of this machine'}
    assert found['ways']['3 processes of this machine']['faster']['median'] == 4.0
    assert found['ways']['3 processes of this machine']['real_time']['median'] == 2.0
    assert (found['frames'], found['scores_equal']) == (8, True)
    assert 'the scores are equal' in capsys.readouterr().out


def test_scores_that_differ_are_told(runs, capsys):
    runs['score'] = lambda executor: 0.1 * executor.workers
    assert main(['bench', 'bag', '--repeats', '1']) == 1
    assert 'NOT equal' in capsys.readouterr().out


@pytest.mark.parametrize('words', [('--frames', '1'), ('--repeats', '0')])
def test_too_few_frames_or_turns_are_refused(words, capsys):
    assert main(['bench', 'bag', *words]) == 2
    assert words[0] in capsys.readouterr().err


def test_a_real_turn_goes_through_the_street(tmp_path):
    drive = bag.rendered_drive(tmp_path, 3)
    run = bag.evaluate(drive, 3, LocalExecutor(), tmp_path / 'results.csv')
    assert len(run.results) == len(bag.scores(run)) == 3
    assert run.speed > 0.0
    assert len((tmp_path / 'results.csv').read_text().splitlines()) == 4
