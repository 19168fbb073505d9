# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Importing a checkpoint of mPLUG-Owl2's family: what is taken."""

from __future__ import annotations

import json

import pytest
import torch
from mplug_checkpoint import (
    CONFIG,
    published_state,
    sized_state,
    tokenizer_model,
    write_checkpoint,
)
from mplug_fixtures import tiny, tiny_network
from safetensors.torch import load_file, save_file

from sageiq_ros.cli import main
from sageiq_ros.deployment.import_sageiq_m import import_sageiq_m, parse_options
from sageiq_ros.deployment.mplug_weights import ShardWriter
from sageiq_ros.engines.base import EngineError
from sageiq_ros.engines.mplug_owl2 import load_network
from sageiq_ros.engines.store import read_manifest
from sageiq_ros.models.mplug_owl2_config import from_official, from_settings, to_settings
from sageiq_ros.models.sageiq_m import SageIQMConfig
from sageiq_ros.models.size_modules import SizeModulesConfig
from sageiq_ros.scorer.scoring_settings import PRESETS
from sageiq_ros.types import SageIQError

LAYER = 'model.layers.0.self_attn.q_proj.weight'


@pytest.fixture(scope='module')
def checkpoint(tmp_path_factory):
    return write_checkpoint(tmp_path_factory.mktemp('published') / 'checkpoint')


def stored(folder):
    shards = json.loads((folder / 'weights.index.json').read_text())['shards']
    return {key: value for name in shards for key, value in load_file(folder / name).items()}


@pytest.mark.parametrize(
    ('form', 'kind'),
    [
        ('safetensors', 'sageiq-m'),
        ('bin', 'q-instruct'),
        ('single', 'mplug-owl2'),
        ('single', 'q-align'),
        ('single', 'deqa-score'),
    ],
)
def test_every_form_and_kind_gives_the_published_weights(tmp_path, form, kind):
    source = write_checkpoint(tmp_path / 'checkpoint', form)
    folder = tmp_path / 'engine'
    manifest = import_sageiq_m(source, folder, kind, precision='fp32')
    assert read_manifest(folder) == manifest and manifest.network == 'mplug_owl2'
    wanted = tiny_network(512).state_dict()
    network = load_network(folder, manifest)
    for key, value in network.state_dict().items():
        if not key.startswith('size_'):
            assert torch.equal(value, wanted[key]), key
    assert manifest.settings['size_modules'] == []
    assert manifest.settings['scoring'] == PRESETS[kind].to_settings()
    assert (folder / 'tokenizer.model').read_bytes() == tokenizer_model()


def test_the_command_says_what_it_imported(tmp_path, checkpoint, capsys):
    out = tmp_path / 'engine'
    words = ['models', 'import', 'q-instruct', str(checkpoint), '--out', str(out)]
    assert main([*words, '--precision', 'fp16', '--set', 'aspect=pad']) == 0
    assert 'q-instruct, ' in capsys.readouterr().out
    manifest = read_manifest(out)
    assert manifest.precision == 'fp16' and manifest.settings['scoring']['aspect'] == 'pad'
    assert all(value.dtype == torch.float16 for value in stored(out).values())
    assert main([*words]) == 2
    assert 'exists already' in capsys.readouterr().err


@pytest.mark.parametrize('precision', ['int8', 'nf4'])
def test_quantised_tiers_store_the_checkpoints_own_numbers(tmp_path, precision):
    state = {key: value.half() for key, value in published_state().items()}
    source = write_checkpoint(tmp_path / 'checkpoint', state=state)
    import_sageiq_m(source, tmp_path / 'engine', 'q-instruct', precision=precision)
    found = stored(tmp_path / 'engine')
    assert torch.equal(found[LAYER], state[LAYER])


def test_size_modules_of_a_file_are_added_and_biases_replaced(tmp_path, checkpoint):
    path = tmp_path / 'size_modules.safetensors'
    state = sized_state()
    save_file(state, path)
    folder = tmp_path / 'engine'
    manifest = import_sageiq_m(checkpoint, folder, 'sageiq-m', precision='fp32', size_modules=path)
    assert manifest.settings['size_modules'] == ['lsq', 'sfe']
    found = load_network(folder, manifest).state_dict()
    assert all(torch.equal(found[key], value) for key, value in state.items())


def test_a_checkpoint_may_hold_its_size_modules_itself(tmp_path):
    source = write_checkpoint(tmp_path / 'checkpoint', state=published_state(sized=True))
    manifest = import_sageiq_m(source, tmp_path / 'engine', 'sageiq-m')
    assert manifest.settings['size_modules'] == ['lsq', 'sfe']
    with pytest.raises(SageIQError, match='10 unknown keys'):
        import_sageiq_m(source, tmp_path / 'other', 'q-instruct')


def test_weights_are_written_in_shards_of_bounded_size(tmp_path):
    with ShardWriter(tmp_path, limit=100) as writer:
        for name in 'abcd':
            writer.add(name, torch.zeros(15))
    assert len(writer.digests) == 4 and writer.parameters == 60
    with ShardWriter(tmp_path / '.', limit=120) as writer:
        for name in 'abcd':
            writer.add(name, torch.zeros(15))
    assert len(writer.digests) == 2


def test_absent_tables_are_computed(tmp_path):
    state = {k: v for k, v in published_state().items() if not k.endswith('_pos_embed')}
    folder = tmp_path / 'engine'
    manifest = import_sageiq_m(
        write_checkpoint(tmp_path / 'c', state=state), folder, 'q-instruct', precision='fp32'
    )
    found = load_network(folder, manifest).state_dict()
    assert all(
        torch.equal(found[k], v)
        for k, v in tiny_network(512).state_dict().items()
        if 'pos_embed' in k
    )


def test_a_config_is_read_with_the_published_defaults():
    assert from_official(CONFIG) == tiny(512)
    bare = from_official({'model_type': 'mplug_owl2', 'rms_norm_eps': 1e-5})
    assert bare == SageIQMConfig()
    assert from_official({}).language.rms_norm_eps == 1e-6
    sized = tiny(320, SizeModulesConfig(gate='softmax', alpha='vector'))
    assert from_settings(json.loads(json.dumps(to_settings(sized)))) == sized


def test_settings_are_set_by_name(tmp_path, checkpoint):
    options = parse_options(
        ['sa_range=unit', 'gate=linear', 'words=[["good"],["poor"]]', 'values=[1,0]']
    )
    manifest = import_sageiq_m(checkpoint, tmp_path / 'engine', 'sageiq-m', options=options)
    scoring = manifest.settings['scoring']
    assert scoring['sa_range'] == 'unit' and scoring['words'] == [['good'], ['poor']]
    assert manifest.settings['network']['size']['gate'] == 'linear'


def test_an_engine_that_was_changed_is_refused(tmp_path, checkpoint):
    folder = tmp_path / 'engine'
    manifest = import_sageiq_m(checkpoint, folder, 'q-instruct')
    shard = next(folder.glob('weights-*.safetensors'))
    content = bytearray(shard.read_bytes())
    content[-1] ^= 1
    shard.write_bytes(content)
    with pytest.raises(EngineError, match='is missing or not the file'):
        load_network(folder, manifest)
    (folder / 'weights.index.json').write_text('{"shards": {}}')
    with pytest.raises(EngineError, match='SHA-256 differs'):
        load_network(folder, manifest)
