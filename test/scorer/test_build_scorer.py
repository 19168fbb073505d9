# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Every form of a scorer's name finds its scorer; a wrong one is told what there is."""

import sys

import numpy as np
import pytest

from sageiq_ros.engines.store import shipped
from sageiq_ros.scorer.base import RegionScorer
from sageiq_ros.scorer.build import build_scorer
from sageiq_ros.types import Quality, SageIQError

CROPS = [np.zeros((4, 6, 3), np.uint8), np.full((8, 5, 3), 255, np.uint8)]

MODULE = """
from sageiq_ros.types import Quality

class Mean:
    name = 'mean grey'

    def score(self, crops):
        return [Quality(float(crop.mean()) / 255) for crop in crops]

class Picky(Mean):
    def __init__(self, file):
        self.file = file

class Answering(Mean):
    answer = None

    def score(self, crops):
        return self.answer

class Failing(Mean):
    def score(self, crops):
        raise ValueError('no light')

def made():
    return Mean()

nothing = dict
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Put the user's module on the path and return its name."""
    (tmp_path / 'users_own.py').write_text(MODULE, encoding='utf-8')
    (tmp_path / 'users_lacking.py').write_text('import no_such_package_x', encoding='utf-8')
    (tmp_path / 'users_broken.py').write_text('1 / 0', encoding='utf-8')
    monkeypatch.syspath_prepend(tmp_path)
    yield 'users_own'
    for name in ('users_own', 'users_lacking', 'users_broken'):
        sys.modules.pop(name, None)


@pytest.mark.parametrize('made', ['Mean', 'made'])
def test_an_import_path_is_the_user_s_own_scorer(module, made):
    scorer: RegionScorer = build_scorer(f'{module}:{made}', 1)
    assert scorer.name == 'mean grey'
    assert [quality.score for quality in scorer.score(CROPS)] == [0.0, 1.0]


@pytest.mark.parametrize(
    ('path', 'sentence'),
    [
        ('users_owm:Mean', "no module 'users_owm'.*PYTHONPATH"),
        ('users_own.sub:Mean', "no module 'users_own.sub'"),
        ('users_lacking:Mean', 'needs a package that is missing: no_such_package_x'),
        ('users_broken:Mean', 'cannot be imported .ZeroDivisionError'),
        ('users_own:Meen', "has no 'Meen'; did you mean users_own:Mean"),
        ('users_own:Picky', 'cannot be made .TypeError.*file'),
        ('users_own:nothing', "makes dict, which is no scorer.*'score"),
    ],
)
def test_an_import_path_that_leads_nowhere_says_why(module, path, sentence):
    with pytest.raises(SageIQError, match=sentence):
        build_scorer(path, 1)


@pytest.mark.parametrize(
    ('answer', 'sentence'),
    [
        ([Quality(0.5)], '1 qualities for 2 crops'),
        ([Quality(0.5), Quality(1.5)], r'score 1\.5, outside'),
        ([Quality(-0.1), Quality(0.5)], r'score -0\.1, outside'),
        ([0.5, 0.5], 'gave float where'),
        (None, 'failed .TypeError'),
    ],
)
def test_a_wrong_answer_of_the_user_s_scorer_is_a_fault(module, answer, sentence):
    scorer = build_scorer(f'{module}:Answering', 1)
    sys.modules[module].Answering.answer = answer
    with pytest.raises(SageIQError, match=sentence):
        scorer.score(CROPS)


def test_no_score_is_an_answer(module):
    scorer = build_scorer(f'{module}:Answering', 1)
    sys.modules[module].Answering.answer = [Quality(float('nan')), Quality(0.5)]
    first, second = scorer.score(CROPS)
    assert np.isnan(first.score) and second.score == 0.5


def test_a_failure_of_the_user_s_scorer_names_it(module):
    with pytest.raises(SageIQError, match=r"'users_own:Failing' failed .ValueError: no light"):
        build_scorer(f'{module}:Failing', 1).score(CROPS)


@pytest.mark.parametrize('name', ['sageiq_m_nano', str(shipped() / 'sageiq_m_nano')])
def test_an_engine_is_named_or_found_by_its_folder(name):
    assert build_scorer(name, 1).name == 'sageiq_m_nano int8'


def test_niqe_is_named():
    assert build_scorer('niqe', 1).name == 'niqe'


@pytest.mark.parametrize(
    ('name', 'hint'),
    [
        ('brisk', "did you mean 'brisque'"),
        ('sageiq_m_nan', "did you mean 'sageiq_m_nano'"),
        ('piqa:niqe:x', "did you mean 'niqe'"),
        ('', 'no scorer'),
        ('./nothing/here', 'no scorer'),
        ('reltr_nano', 'runs reltr, which scores nothing'),
    ],
)
def test_a_wrong_name_lists_what_there_is(name, hint):
    with pytest.raises(SageIQError, match=hint) as caught:
        build_scorer(name, 1)
    for possible in ('sageiq_m_nano', 'brisque', 'niqe', 'pyiqa:<metric>', '<module>:<class>'):
        assert possible in str(caught.value)
