# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq soak``: conditions rotate, faults that were caused are no fault, all is kept."""

import json
import os
import signal
import threading

import pytest

from sageiq_ros.cli import main
from sageiq_ros.config import Config
from sageiq_ros.nodes.load import conditions
from sageiq_ros.nodes.load.conditions import BROKEN, CYCLE, STEADY
from sageiq_ros.nodes.load.soak_file import without_nan
from sageiq_ros.nodes.load.soak_run import Soak
from sageiq_ros.schema import updated

SMALL = ('--cameras', '2', '--size', '64x48', '--rate', '20')


def soak(pictures, kept, minutes):
    words = ['soak', '--input', pictures, *SMALL, '--minutes', str(minutes), '--json', str(kept)]
    status = main(words)
    return status, json.loads(kept.read_text())


@pytest.mark.slow
def test_a_soak_goes_through_its_conditions_and_judges(
    with_double, pictures, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(conditions, 'PHASES_AT_LEAST', len(CYCLE))
    status, kept = soak(pictures, tmp_path / 'soak.json', 0.2)
    names = [sample['condition'] for sample in kept['samples']]
    assert names == [condition.name for condition in CYCLE]
    verdict = {one['name']: one for one in kept['verdict']}
    for name in ('deaths of the node', 'errors in diagnostics without a cause'):
        assert (verdict[name]['value'], verdict[name]['outcome']) == (0.0, 'PASS')
    assert verdict['live parameters refused']['value'] == 0.0
    # Some seconds say nothing of growth, so they are no pass.
    assert verdict['growth of memory in 10 minutes']['value'] is None
    assert (status, kept['outcome'] == 'PASS') == (1, False)
    results = kept['conditions'][STEADY.name]['results']
    assert set(results) == {'camera_1/image_raw', 'camera_2/image_raw'}
    assert min(results.values()) > 0
    assert sum(kept['conditions'][BROKEN.name]['results'].values()) > 0
    frames = kept['frames']
    due = frames['sent'] + frames['missed']
    assert due == pytest.approx(2 * 20 * 12, rel=0.2) and frames['overlays'] > 0
    # One frame of twenty in one phase of eight; a camera that stops costs a half of another one.
    assert 1 <= frames['broken'] <= 2 * 20 * 1.5 / conditions.BROKEN_EVERY + 2
    assert 'NOT JUDGED growth of memory in 10 minutes' in capsys.readouterr().out


def test_a_node_that_dies_fails_the_soak_and_what_there_was_is_kept(
    with_double, pictures, tmp_path, monkeypatch, capsys
):
    def kill(loaded, *_):
        os.kill(loaded.process.pid, signal.SIGKILL)

    monkeypatch.setattr(Soak, '_start', lambda self, loaded, *_: kill(loaded))
    status, kept = soak(pictures, tmp_path / 'soak.json', 0.2)
    assert (status, kept['outcome']) == (1, 'FAIL')
    assert 'signal 9' in kept['remarks'][0]
    assert 'FAIL       deaths of the node' in capsys.readouterr().out


def test_a_node_that_cannot_start_is_told_with_its_reason(with_double, pictures, tmp_path, capsys):
    config = tmp_path / 'config.yaml'
    config.write_text('/**:\n  ros__parameters:\n    scorer.engine: /nowhere\n')
    status = main(['soak', '--input', pictures, *SMALL, '--config', str(config)])
    assert status == 1
    assert 'The node cannot start: cannot configure: There is no engine' in capsys.readouterr().out


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_soak_judges_what_there_is(
    number, with_double, pictures, tmp_path, monkeypatch
):
    started = Soak._start

    def interrupt(self, *arguments):
        started(self, *arguments)
        threading.Timer(0.3, os.kill, (os.getpid(), number)).start()

    monkeypatch.setattr(Soak, '_start', interrupt)
    status, kept = soak(pictures, tmp_path / 'soak.json', 5)
    assert (status, kept['outcome']) == (1, 'NOT JUDGED')
    assert kept['settings']['seconds'] == 300.0
    assert len(kept['verdict']) == 11


def test_the_parameter_file_is_read_before_anything_is_started(capsys):
    assert main(['soak', '--config', '/nope.yaml']) == 2
    assert 'Cannot read the parameter file /nope.yaml' in capsys.readouterr().err


def test_the_cameras_given_win_over_those_of_the_file(tmp_path, capsys):
    config = tmp_path / 'config.yaml'
    config.write_text(
        '/**:\n  ros__parameters:\n    cameras: [left, right]\n    camera.max_rate: [5.0, 9.0]\n'
    )
    assert main(['soak', '--cameras', '3', '--config', str(config)]) == 2
    assert 'camera.max_rate holds 2 numbers for 3 cameras' in capsys.readouterr().err


def test_a_rate_that_the_node_takes_no_more_of_makes_the_period():
    config = updated(Config(), {'camera.max_rate': [5.0]})
    assert Soak(30.0, config, print, print).tally.period_s == 0.2
    assert Soak(4.0, config, print, print).tally.period_s == 0.25


@pytest.mark.parametrize(
    'words',
    [
        ('--hours', '0'),
        ('--minutes', '-1'),
        ('--minutes', 'nan'),
        ('--hours', 'inf'),
        ('--cameras', '0'),
        ('--rate', 'nan'),
    ],
)
def test_a_soak_of_nothing_is_refused(words, capsys):
    assert main(['soak', *words]) == 2
    assert words[0] in capsys.readouterr().err


@pytest.mark.parametrize('unit', ['hours', 'minutes'])
def test_a_length_that_is_no_number_is_told_with_the_form(unit, capsys):
    with pytest.raises(SystemExit):
        main(['soak', f'--{unit}', 'x'])
    assert f"must be a number of {unit} such as 1.5, not 'x'" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_told_before_the_hours(tmp_path, capsys):
    assert main(['soak', '--json', str(tmp_path / 'nowhere' / 'soak.json')]) == 2
    assert 'Cannot write' in capsys.readouterr().err


def test_what_is_not_defined_is_null_in_the_file():
    nan = float('nan')
    assert without_nan({'a': [nan, 1.5, {'b': nan}], 'c': 'nan'}) == {
        'a': [None, 1.5, {'b': None}],
        'c': 'nan',
    }
