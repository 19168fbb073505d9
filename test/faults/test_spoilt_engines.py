# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""An engine that is spoilt while it runs keeps running; configuring anew refuses it in words."""

import json
import logging
import shutil

import pytest
from reports import (
    ACTIVATE,
    CLEANUP,
    CONFIGURE,
    DEACTIVATE,
    ERROR,
    OK,
    UNCONFIGURED,
    change,
    healthy,
    restart,
    said,
    state,
)
from stages import WithScorer

from sageiq_ros.engines.store import shipped

fault = pytest.mark.fault
NETWORK, MANIFEST = 'model.onnx', 'manifest.json'


@pytest.fixture
def engine(tmp_path):
    """Return a copy of the shipped scorer."""
    return shutil.copytree(shipped() / 'sageiq_m_nano', tmp_path / 'engine')


def delete(engine):
    (engine / NETWORK).unlink()


def swap(engine):
    shutil.copy(shipped() / 'reltr_nano' / NETWORK, engine / NETWORK)


def truncate(engine):
    with (engine / NETWORK).open('r+b') as file:
        file.truncate(1000)


def delete_manifest(engine):
    (engine / MANIFEST).unlink()


def damage_manifest(engine):
    (engine / MANIFEST).write_text('{"name": "sageiq_m_nano", ')


def rewrite(engine, **changes):
    path = engine / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def another_sum(engine):
    rewrite(engine, sha256='0' * 64)


def another_network(engine):
    rewrite(engine, network='reltr')


DIFFERS = 'is not the file its manifest describes (SHA-256 differs); restore it or export the'


@pytest.mark.parametrize(
    ('spoil', 'words'),
    [
        pytest.param(
            delete,
            'lacks its file {engine}/model.onnx; restore it or choose another.',
            marks=fault("an engine's file is deleted"),
        ),
        pytest.param(
            swap, '{engine}/model.onnx ' + DIFFERS, marks=fault("an engine's file is swapped")
        ),
        pytest.param(
            truncate, '{engine}/model.onnx ' + DIFFERS, marks=fault("an engine's file is cut off")
        ),
        pytest.param(
            delete_manifest,
            "There is no scorer '{engine}'",
            marks=fault('the manifest of an engine is deleted'),
        ),
        pytest.param(
            damage_manifest,
            '{engine}/manifest.json is not a readable engine manifest (JSONDecodeError: ',
            marks=fault('the manifest of an engine is damaged'),
        ),
        pytest.param(
            another_sum,
            '{engine}/model.onnx ' + DIFFERS,
            marks=fault('the manifest of an engine has another checksum'),
        ),
        pytest.param(
            another_network,
            "The engine '{engine}' runs reltr, which scores nothing.",
            marks=fault('the engine of another stage'),
        ),
    ],
)
def test_a_spoilt_engine_runs_on_and_is_refused_at_the_next_configure(
    start, probe, picture, engine, tmp_path, spoil, words
):
    start(build=WithScorer(), scorer__engine=str(engine))
    before = probe.ask(picture(stamp=1, size=(64, 48)))
    spoil(engine)
    after = probe.ask(picture(stamp=2, size=(64, 48)))
    assert (after.score, after.scorer) == (before.score, before.scorer)
    healthy(probe)
    assert change(probe, DEACTIVATE) and change(probe, CLEANUP)
    assert not change(probe, CONFIGURE)
    assert state(probe) == UNCONFIGURED
    status = said(probe, 'engines', 'cannot configure: ', ERROR)
    assert words.format(engine=engine) in status.message
    shutil.copytree(shipped() / 'sageiq_m_nano', engine, dirs_exist_ok=True)
    assert change(probe, CONFIGURE) and change(probe, ACTIVATE)
    assert probe.ask(picture(stamp=3, size=(64, 48))).score == before.score
    assert said(probe, 'engines', 'loaded', OK)


@fault('a cache folder that cannot be written')
def test_without_a_cache_engines_are_compiled_anew(
    start, probe, picture, tmp_path, monkeypatch, caplog
):
    (tmp_path / 'file').touch()
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'file'))
    with caplog.at_level(logging.WARNING):
        start(build=WithScorer())
        assert probe.ask(picture(size=(64, 48))).scorer.startswith('sageiq_m')
    folder = tmp_path / 'file' / 'sageiq' / 'openvino'
    words = f'{folder} cannot be used (Not a directory): engines are compiled anew.'
    assert [record.getMessage() for record in caplog.records] == [words]
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'folder'))
    caplog.clear()
    assert restart(probe)
    assert probe.ask(picture(stamp=2, size=(64, 48))).header.stamp.sec == 2
    assert not caplog.records
