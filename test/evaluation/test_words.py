# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The words for measured faults fall where they belong on streets that chose no threshold."""

import json

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


def test_the_splits_share_no_street():
    from sageiq_ros.evaluation.words import FIRST_STREET

    assert abs(FIRST_STREET['tuning'] - FIRST_STREET['reporting']) > 10_000
