# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The words for measured faults fall where they belong on streets that chose no threshold."""

import json

import cv2
import numpy as np
import pytest

from sageiq_ros import cli


@pytest.fixture(scope='module')
def result(tmp_path_factory):
    output = tmp_path_factory.mktemp('words') / 'words.json'
    words = ['evaluate', 'words', '--streets', '5', '--crops', '16', '--json', str(output)]
    assert cli.main(words) == 0
    return json.loads(output.read_text())


@pytest.mark.parametrize(
    ('kind', 'words', 'strength', 'least'),
    [
        ('motion_blur', ['motion', 'blur'], 0.75, 0.8),
        ('defocus', ['motion', 'blur'], 0.75, 0.9),
        ('gaussian_blur', ['motion', 'blur'], 0.75, 0.9),
        ('gaussian_noise', ['noise'], 0.5, 0.9),
        ('shot_noise', ['noise'], 0.75, 0.9),
        ('salt_and_pepper', ['specks'], 0.5, 0.9),
        ('jpeg', ['blocks'], 0.75, 0.8),
        ('under_exposure', ['underexposure'], 0.75, 0.9),
        ('fog', ['haze'], 0.5, 0.9),
    ],
)
def test_the_right_word_falls(result, kind, words, strength, least):
    (row,) = (r for r in result['right'] if (r['degradation'], r['words']) == (kind, words))
    assert row['shares'][result['strengths'].index(strength)] >= least


@pytest.mark.parametrize('word', ['motion', 'blur', 'noise', 'specks', 'blocks', 'haze'])
def test_clean_crops_rarely_get_a_word(result, word):
    assert result['clean']['street'][word] <= 2 / 16


@pytest.mark.parametrize(
    ('options', 'said'),
    [
        (['--streets', '0'], '--streets must be at least 1'),
        (['--streets', '-2'], '--streets must be at least 1'),
        (['--crops', '0'], '--crops must be at least 1'),
        (['--photos', 'PICTURES'], 'too few photographs to split; put at least 4'),
        (['--road', 'PICTURES', 'PICTURES'], 'would both be called'),
        (['--json', 'PICTURES/no/words.json'], 'Cannot write'),
    ],
)
def test_a_mistake_is_answered_in_one_sentence(options, said, tmp_path, capsys):
    pictures = tmp_path / 'pictures'
    pictures.mkdir()
    for name in ('1.png', '2.png', '3.png'):
        cv2.imwrite(str(pictures / name), np.full((60, 60, 3), 90, np.uint8))
    words = [option.replace('PICTURES', str(pictures)) for option in options]
    assert cli.main(['evaluate', 'words', '--streets', '1', '--crops', '1', *words]) == 2
    shown = capsys.readouterr().err.strip()
    assert said in shown and len(shown.splitlines()) == 1


def test_a_group_without_a_sharp_place_has_no_shares_and_no_nan(tmp_path, capsys):
    folders = [tmp_path / place / 'flat' for place in ('a', 'b')]
    for folder in folders:
        folder.mkdir(parents=True)
        cv2.imwrite(str(folder / '1.png'), np.full((60, 60, 3), 90, np.uint8))
    output = tmp_path / 'words.json'
    words = ['--streets', '1', '--crops', '1', '--road', *map(str, folders)]
    assert cli.main(['evaluate', 'words', *words, '--json', str(output)]) == 0
    found = json.loads(output.read_text())
    assert found['crops'] == {'street': 1, 'a/flat': 0, 'b/flat': 0}
    assert found['clean']['a/flat']['any'] is None
    assert 'nan' not in capsys.readouterr().out.lower() + output.read_text().lower()


def test_the_splits_share_no_street():
    from sageiq_ros.evaluation.words import FIRST_STREET

    assert abs(FIRST_STREET['tuning'] - FIRST_STREET['reporting']) > 10_000
