# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Importing a checkpoint of mPLUG-Owl2's family: what is refused, in one sentence each."""

from __future__ import annotations

import json
import os

import pytest
import torch
from mplug_checkpoint import CONFIG, published_state, sized_state, write_checkpoint
from safetensors.torch import save_file

from sageiq_ros.deployment.import_sageiq_m import import_sageiq_m, parse_options
from sageiq_ros.types import SageIQError

LAYER = 'model.layers.0.self_attn.q_proj.weight'


@pytest.fixture(scope='module')
def checkpoint(tmp_path_factory):
    return write_checkpoint(tmp_path_factory.mktemp('published') / 'checkpoint')


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


def test_settings_that_cannot_be_are_refused(tmp_path, checkpoint):
    for option, match in (
        ({'sa_range': 'odd'}, 'sa_range must be pixels or unit or raw'),
        ({'colour': 'odd'}, "there is no 'colour'"),
        ({'gate': 'odd'}, 'gate must be sigmoid'),
        ({'words': [['unfathomable'], ['poor']], 'values': [1, 0]}, 'pieces, so that it has'),
    ):
        refuse(checkpoint, tmp_path / 'out', match, options=option)
    with pytest.raises(SageIQError, match='NAME=VALUE'):
        parse_options(['gate'])
