# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Every form of a scorer's name finds its scorer; a wrong one is told what there is."""

import sys
from pathlib import Path

import numpy as np
import pytest

from sageiq_ros.engines.manifest import Manifest, TensorSpec
from sageiq_ros.engines.mplug_owl2 import NETWORK
from sageiq_ros.engines.store import shipped, write_manifest
from sageiq_ros.scorer.base import QualityDescriber, RegionScorer, SizeAblation
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

class Telling(Mean):
    words = 'All is well.'

    def describe(self, crop, question='', seed=0):
        return f'{self.words} {question} {seed}' if self.words == 'All is well.' else self.words

class Switching(Mean):
    modules = {'lsq', 'sfe'}

    @property
    def size_modules(self):
        return self.modules

    def with_size_modules(self, modules):
        other = type(self)()
        other.modules = modules
        return other if 'lsq' in modules else None

class Whole(Telling, Switching):
    pass

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
        ([Quality(0.5), Quality(None)], 'gave NoneType as score'),
        ([Quality(0.5), Quality('0.5')], 'gave str as score'),
        ([Quality(np.array([0.5])), Quality(0.5)], 'gave ndarray as score'),
        ([Quality(0.5, 2.0, 0.0, 0.0), Quality(0.5)], r'the p_good 2\.0, outside'),
        ([Quality(0.5, 0.5, None, 0.5), Quality(0.5)], 'gave NoneType as p_average'),
        ([Quality(0.5, 0.5), Quality(0.5)], 'some of p_good, p_average, p_poor'),
        (None, 'failed .TypeError'),
    ],
)
def test_a_wrong_answer_of_the_user_s_scorer_is_a_fault(module, answer, sentence):
    scorer = build_scorer(f'{module}:Answering', 1)
    sys.modules[module].Answering.answer = answer
    with pytest.raises(SageIQError, match=sentence):
        scorer.score(CROPS)


def test_numbers_of_any_type_come_out_as_floats(module):
    scorer = build_scorer(f'{module}:Answering', 1)
    given = Quality(np.float32(0.5), 1, 0, np.float64(0))
    sys.modules[module].Answering.answer = [given, Quality(1)]
    first, second = scorer.score(CROPS)
    assert (first, second.score) == (Quality(0.5, 1.0, 0.0, 0.0), 1.0)
    values = (first.score, first.p_good, first.p_average, first.p_poor, second.score)
    assert {type(value) for value in values} == {float}


@pytest.mark.parametrize(
    ('made', 'describes', 'switches'),
    [
        ('Mean', False, False),
        ('Telling', True, False),
        ('Switching', False, True),
        ('Whole', True, True),
    ],
)
def test_what_else_the_user_s_scorer_can_do_is_seen(module, made, describes, switches):
    scorer = build_scorer(f'{module}:{made}', 1)
    assert isinstance(scorer, QualityDescriber) is describes
    assert isinstance(scorer, SizeAblation) is switches
    if describes:
        assert scorer.describe(CROPS[0], 'Is it?', 3) == 'All is well. Is it? 3'
    if switches:
        assert scorer.size_modules == {'lsq', 'sfe'}
        other = scorer.with_size_modules(frozenset({'lsq'}))
        assert isinstance(other, SizeAblation) and other.size_modules == {'lsq'}
        assert len(other.score(CROPS)) == 2


@pytest.mark.parametrize('words', [None, '', 7])
def test_a_description_that_is_no_text_is_a_fault(module, words):
    scorer = build_scorer(f'{module}:Telling', 1)
    sys.modules[module].Telling.words = words
    with pytest.raises(SageIQError, match='as a description, where text belongs'):
        scorer.describe(CROPS[0])


@pytest.mark.parametrize(
    ('modules', 'sentence'),
    [(None, 'failed .TypeError'), ({'lens'}, 'names the size modules lens')],
)
def test_size_modules_that_are_none_are_a_fault(module, modules, sentence):
    scorer = build_scorer(f'{module}:Switching', 1)
    sys.modules[module].Switching.modules = modules
    with pytest.raises(SageIQError, match=sentence):
        _ = scorer.size_modules


def test_a_switched_scorer_is_held_to_the_interface_too(module):
    scorer = build_scorer(f'{module}:Switching', 1)
    with pytest.raises(SageIQError, match='makes NoneType, which is no scorer'):
        scorer.with_size_modules(frozenset())


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


@pytest.mark.parametrize('name', ['sageiq_m_nano', 'pyiqa:piqe', 'niqe'])
@pytest.mark.parametrize('threads', [0, -2])
def test_a_scorer_without_threads_is_refused(name, threads):
    with pytest.raises(SageIQError, match=f'1 processor thread or more, not {threads}'):
        build_scorer(name, threads)


def test_what_a_large_model_needs_is_an_extra_of_the_package(tmp_path, monkeypatch):
    image = TensorSpec('image', (1, 3, 448, 448), 'float32')
    write_manifest(tmp_path, Manifest('large', NETWORK, 'bf16', 'x', '', (image,), (image,)))
    monkeypatch.setitem(sys.modules, 'torch', None)
    monkeypatch.delitem(sys.modules, 'sageiq_ros.scorer.mplug_owl2', raising=False)
    with pytest.raises(SageIQError, match=r"missing .torch.: run 'pip install \.\[sageiq_m\]'"):
        build_scorer(str(tmp_path), 1)
    setup = (Path(__file__).parents[2] / 'setup.py').read_text(encoding='utf-8')
    assert "'sageiq_m': ['torch', 'safetensors'," in setup


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
