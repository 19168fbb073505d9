# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The full-size part of ``sageiq bench scene-graph``, by a reduced network on the same path."""

from __future__ import annotations

import json

import cv2
import numpy as np
import onnx
import pytest
from reltr_fixtures import REDUCED, filled

from sageiq_ros.bench import full_size
from sageiq_ros.bench.agreement import batch
from sageiq_ros.bench.full_size import full, made, seeded_weights
from sageiq_ros.bench.loads import load_torch
from sageiq_ros.bench.report import describe
from sageiq_ros.bench.stage import Settings
from sageiq_ros.cli import main
from sageiq_ros.deployment.import_reltr import import_reltr
from sageiq_ros.engines.base import EngineError
from sageiq_ros.engines.pytorch import TorchEngine
from sageiq_ros.engines.store import read_manifest, sha256

SIZE = (96, 64)
ONCE = Settings(repeats=2, seconds=0.001, threads=1)


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path_factory):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path_factory.getbasetemp() / 'cache'))


@pytest.fixture(scope='module')
def images():
    rng = np.random.default_rng(3)
    return [rng.integers(0, 256, (80, 120, 3), np.uint8) for _ in range(4)]


@pytest.fixture(scope='module')
def work(tmp_path_factory):
    return tmp_path_factory.mktemp('work')


@pytest.fixture(scope='module')
def found(images, work):
    return full(None, SIZE, images, ONCE, work, config=REDUCED)


def test_every_way_of_running_is_measured_against_the_faster_torch(found):
    rows = found['runners']
    assert list(rows) == [
        'torch fp32, channels_first',
        'torch fp32, channels_last',
        'OpenVINO fp32',
        'OpenVINO int8 backbone',
        'OpenVINO int8 everything',
    ]
    eager = {name: row for name, row in rows.items() if name.startswith('torch')}
    assert found['baseline'] == min(eager, key=lambda name: eager[name]['ms']['median'])
    base = rows[found['baseline']]['turns_ms']
    for row in rows.values():
        ratios = [first / second for first, second in zip(base, row['turns_ms'], strict=True)]
        assert row['faster']['median'] == pytest.approx(np.median(ratios))
        # An interpreter with its imports takes more than this.
        assert row['peak_mb'] > 30.0
    assert json.loads(json.dumps(found)) == found


def test_random_weights_are_said_to_be_random(found):
    assert found['weights'] == 'random, seed 0'
    text = describe(
        {
            'machine': {'processors': 2, 'instructions': [], 'load_before': 0.0},
            'input': {'pictures': 4, 'width': 120, 'height': 80},
            'settings': {'repeats': 2, 'seconds': 0.001, 'threads': 1},
            'full': found,
        }
    )
    assert 'full: RelTR at 96x64, weights: random, seed 0' in text
    assert 'accuracy and drift tell nothing of a trained one' in text


def test_the_two_int8_engines_differ_in_what_stays_float(found, work):
    def quantised(name):
        folder = next(work.glob(f'{name}_*'))
        nodes = onnx.load(str(folder / 'model.onnx')).graph.node
        return [node for node in nodes if node.op_type == 'QuantizeLinear']

    backbone, everything = quantised('int8_backbone'), quantised('int8_everything')
    assert 0 < len(backbone) < len(everything)
    for name in ('int8 backbone', 'int8 everything'):
        row = found['runners'][f'OpenVINO {name}']
        assert row['engine']['precision'] == 'int8'
        assert row['drift']['rel_logits']['mean'] > 0.0
    assert found['calibration_images'] == 3


def test_what_was_made_is_used_again_and_other_pictures_calibrate_anew(
    found, images, work, monkeypatch
):
    before = sorted(path.name for path in work.iterdir())
    weights = seeded_weights(work, SIZE, REDUCED)
    full_size.made_engines(weights, SIZE, images, 1, work)
    assert sorted(path.name for path in work.iterdir()) == before
    monkeypatch.setattr(full_size, 'QUANTISATIONS', {})
    full_size.made_engines(weights, SIZE, images[:2], 1, work)
    new = {path.name for path in work.iterdir()} - set(before)
    assert [name.partition('_')[0] for name in new] == ['pictures']


def test_the_same_seed_gives_the_same_weights(tmp_path):
    first, second = (seeded_weights(tmp_path / name, SIZE, REDUCED) for name in 'ab')
    assert first.name == second.name
    assert read_manifest(first).sha256 == read_manifest(second).sha256


def test_half_made_things_are_not_taken(tmp_path):
    def fail(folder):
        folder.mkdir()
        (folder / 'half').touch()
        raise KeyboardInterrupt

    def succeed(folder):
        folder.mkdir()
        (folder / 'whole').touch()

    with pytest.raises(KeyboardInterrupt):
        made(tmp_path, 'thing', [1], fail)
    folder = made(tmp_path, 'thing', [1], succeed)
    assert [path.name for path in folder.iterdir()] == ['whole']
    assert made(tmp_path, 'thing', [1], fail) == folder
    with pytest.raises(KeyboardInterrupt):
        made(tmp_path, 'thing', [2], fail)


def test_a_work_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(EngineError, match=r'Cannot make .*file'):
        made(tmp_path / 'file', 'thing', [1], lambda folder: folder.mkdir())


def test_weights_are_exported_once_alone_and_once_as_a_batch(images, tmp_path):
    import torch

    checkpoint = tmp_path / 'checkpoint.pth'
    torch.save(filled(REDUCED).state_dict(), checkpoint)
    folder = tmp_path / 'weights'
    import_reltr(checkpoint, folder, SIZE, heads={'vg': REDUCED})
    before = sha256(folder / 'weights.safetensors')
    found = batch(str(folder), images, threads=1)
    assert found['by'] == 'export'
    assert found['same_triplets'] and found['deterministic']
    assert max(found['max_difference'].values()) < 1e-3
    assert sha256(folder / 'weights.safetensors') == before


def test_imported_weights_are_measured_at_the_size_that_is_asked_for(
    images, tmp_path, monkeypatch
):
    monkeypatch.setattr(full_size, 'QUANTISATIONS', {})
    weights = seeded_weights(tmp_path, SIZE, REDUCED)
    call = load_torch(weights, 1, 'channels_last', (128, 96), images[0])
    whole = TorchEngine(weights / 'weights.safetensors', read_manifest(weights), 1)
    seen = cv2.resize(images[0], (128, 96), interpolation=cv2.INTER_AREA)
    for name, value in whole({'image': seen[None]}).items():
        np.testing.assert_allclose(call()[name], value, atol=1e-4)
    engines = full_size.made_engines(weights, (128, 96), images, 1, tmp_path)
    assert read_manifest(engines['fp32']).inputs[0].shape == (1, 96, 128, 3)


def test_a_size_that_is_none_is_refused_before_anything_is_made(tmp_path, capsys):
    command = ['bench', 'scene-graph', '--parts', 'full', '--work', str(tmp_path / 'w')]
    assert main([*command, '--size', 'big']) == 2
    assert '--size must be WIDTHxHEIGHT' in capsys.readouterr().err
    assert not (tmp_path / 'w').exists()
