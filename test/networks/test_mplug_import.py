# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Importing a checkpoint of mPLUG-Owl2's family: what is taken, and what is refused."""

from __future__ import annotations

import json
import os

import pytest
import torch
from mplug_checkpoint import CONFIG, published_state, tokenizer_model, write_checkpoint
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


def sized_state():
    """Return trained size modules and one trained bias, as the paper's recipe saves them."""
    state = tiny_network(512, sized=True).state_dict()
    kept = {key: value for key, value in state.items() if key.startswith('size_')}
    bias = 'model.vision_model.encoder.layers.0.mlp.fc1.bias'
    return {**kept, bias: state[bias] + 1}


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


def refuse(folder, out, match, kind='q-instruct', **options):
    """Expect one sentence, and nothing written."""
    with pytest.raises(SageIQError, match=match) as error:
        import_sageiq_m(folder, out, kind, **options)
    assert str(error.value).endswith('.') and '\n' not in str(error.value)
    assert not out.exists() and not list(out.parent.glob(f'.{out.name}.*'))


def test_a_missing_shard_is_named(tmp_path):
    for form in ('safetensors', 'bin'):
        source = write_checkpoint(tmp_path / form, form)
        next(source.glob(f'*-00002-of-*.{form}')).unlink()
        refuse(source, tmp_path / 'out', r'lacks the shard \w+-00002-of-00003')


def test_keys_that_are_foreign_missing_or_misshapen_are_named(tmp_path):
    state = published_state()
    cases = {
        r'1 unknown key \(model\.layers\.9\.mlp\.weight\)': {
            **state,
            'model.layers.9.mlp.weight': torch.zeros(2),
        },
        r'1 missing key \(lm_head\.weight\)': {
            k: v for k, v in state.items() if k != 'lm_head.weight'
        },
        r'q_proj\.weight has shape \(64, 32\), not \(64, 64\)': {
            **state,
            LAYER: torch.zeros(64, 32),
        },
        r'size_queries': {**state, 'size_queries': torch.zeros(1, 8, 48)},
    }
    for number, (match, content) in enumerate(cases.items()):
        refuse(write_checkpoint(tmp_path / str(number), state=content), tmp_path / 'out', match)


def test_numbers_that_cannot_be_weights_are_named(tmp_path):
    state = published_state()
    key = 'model.visual_abstractor.encoder.layers.0.crossattention.attention.k_pos_embed'
    cases = {
        'not finite': {**state, LAYER: torch.full((64, 64), torch.nan)},
        'not plain real numbers': {**state, LAYER: torch.zeros(64, 64, dtype=torch.int64)},
        "not mPLUG-Owl2's sine-cosine table": {**state, key: torch.zeros(17, 48)},
    }
    for number, (match, content) in enumerate(cases.items()):
        refuse(write_checkpoint(tmp_path / str(number), state=content), tmp_path / 'out', match)
    large = write_checkpoint(tmp_path / 'large', state={**state, LAYER: torch.full((64, 64), 1e6)})
    refuse(large, tmp_path / 'out', 'choose --precision bf16', precision='fp16')


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


class Harmful:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_code_in_a_shard_is_named_and_never_run(tmp_path):
    source = write_checkpoint(tmp_path / 'checkpoint', 'bin')
    shard = next(source.glob('*-00002-*.bin'))
    torch.save({**torch.load(shard), 'extra': Harmful(tmp_path / 'trap')}, shard)
    refuse(source, tmp_path / 'out', r'asks for the Python object posix\.mkdir')
    assert not (tmp_path / 'trap').exists()


def test_damaged_files_are_one_sentence(tmp_path):
    for form, match in (('safetensors', 'no readable safetensors'), ('bin', 'no readable torch')):
        source = write_checkpoint(tmp_path / form, form)
        shard = next(source.glob(f'*-00001-of-*.{form}'))
        shard.write_bytes(shard.read_bytes()[:99])
        refuse(source, tmp_path / 'out', match)


def test_an_index_that_disagrees_with_its_shards_is_refused(tmp_path):
    source = write_checkpoint(tmp_path / 'checkpoint')
    index = source / 'model.safetensors.index.json'
    content = json.loads(index.read_text())
    places = content['weight_map']
    for match, changed in (
        (
            f'(lacks|holds the foreign key) {LAYER}',
            {**places, LAYER: next(n for n in places.values() if n != places[LAYER])},
        ),
        (
            'holds the foreign key lm_head',
            {k: v for k, v in places.items() if k != 'lm_head.weight'},
        ),
        ('which is no .safetensors beside it', {**places, LAYER: '../weights.safetensors'}),
    ):
        index.write_text(json.dumps({'weight_map': changed}))
        refuse(source, tmp_path / 'out', match)
    index.write_text('[]')
    refuse(source, tmp_path / 'out', 'is no index of shards')


