# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq experiment similarity`` from the command line to its numbers."""

import json

import pytest

from sageiq_ros import cli


def compare(out, *options):
    return cli.main(['experiment', 'similarity', '--out', str(out), *options])


def test_data_sets_are_compared_and_the_numbers_written(textured_pictures, tmp_path, capsys):
    data = f'rendered:3,pictures:{textured_pictures}'
    assert compare(tmp_path / 'new', '--data', data, '--pictures', '2') == 0
    content = json.loads((tmp_path / 'new' / 'similarity.json').read_text())
    words = f'--out {tmp_path / "new"} --data {data} --pictures 2'
    assert content['command'] == f'sageiq experiment similarity {words}'
    assert [(one['driving'], one['pictures']) for one in content['sets']] == [
        (True, 2),
        (False, 2),
    ]
    assert len(content['sets'][0]['center']) == 256 and not content['resnet50']
    (first, second), *_ = content['D']['matrix']
    assert first == 0 < second
    shown = capsys.readouterr().out
    assert 'not ResNet-50' in shown and 'as printed' in shown
    row = next(line for line in shown.splitlines() if line.startswith('  rendered  '))
    assert row.split()[:4] == ['rendered', 'driving', '2', '0']
    first_row = shown.split('\nD: divergence')[1].splitlines()[2]
    assert float(first_row.split()[-1]) == pytest.approx(second, rel=0.01)


def test_every_option_reaches_what_it_is_for(textured_pictures, tmp_path):
    data = f'rendered:2,pictures:{textured_pictures}'
    options = '--dimensions', '3', '--seed', '5', '--divergence', 'literal'
    assert compare(tmp_path, '--data', data, *options) == 0
    content = json.loads((tmp_path / 'similarity.json').read_text())
    assert content['seed'] == 5 and content['divergence'] == 'literal'
    assert {len(one['projected']) for one in content['sets']} == {3}


@pytest.mark.parametrize(
    ('options', 'reason'),
    [
        (('--data', 'rendered:2'), 'at least two data sets'),
        (('--data', 'nothing:here'), 'nothing'),
        (('--data', 'rendered:2', '--threads', '0'), '--threads'),
        (('--data', 'rendered:2', '--seed', '-1'), '--seed'),
        (('--data', 'rendered:2', '--resnet50', 'missing.pth'), 'There is no file missing.pth'),
    ],
)
def test_what_cannot_be_done_is_one_sentence(tmp_path, capsys, options, reason):
    assert compare(tmp_path, *options) == 2
    error = capsys.readouterr().err
    assert reason in error.splitlines()[-1] and 'Traceback' not in error


def test_only_one_network_can_be_asked_for(tmp_path):
    with pytest.raises(SystemExit):
        compare(tmp_path, '--data', 'rendered', '--resnet50', 'a', '--features', 'scene-graph')
