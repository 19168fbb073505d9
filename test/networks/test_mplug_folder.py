# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The scorer takes from its folder what belongs to it, and refuses what does not."""

from __future__ import annotations

import json
import shutil
import sys

import numpy as np
import pytest
import torch
from mplug_checkpoint import write_checkpoint

from sageiq_ros.deployment.import_sageiq_m import import_sageiq_m
from sageiq_ros.engines import mplug_owl2
from sageiq_ros.engines.base import EngineError
from sageiq_ros.engines.manifest import Manifest, TensorSpec
from sageiq_ros.engines.store import read_manifest, sha256, write_manifest
from sageiq_ros.engines.vision_tower import load_vision_tower
from sageiq_ros.scorer.mplug_owl2 import MPLUGOwl2Scorer
from sageiq_ros.types import SageIQError

CROPS = [np.full((height, 30, 3), 90, np.uint8) for height in (20, 40, 60)]


@pytest.fixture(scope='module')
def imported(tmp_path_factory):
    """Import a checkpoint without size modules, whose training would start elsewhere than at 0."""
    room = tmp_path_factory.mktemp('folder')
    source = write_checkpoint(room / 'checkpoint', 'single')
    options = {'alpha_start': 1, 'queries_std': 0.5}
    import_sageiq_m(source, room / 'engine', 'sageiq-m', precision='fp32', options=options)
    return room / 'engine'


@pytest.fixture
def folder(imported, tmp_path):
    return shutil.copytree(imported, tmp_path / 'engine')


def test_untrained_size_modules_are_0_wherever_training_starts(imported, monkeypatch):
    monkeypatch.delattr(torch, 'manual_seed')
    before = torch.get_rng_state()
    network = mplug_owl2.load_network(imported, read_manifest(imported))
    assert network.config.size.queries_std == 0.5 and network.config.size.alpha_start == 1.0
    assert not network.size_queries.any() and not network.size_feature_extractor.alpha.any()
    assert network.size_feature_extractor.alpha.dtype == torch.float32
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    'error',
    [
        MemoryError(),
        torch.OutOfMemoryError('CUDA out of memory.'),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
    ],
)
def test_too_little_memory_is_a_sentence(imported, monkeypatch, error):
    def place(*_):
        raise error

    monkeypatch.setattr(mplug_owl2, 'place', place)
    with pytest.raises(EngineError, match='does not fit into the memory of cpu in fp32'):
        mplug_owl2.load_network(imported, read_manifest(imported))


def test_another_fault_of_torch_is_not_taken_for_one_of_memory(imported, monkeypatch):
    def place(*_):
        raise RuntimeError('a fault')

    monkeypatch.setattr(mplug_owl2, 'place', place)
    with pytest.raises(RuntimeError, match='a fault'):
        mplug_owl2.load_network(imported, read_manifest(imported))


@pytest.mark.parametrize('package', ['onnx', 'onnxruntime'])
def test_a_package_that_the_vision_export_lacks_is_missed_before_the_work(
    tmp_path, monkeypatch, package
):
    monkeypatch.setitem(sys.modules, package, None)
    # Nothing is read or written before: the checkpoint that follows is none.
    with pytest.raises(SageIQError, match=f'needs a package that is missing .{package}.'):
        import_sageiq_m(tmp_path / 'none', tmp_path / 'out', 'q-instruct', vision_batch=2)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize('provenance', [{}, {'exported_from': {'sha256': 'of others'}}])
def test_a_vision_engine_of_other_weights_is_refused(folder, provenance):
    vision = folder / 'vision'
    vision.mkdir()
    (vision / 'model.onnx').write_bytes(b'x')
    spec = TensorSpec('images', (1, 3, 56, 56), 'float32')
    digest = sha256(vision / 'model.onnx')
    network = mplug_owl2.VISION
    write_manifest(
        vision,
        Manifest(
            network, network, 'fp32', 'model.onnx', digest, (spec,), (), provenance=provenance
        ),
    )
    with pytest.raises(EngineError, match='was not exported from the weights of'):
        load_vision_tower(None, folder, 1, 'onnxruntime')


@pytest.mark.parametrize('harm', ['another', 'none'])
def test_another_tokenizer_is_refused(folder, harm):
    path = folder / 'tokenizer.model'
    if harm == 'none':
        path.unlink()
    else:
        path.write_bytes(path.read_bytes() + b'\x1a\x00')
    with pytest.raises(EngineError, match='is missing or not the file that was imported'):
        MPLUGOwl2Scorer(folder, 1, device='cpu')


def test_a_tokenizer_of_more_pieces_than_words_is_refused(folder):
    path = folder / 'manifest.json'
    content = json.loads(path.read_text())
    content['settings']['network']['language']['vocabulary'] = 100
    path.write_text(json.dumps(content))
    with pytest.raises(EngineError, match='where the network knows 100 words'):
        MPLUGOwl2Scorer(folder, 1, device='cpu')


def test_a_kept_size_feature_does_not_keep_its_batch(folder):
    path = folder / 'manifest.json'
    content = json.loads(path.read_text())
    # As if they were trained: else none is computed.
    content['settings']['size_modules'] = ['lsq', 'sfe']
    path.write_text(json.dumps(content))
    scorer = MPLUGOwl2Scorer(folder, 1, device='cpu')
    scorer.score(CROPS)
    assert len(scorer._features) == 3
    for kept in scorer._features.values():
        assert kept.untyped_storage().nbytes() == kept.numel() * kept.element_size()


def test_an_answer_without_words_is_refused(imported, monkeypatch):
    scorer = MPLUGOwl2Scorer(imported, 1, device='cpu')
    monkeypatch.setattr('sageiq_ros.scorer.mplug_owl2.generate', lambda *_: [])
    with pytest.raises(SageIQError, match='answered without a word'):
        scorer.describe(CROPS[0])
