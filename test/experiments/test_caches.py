# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Each content is looked at once, and what is remembered is what would be computed."""

from __future__ import annotations

import math
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from sageiq_ros.config import SceneGraphConfig
from sageiq_ros.experiments import caches
from sageiq_ros.experiments.caches import (
    CachedGenerator,
    CachedScorer,
    ContentCache,
    content_key,
)
from sageiq_ros.scorer.identity import scorer_identity
from sageiq_ros.types import Box, Quality, Region, SageIQError, SceneGraph, Triplet


class Scorer:
    """Counts what it is given."""

    name = 'counting'

    def __init__(self):
        self.batches = []

    def score(self, crops):
        self.batches.append(len(crops))
        return [Quality(1 / (3 + crop.sum())) for crop in crops]


class Generator:
    """Counts how often it looks."""

    name = 'counting'

    def __init__(self):
        self.looks = 0

    def generate(self, image, config):
        self.looks += 1
        region = Region('car', 1 / 3, Box(0.1, 2.0 / 3, 5, 7))
        return SceneGraph((region,), (Triplet(0, 'on', 0, 0.1),))


def crop(value, shape=(4, 5)):
    return np.full((*shape, 3), value, np.uint8)


@pytest.fixture
def cache(tmp_path):
    return ContentCache(tmp_path / 'scores.sqlite3')


def test_equal_crops_are_scored_once_in_one_batch(cache):
    inner = Scorer()
    found = CachedScorer(inner, 'a', cache).score([crop(1), crop(2), crop(1)])
    assert inner.batches == [2]
    assert found[0] == found[2] != found[1]


def test_a_score_is_remembered_to_the_last_bit(cache, tmp_path):
    inner = Scorer()
    first = CachedScorer(inner, 'a', cache).score([crop(1)])
    cache.flush()
    again = CachedScorer(inner, 'a', ContentCache(tmp_path / 'scores.sqlite3')).score([crop(1)])
    assert again[0].score == first[0].score
    assert math.isnan(again[0].p_good)
    assert inner.batches == [1, 0]


def test_nothing_new_is_kept_without_a_flush(cache, tmp_path):
    CachedScorer(Scorer(), 'a', cache).score([crop(1)])
    inner = Scorer()
    CachedScorer(inner, 'a', ContentCache(tmp_path / 'scores.sqlite3')).score([crop(1)])
    assert inner.batches == [1]


def test_a_cache_that_another_process_writes_to_costs_no_answer(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(caches, 'SECONDS_FOR_A_LOCK', 0.01)
    path = tmp_path / 'scores.sqlite3'
    cache = ContentCache(path)
    found = CachedScorer(Scorer(), 'a', cache).score([crop(1)])
    with closing(sqlite3.connect(path)) as other:
        other.execute('BEGIN IMMEDIATE')
        cache.remember()
    assert len(found) == 1
    error = capsys.readouterr().err
    assert 'is locked' in error and error.endswith('Answers are not remembered for now.\n')


@pytest.mark.parametrize(
    ('identity', 'image'),
    [('b', crop(1)), ('a', crop(2)), ('a', crop(1, (5, 4))), ('a', crop(1, (2, 10)))],
)
def test_another_scorer_or_content_or_shape_is_another_key(identity, image):
    assert content_key(identity, image) != content_key('a', crop(1))


def test_a_view_has_the_key_of_its_pixels():
    image = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    assert content_key('a', image[:, ::-1]) == content_key('a', image[:, ::-1].copy())


def test_graphs_are_remembered_by_content_and_settings(cache, tmp_path):
    inner = Generator()
    cached = CachedGenerator(inner, 'g', cache)
    first = cached.generate(crop(1), SceneGraphConfig())
    assert cached.generate(crop(1), SceneGraphConfig()) == first
    assert inner.looks == 1
    cached.generate(crop(1), SceneGraphConfig(entity_threshold=0.4))
    cached.generate(crop(2), SceneGraphConfig())
    assert inner.looks == 3
    cache.flush()
    again = CachedGenerator(inner, 'g', ContentCache(tmp_path / 'scores.sqlite3'))
    assert again.generate(crop(1), SceneGraphConfig()) == first
    assert inner.looks == 3


def test_a_file_that_is_no_cache_is_refused_with_what_to_do(tmp_path):
    path = tmp_path / 'scores.sqlite3'
    path.write_bytes(b'no database at all, but long enough to look like one' * 40)
    with pytest.raises(SageIQError, match=r'remove it or name another with --cache'):
        ContentCache(path)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(SageIQError, match='cannot be used'):
        ContentCache(tmp_path / 'file' / 'scores.sqlite3')


def test_scorers_are_told_apart_by_name_and_weights(tmp_path, monkeypatch):
    names = ('sageiq_m_nano', 'brisque', 'niqe', 'pyiqa:niqe')
    assert len({scorer_identity(name) for name in names}) == len(names)
    module = tmp_path / 'own_scorer.py'
    module.write_text('class One: ...\n')
    monkeypatch.syspath_prepend(tmp_path)
    before = scorer_identity('own_scorer:One')
    module.write_text('class One: "changed"\n')
    assert scorer_identity('own_scorer:One') != before


def test_an_engine_counts_by_its_weights(tmp_path):
    from sageiq_ros.engines.store import shipped

    folder = tmp_path / 'engine'
    folder.mkdir()
    manifest = (shipped() / 'sageiq_m_nano' / 'manifest.json').read_text()
    (folder / 'manifest.json').write_text(manifest)
    before = scorer_identity(str(folder))
    (folder / 'manifest.json').write_text(manifest.replace('"sha256": "', '"sha256": "0'))
    assert scorer_identity(str(folder)) != before


def test_the_identity_of_no_scorer_is_refused():
    with pytest.raises(SageIQError, match="did you mean 'niqe'"):
        scorer_identity('niqee')
