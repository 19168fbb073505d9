# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A trained file of size modules is imported with the readings it was trained with only."""

import json
import shlex
from dataclasses import asdict, replace

import pytest
import torch
from mplug_checkpoint import write_checkpoint
from mplug_fixtures import tiny_network
from safetensors.torch import save_file

from sageiq_ros.deployment.import_sageiq_m import import_sageiq_m, parse_options
from sageiq_ros.deployment.size_readings import check_readings
from sageiq_ros.models.size_modules import SizeModulesConfig
from sageiq_ros.scorer.scoring_settings import ScoringSettings
from sageiq_ros.types import SageIQError

OWN, SCORING = SizeModulesConfig(), ScoringSettings()
READINGS = {
    'gate': 'softmax',
    'alpha': 'vector',
    'tokens': 'queries',
    'prompt': 'How good is <|image|>? "Say" it\'s',
    'chat': 'USER: {prompt}\nANSWER:\t',
    'size_prompt': '',
    'size_place': 'before',
    'aspect': 'pad',
    'words': [['good', 'fine'], ['average'], ['bad']],
    'values': [1.0, 0.25, 0.0],
    'temperature': 2.5,
    'sa_range': 'unit',
    'sa_aspect': 'stretch',
    'sa_size': 'rounded',
}


def settings(changes):
    own = {name: value for name, value in changes.items() if hasattr(OWN, name)}
    others = {name: value for name, value in changes.items() if name not in own}
    scoring = ScoringSettings.from_settings({**SCORING.to_settings(), **others})
    return replace(OWN, **own), scoring


def described(size, scoring):
    about = {'size': asdict(size), 'scoring': scoring.to_settings()}
    return {'format': 'sageiq-m size modules', 'about': json.dumps(about)}


@pytest.fixture
def path(tmp_path):
    return tmp_path / 'size_modules.safetensors'


def write(path, metadata, state=None):
    save_file(state or {'a': torch.zeros(1)}, path, metadata)


def removing(error):
    """Return the options that a message names."""
    words = shlex.split(str(error.value).partition('import it with ')[2].removesuffix('.'))
    assert words[::2] == ['--set'] * (len(words) // 2)
    return parse_options(words[1::2])


@pytest.mark.parametrize('name', READINGS)
def test_another_reading_is_named_as_the_option_that_removes_it(path, name):
    trained = settings({name: READINGS[name]})
    write(path, described(*trained))
    with pytest.raises(SageIQError, match='was trained with other settings') as error:
        check_readings(path, OWN, SCORING)
    assert str(error.value).endswith('.') and '\n' not in str(error.value)
    assert removing(error) == {name: READINGS[name]}
    check_readings(path, *trained)


def test_all_differences_are_named_at_once(path):
    write(path, described(*settings(READINGS)))
    with pytest.raises(SageIQError) as error:
        check_readings(path, OWN, SCORING)
    assert removing(error) == READINGS
    check_readings(path, *settings(removing(error)))


def test_what_training_does_not_settle_may_differ(path):
    write(path, described(OWN, SCORING))
    free = {'alpha_start': 0.5, 'queries_std': 0.02, 'batch': 3, 'lsq': False, 'sfe': False}
    free['question'], free['general_question'] = '<|image|> {question}', 'How is it?'
    check_readings(path, *settings(free))


def test_files_of_other_origin_say_nothing_and_are_accepted(path):
    for metadata in (None, {'format': 'pt'}, {'about': '{}'}):
        write(path, metadata)
        check_readings(path, *settings(READINGS))


@pytest.mark.parametrize(
    'about',
    [
        None,
        '{',
        '[' * 100_000,
        '[]',
        '{}',
        '{"size": {}}',
        '{"size": [], "scoring": {}}',
        '{"size": {}, "scoring": []}',
        '{"size": {"gate": "odd"}, "scoring": {}}',
        '{"size": {"odd": 1}, "scoring": {}}',
        '{"size": {}, "scoring": {"values": 1}}',
    ],
    ids=lambda about: str(about)[:40],
)
def test_a_damaged_description_is_one_sentence(path, about):
    write(path, {'format': 'sageiq-m size modules', **({} if about is None else {'about': about})})
    with pytest.raises(SageIQError, match='does not say as it should'):
        check_readings(path, OWN, SCORING)


def test_the_import_compares_and_takes_the_file_with_its_readings(tmp_path, path):
    state = tiny_network(512, SizeModulesConfig(alpha='vector'), sized=True).state_dict()
    own = {name: value for name, value in state.items() if name.startswith('size_')}
    options = {'alpha': 'vector', 'sa_range': 'unit'}
    write(path, described(*settings(options)), own)
    checkpoint, engine = write_checkpoint(tmp_path / 'checkpoint', 'single'), tmp_path / 'engine'
    with pytest.raises(SageIQError, match='--set alpha=vector --set sa_range=unit'):
        import_sageiq_m(checkpoint, engine, 'sageiq-m', size_modules=path)
    assert not engine.exists()
    import_sageiq_m(checkpoint, engine, 'sageiq-m', size_modules=path, options=options)
