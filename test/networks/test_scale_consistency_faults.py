# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What ``sageiq train sageiq-m`` cannot use is one sentence, and found before the work."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from mplug_fixtures import tiny_network
from safetensors import safe_open
from scale_consistency_fixtures import arguments

from sageiq_ros.cli import main
from sageiq_ros.training.scale_consistency.labels import teacher_scores
from sageiq_ros.training.scale_consistency.output import write_size_modules
from sageiq_ros.training.scale_consistency.pictures import find_pictures
from sageiq_ros.training.scale_consistency.state import Progress, load_state, save_state
from sageiq_ros.types import SageIQError

# A folder of the kernel's, in which nobody makes files.
UNWRITABLE = Path('/proc')


@pytest.mark.parametrize(
    ('option', 'value', 'fault'),
    [
        *(('--rate', value, 'be a number above 0') for value in ('-1', '0', 'nan', 'inf')),
        *(('--seed', value, f'lie in [0, {2**63})') for value in ('-1', str(2**63))),
    ],
)
def test_numbers_without_a_sense_are_refused(tmp_path, capsys, option, value, fault):
    with pytest.raises(SystemExit) as stop:
        main(arguments(tmp_path, tmp_path / 'work', option, value))
    assert stop.value.code == 2
    assert f'argument {option}: must {fault}, not {value}' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('work', 'out', 'fault'),
    [
        ('file', None, 'file cannot be a folder (File exists)'),
        ('file/work', None, 'cannot be a folder (Not a directory)'),
        (UNWRITABLE, None, 'Cannot write /proc/state.pt'),
        (UNWRITABLE / 'work', None, '/proc/work cannot be a folder'),
        ('work', 'folder.safetensors', 'Is a directory'),
        ('work', UNWRITABLE / 'a.safetensors', 'Cannot write /proc/a.safetensors'),
        ('work', 'file/a.safetensors', 'cannot be a folder'),
        ('work', 'modules.pt', '--out must end in .safetensors'),
    ],
    ids=str,
)
def test_places_that_cannot_be_written_are_found_first(
    tmp_path, capsys, monkeypatch, work, out, fault
):
    monkeypatch.setenv('ACCELERATE_USE_CPU', 'true')
    (tmp_path / 'file').touch()
    (tmp_path / 'folder.safetensors').mkdir()
    more = [] if out is None else ['--out', tmp_path / out]
    # Neither the network nor the pictures are there, which would be said later.
    assert main(arguments(tmp_path, tmp_path / work, *more)) == 2
    error = capsys.readouterr().err
    assert fault in error and error.count('\n') == 1
    assert not any((tmp_path / 'work').glob('*'))


def test_a_state_that_cannot_be_read_is_to_be_deleted(tmp_path):
    path = tmp_path / 'state.pt'
    save_state(path, {'seed': 1}, Progress(), {'a': torch.ones(500)}, {})
    whole = path.read_bytes()
    torch.save({'identity': {'seed': 1}}, path)
    foreign = path.read_bytes()
    torch.save(torch.ones(3), path)
    for content in (whole[:-400], whole[:20], b'', b'text', foreign, path.read_bytes()):
        path.write_bytes(content)
        with pytest.raises(SageIQError, match=r'state\.pt is damaged .* delete it to train'):
            load_state(path, {'seed': 1})


@pytest.mark.parametrize(
    'content',
    [b'{"a": 0.', b'[]', b'{"a": "x"}', b'{"a": null}', b'{"a": NaN}', b'{"a": 2}', b'\xff', b''],
)
def test_labels_that_cannot_be_read_are_to_be_deleted(tmp_path, content):
    (tmp_path / 'labels-0123.json').write_bytes(content)
    with pytest.raises(SageIQError, match=r'labels-0123\.json is damaged; delete it'):
        teacher_scores(None, None, [], tmp_path, '0123', None)


def test_pictures_too_few_to_validate_are_refused(tmp_path):
    for number in range(14):
        (tmp_path / f'{number}.png').write_bytes(bytes([number]))
    with pytest.raises(SageIQError, match='holds 14 pictures; at least 15 are needed'):
        find_pictures(tmp_path, 1)
    (tmp_path / '14.png').touch()
    assert [len(part) for part in find_pictures(tmp_path, 1)] == [12, 3]


def test_what_cannot_be_measured_is_null_in_the_file(tmp_path):
    path = tmp_path / 'size_modules.safetensors'
    history = [{'loss': 0.25, 'rescaled_srcc': math.nan, 'cropped_plcc': np.inf}]
    write_size_modules(path, tiny_network(), {'seed': 1, 'history': history})
    with safe_open(path, 'pt') as content:
        about = json.loads(content.metadata()['about'], parse_constant=pytest.fail)
    entry = {'loss': 0.25, 'rescaled_srcc': None, 'cropped_plcc': None}
    assert about == {'seed': 1, 'history': [entry]}