def test_a_folder_that_lacks_something_says_what(tmp_path, checkpoint):
    empty = tmp_path / 'empty'
    refuse(tmp_path / 'nowhere', tmp_path / 'out', r'has no config\.json')
    write_checkpoint(empty)
    (empty / 'tokenizer.model').unlink()
    refuse(empty, tmp_path / 'out', r'has no tokenizer\.model')
    write_checkpoint(empty)
    (empty / 'model.safetensors.index.json').unlink()
    refuse(empty, tmp_path / 'out', 'holds no weights')
    (empty / 'adapter_config.json').write_text('{}')
    refuse(empty, tmp_path / 'out', 'holds a LoRA adapter only')
    refuse(checkpoint, tmp_path / 'out', '--size-modules belong to sageiq-m', size_modules=empty)
    refuse(checkpoint, tmp_path / 'out', r'must lie in \[1, 64\]', vision_batch=0)


@pytest.mark.parametrize(
    ('changes', 'match'),
    [
        ({'model_type': 'llama'}, "its model_type is 'llama'"),
        ({'hidden_act': 'gelu'}, "its hidden_act is 'gelu'"),
        ({'rope_scaling': {'type': 'linear'}}, 'its rope_scaling is'),
        ({'num_key_value_heads': 2}, 'num_key_value_heads differs'),
        ({'num_attention_heads': 5, 'num_key_value_heads': 5}, 'no multiple of its 5 heads'),
        ({'hidden_size': 'large'}, "its hidden_size is 'large', no count"),
        ({'vocab_size': 100}, 'pieces, where the network knows 100 words'),
        ({'intermediate_size': 128}, 'of another shape'),
        ({'visual_config': []}, 'its visual_config is no table'),
    ],
)
def test_another_networks_config_is_refused(tmp_path, changes, match):
    source = write_checkpoint(tmp_path / 'checkpoint')
    (source / 'config.json').write_text(json.dumps({**CONFIG, **changes}))
    refuse(source, tmp_path / 'out', match)


def test_a_config_is_read_with_the_published_defaults():
    assert from_official(CONFIG) == tiny(512)
    bare = from_official({'model_type': 'mplug_owl2', 'rms_norm_eps': 1e-5})
    assert bare == SageIQMConfig()
    assert from_official({}).language.rms_norm_eps == 1e-6
    sized = tiny(320, SizeModulesConfig(gate='softmax', alpha='vector'))
    assert from_settings(json.loads(json.dumps(to_settings(sized)))) == sized


def test_files_of_size_modules_are_checked(tmp_path, checkpoint):
    state = sized_state()
    path = tmp_path / 'size_modules.safetensors'
    for match, content in (
        (f'the foreign key {LAYER}', {**state, LAYER: torch.zeros(64, 64)}),
        (r'size_queries has shape \(1, 4, 48\)', {**state, 'size_queries': torch.zeros(1, 4, 48)}),
        ('a part of SFE only', {k: v for k, v in state.items() if not k.endswith('alpha')}),
    ):
        save_file(content, path)
        refuse(checkpoint, tmp_path / 'out', match, 'sageiq-m', size_modules=path)
    other = tmp_path / 'size_modules.pth'
    torch.save(state, other)
    refuse(
        checkpoint,
        tmp_path / 'out',
        r'must be a \.safetensors file',
        'sageiq-m',
        size_modules=other,
    )


def test_settings_are_set_by_name(tmp_path, checkpoint):
    options = parse_options(
        ['sa_range=unit', 'gate=linear', 'words=[["good"],["poor"]]', 'values=[1,0]']
    )
    manifest = import_sageiq_m(checkpoint, tmp_path / 'engine', 'sageiq-m', options=options)
    scoring = manifest.settings['scoring']
    assert scoring['sa_range'] == 'unit' and scoring['words'] == [['good'], ['poor']]
    assert manifest.settings['network']['size']['gate'] == 'linear'
    for option, match in (
        ({'sa_range': 'odd'}, 'sa_range must be pixels or unit or raw'),
        ({'colour': 'odd'}, "there is no 'colour'"),
        ({'gate': 'odd'}, 'gate must be sigmoid'),
        ({'words': [['unfathomable'], ['poor']], 'values': [1, 0]}, 'pieces, so that it has'),
    ):
        refuse(checkpoint, tmp_path / 'out', match, options=option)
    with pytest.raises(SageIQError, match='NAME=VALUE'):
        parse_options(['gate'])


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
