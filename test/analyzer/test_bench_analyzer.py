# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq bench analyzer`` times every way and names its baseline."""

import json

import pytest
from analyzer_helpers import ScriptedModel, needs_smollm2

from sageiq_ros.bench import analyzer_ways
from sageiq_ros.cli import main


def test_every_way_is_timed_against_the_papers_prompts(tmp_path, capsys, monkeypatch):
    needs_smollm2()
    # The real prompts take minutes; the worker process of the default is the real one.
    model = ScriptedModel(lambda prompt, opening, grammar: '1]' if opening else 'none')
    monkeypatch.setattr(analyzer_ways, 'load_language_model', lambda files, threads: model)
    monkeypatch.setattr(analyzer_ways, 'FRAMES', 5)
    path = tmp_path / 'bench.json'
    assert main(['bench', 'analyzer', '--repeats', '2', '--json', str(path)]) == 0
    found = json.loads(path.read_text())['analyzer']
    ways = found['ways']
    assert ways[found['baseline']]['faster']['median'] == 1.0
    assert {len(way['turns_s']) for way in ways.values()} == {2}
    assert all(seconds > 0.0 for way in ways.values() for seconds in way['turns_s'])
    assert found['triplets'] == 10 and found['start_s'] > 0.0
    # One selector and ten dispensers a turn, and none of them sampled in any other way.
    sampled = [call for call in model.calls if call.get('sampling') is not None]
    assert len(sampled) == 2 * 11
    out = capsys.readouterr().out
    assert all(name in out for name in ways) and '(baseline)' in out


@pytest.mark.parametrize(
    ('words', 'said'),
    [
        (['--repeats', '0'], '--repeats and --threads must be positive.'),
        (['--json', '/nowhere/x.json'], 'There is no folder /nowhere for x.json.'),
        (['--model', '/nowhere'], 'There is no language model at /nowhere'),
    ],
)
def test_a_wrong_call_is_one_sentence(capsys, words, said):
    assert main(['bench', 'analyzer', *words]) == 2
    err = capsys.readouterr().err
    assert said in err and len(err.splitlines()) == 1
