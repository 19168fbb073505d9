# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The tool finds what it looks for, says where, and repeats itself by its seed."""

import json
import os
import signal
import sys

import fuzz
import fuzzing.processes as processes
import fuzzing.runner as runner
import numpy as np
import pytest
from fuzzing.mutators import mutate_bytes, mutate_json, mutate_text
from fuzzing.runner import inputs_of, run_target
from fuzzing.target import Target

from sageiq_ros.types import SageIQError

COUNT = 40
SEEDS = (b'{"name": "front", "box": [1, 2, 3, 4], "of": {"city": true}}', b'[0.5, "x"]')


def target_of(run, **fields):
    return Target('t', lambda folder: (SEEDS, run), mutate_bytes, COUNT, **fields)


def escape(data):
    raise ZeroDivisionError('by nothing')


def refuse_at_length(data):
    raise SageIQError('It is wrong. ' * 200)


def refuse_on_two_lines(data):
    raise SageIQError('It is wrong.\nMend it.')


def hang(data):
    while True:
        pass


def swallow_and_hang(data):
    while True:
        try:
            hang(data)
        except Exception:
            continue


def hoard(data):
    return np.ones(300 << 20, np.uint8)[0]


@pytest.mark.parametrize(
    ('run', 'kind', 'place'),
    [
        (escape, 'escape', 'ZeroDivisionError at'),
        (refuse_at_length, 'sentence', 'refuse_at_length'),
        (refuse_on_two_lines, 'sentence', 'refuse_on_two_lines'),
        (hang, 'hang', 'hang'),
        (swallow_and_hang, 'hang', 'hang'),
        (hoard, 'memory', 'one input'),
    ],
)
def test_what_may_not_happen_is_found_and_told_by_its_place(monkeypatch, run, kind, place):
    if kind == 'hang':
        monkeypatch.setattr(runner, 'MOST_SECONDS', 0.2)
    outcome = run_target(target_of(run), 0, 1)
    ((found, finding),) = outcome.findings.items()
    assert found[0] == kind and place in finding.place
    assert finding.number == 0 and finding.data == SEEDS[0]


def test_what_is_documented_is_no_finding():
    outcome = run_target(target_of(escape, allowed=(ZeroDivisionError,)), 0, COUNT)
    assert not outcome.findings
    assert outcome.results['ZeroDivisionError'] == outcome.inputs == COUNT


def test_equal_findings_are_counted_as_one():
    (finding,) = run_target(target_of(escape), 0, COUNT).findings.values()
    assert finding.count == COUNT


def test_memory_that_is_never_given_back_is_a_finding():
    kept = []
    outcome = run_target(target_of(lambda data: kept.append(os.urandom(1 << 22))), 0, COUNT)
    assert [kind for kind, _ in outcome.findings] == ['memory']
    assert outcome.growth_mb > runner.MOST_GROWTH_MB


@pytest.mark.parametrize('mutate', [mutate_bytes, mutate_text, mutate_json])
def test_a_seed_gives_the_same_inputs_again_and_another_gives_others(mutate):
    def first(seed):
        inputs = inputs_of(Target('t', None, mutate, 0), list(SEEDS), [], seed)
        return [next(inputs) for _ in range(200)]

    assert first(1) == first(1) != first(2)
    assert first(1)[: len(SEEDS)] == list(SEEDS)
    assert len(set(first(1))) > 100


def test_an_input_with_another_outcome_is_mutated_further():
    seen = []

    def run(data):
        seen.append(data)
        return min(data.count(b'9'), 30)

    run_target(target_of(run), 0, 4000)
    # No single mutation of a seed holds as many.
    assert max(data.count(b'9') for data in seen) > 3 * max(s.count(b'9') for s in SEEDS) + 3


def crash_work(name, seed, count, seconds, number, pipe):
    number.value = 7
    os.kill(os.getpid(), 11)


def stuck_work(name, seed, count, seconds, number, pipe):
    number.value = 7
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGPROF])
    signal.pause()


WORKS = {'crashes': crash_work, 'sticks': stuck_work}


@pytest.mark.parametrize(('name', 'kind'), [('crashes', 'crash'), ('sticks', 'hang')])
def test_a_crash_and_a_hang_in_c_code_are_told(monkeypatch, name, kind):
    monkeypatch.setattr(processes, 'STUCK_S', 1.0)
    monkeypatch.setattr(processes, '_work', WORKS[name])
    record = processes.run_apart(name, 0, COUNT, None)
    (finding,) = record['findings']
    assert (finding['kind'], finding['first_input']) == (kind, 7)


def test_the_command_keeps_its_numbers_and_tells_of_nothing_found(monkeypatch, tmp_path, capsys):
    file = tmp_path / 'fuzz.json'
    words = ['fuzz.py', '--target', 'box', '--target', 'triplets', '--scale', '0.01']
    monkeypatch.setattr(sys, 'argv', [*words, '--json', str(file)])
    assert fuzz.main() == 0
    kept = json.loads(file.read_text())
    assert [target['target'] for target in kept['targets']] == ['box', 'triplets']
    assert (kept['inputs'], kept['findings']) == (160, 0)
    assert kept['targets'][0]['taken'] + sum(kept['targets'][0]['refused'].values()) == 80
    assert '160 inputs, 0 findings' in capsys.readouterr().out
