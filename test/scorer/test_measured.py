# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Words for scorers that give a number: level, faults, size, and that nothing was generated."""

import json
import math

import cv2
import numpy as np
import pytest

from sageiq_ros import cli
from sageiq_ros.config import ScorerConfig
from sageiq_ros.datasets.degradations import degrade
from sageiq_ros.datasets.rendered import labelled_street
from sageiq_ros.scorer.base import QualityDescriber
from sageiq_ros.scorer.measured import (
    FAULTLESS,
    MOST_FAULTS,
    MeasuredDescriber,
    describer_of,
)
from sageiq_ros.types import Quality


class Scorer:
    """Score every crop the same."""

    name = 'scorer-double'

    def __init__(self, score):
        self.value = score

    def score(self, crops):
        return [Quality(self.value, 0.0, 0.0, 1.0) for _ in crops]


class Speaker(Scorer):
    """Be a model that answers by itself."""

    def describe(self, crop, question='', seed=0):
        return f'{question} {seed}'


@pytest.fixture(scope='module')
def street():
    return labelled_street(500_100)[0]


def describe(crop, score=0.5, **options):
    return MeasuredDescriber(Scorer(score), ScorerConfig()).describe(crop, **options)


@pytest.mark.parametrize(
    ('score', 'word'),
    [(0.0, 'poor'), (0.34, 'poor'), (0.35, 'average'), (0.6, 'good'), (1.0, 'good')],
)
def test_the_level_comes_first_with_its_number(score, word, street):
    assert describe(street, score).startswith(f'The picture quality is {word} ({score:.2f}). ')


def test_the_level_follows_the_settings(street):
    strict = MeasuredDescriber(Scorer(0.7), ScorerConfig(good=0.8, poor=0.75))
    assert 'is poor (0.70)' in strict.describe(street)


def test_a_picture_without_a_score_gets_no_level(street):
    answer = describe(street, math.nan)
    assert answer.startswith('There is no score of the picture quality. ')
    assert 'nan' not in answer and 'average' not in answer and 'the level' not in answer
    assert 'scorer-double gave no score, the rest is by thresholds' in answer


def test_the_answer_says_that_it_is_measured(street):
    ending = (
        'Measured, not generated: the level is by scorer-double, the rest by thresholds on the '
        'pixels.'
    )
    assert describe(street).endswith(ending)
    assert describe(street, question='Is it sharp?').endswith('The question was not read.')


def test_the_gravest_faults_come_first_and_three_at_most(street):
    rng = np.random.default_rng(0)
    worse = street
    for kind, strength in (('gaussian_blur', 0.8), ('under_exposure', 0.95), ('jpeg', 0.3)):
        worse = degrade(worse, kind, strength, rng)
    slightly_noisy = degrade(worse, 'gaussian_noise', 0.17, rng)
    answer = describe(slightly_noisy)
    assert answer.index('strong underexposure') < answer.index('slight noise')
    assert answer.count('There is') <= MOST_FAULTS


def test_a_clean_picture_is_told_to_have_no_fault(street):
    assert FAULTLESS in describe(street[120:312, 200:424])


def test_small_crops_get_a_remark(street):
    assert 'At 20 x 24 px it is small' in describe(street[100:124, 100:120])
    assert 'At 9 x 40 px it is too small to measure' in describe(street[100:140, 100:109])
    assert 'At 1 x 1 px' in describe(street[:1, :1])
    assert ' px it is ' not in describe(street)


def test_the_words_do_not_change(street):
    assert describe(street, seed=1) == describe(street, seed=2)


def test_a_model_that_speaks_answers_by_itself(street):
    speaker = Speaker(0.5)
    assert isinstance(speaker, QualityDescriber)
    assert describer_of(speaker, ScorerConfig()) is speaker
    assert isinstance(describer_of(Scorer(0.5), ScorerConfig()), MeasuredDescriber)


def test_the_command_describes_a_box_of_each_image(street, tmp_path, capsys):
    names = ['sharp.png', 'noisy.png']
    noisy = degrade(street, 'gaussian_noise', 0.8, np.random.default_rng(0))
    for name, image in zip(names, (street, noisy), strict=True):
        cv2.imwrite(str(tmp_path / name), image)
    output = tmp_path / 'answers.jsonl'
    paths = [str(tmp_path / name) for name in names]
    assert cli.main(['describe', *paths, '--box', '200,120,224,192', '--json', str(output)]) == 0
    lines = [json.loads(line) for line in output.read_text().splitlines()]
    assert [line['name'] for line in lines] == names
    assert (lines[0]['dataset'], lines[0]['seed']) == ('', 0)
    assert lines[0]['box'] == [200, 120, 424, 312]
    assert FAULTLESS in lines[0]['answer'] and 'strong noise' in lines[1]['answer']
    assert 'sageiq_m_nano' in lines[0]['scorer']
    assert lines[1]['answer'] in capsys.readouterr().out


@pytest.mark.parametrize('box', ['1,2,3', 'a,b,c,d', '0,0,0,5', '-1,0,5,5', '600,0,41,5'])
def test_a_box_that_is_none_is_refused_in_one_sentence(box, street, tmp_path, capsys):
    path = tmp_path / 'street.png'
    cv2.imwrite(str(path), street)
    assert cli.main(['describe', str(path), f'--box={box}']) == 2
    assert box in capsys.readouterr().err


def test_an_unwritable_result_is_told_before_the_work(tmp_path, capsys):
    output = tmp_path / 'no' / 'answers.jsonl'
    assert cli.main(['describe', str(tmp_path / 'no.png'), '--json', str(output)]) == 2
    assert f'Cannot write {output}' in capsys.readouterr().err
