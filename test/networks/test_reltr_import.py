# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Importing a RelTR: what is taken, and what is refused by which words."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from checkpoint_fixtures import SIZE, TINY, imported, official, save
from reltr_fixtures import REDUCED, filled

from sageiq_ros.cli import main
from sageiq_ros.deployment.import_reltr import import_reltr, parse_size
from sageiq_ros.engines.base import EngineError
from sageiq_ros.engines.pytorch import TorchEngine
from sageiq_ros.engines.store import read_manifest, sha256, verified_model
from sageiq_ros.models.reltr import RelTR, RelTRConfig
from sageiq_ros.models.reltr_checkpoint import HEADS, CheckpointError, compare, find_head
from sageiq_ros.models.reltr_image import OUTPUTS, ImageRelTR, ImageRelTRConfig, Normalization
from sageiq_ros.types import SageIQError

BOTH = 'so_mask_conv.3.num_batches_tracked', 'so_mask_conv.7.num_batches_tracked'


@pytest.fixture(scope='module')
def state():
    return filled(REDUCED).state_dict()


def test_an_official_checkpoint_becomes_an_engine_that_computes_the_same(tmp_path, state):
    folder, manifest = imported(tmp_path, official(state))
    assert read_manifest(folder) == manifest
    assert manifest.precision == 'fp32' and manifest.network == 'reltr'
    assert manifest.inputs[0].shape == (1, SIZE[1], SIZE[0], 3)
    assert manifest.settings['vocabulary'] == 'vg150'
    source = manifest.provenance
    assert source['checkpoint'] == 'checkpoint0149.pth' and source['epoch'] == 149
    assert source['checkpoint_sha256'] == sha256(tmp_path / 'checkpoint0149.pth')
    assert source['head'] == 'vg'
    threads = torch.get_num_threads()
    engine = TorchEngine(verified_model(folder, manifest), manifest, threads)
    picture = np.random.default_rng(0).integers(0, 256, (1, SIZE[1], SIZE[0], 3), np.uint8)
    found = engine({'image': picture})
    assert {name: value.shape for name, value in found.items()} == {
        spec.name: spec.shape for spec in manifest.outputs
    }
    with torch.no_grad():
        expected = ImageRelTR(filled(REDUCED), Normalization())(torch.from_numpy(picture))
    for name, value in zip(OUTPUTS, expected, strict=True):
        assert (found[name] == value.numpy()).all(), name
        assert found[name].dtype == np.float32


@pytest.mark.parametrize(
    'form',
    [
        lambda state: state,
        lambda state: {f'module.{key}': value for key, value in state.items()},
        lambda state: official({key: value for key, value in state.items() if key not in BOTH}),
        lambda state: {'model': state, 'args': {'lr': 1e-4}},
        lambda state: {**state, 'backbone.0.body.bn1.num_batches_tracked': torch.tensor(7)},
    ],
    ids=['plain', 'parallel', 'without counters', 'weights alone', 'counters of frozen norms'],
)
def test_every_form_of_a_state_dict_gives_the_same_weights(tmp_path, state, form):
    from safetensors.torch import load_file

    folder, manifest = imported(tmp_path, form(state))
    stored = load_file(folder / manifest.file)
    assert set(stored) == set(state)
    assert all(torch.equal(value, state[key]) for key, value in stored.items())


def test_half_precision_weights_are_stored_in_fp32(tmp_path, state):
    half = {
        key: value.half() if value.is_floating_point() else value for key, value in state.items()
    }
    folder, manifest = imported(tmp_path, half)
    from safetensors.torch import load_file

    stored = load_file(folder / manifest.file)
    assert stored['so_embed.weight'].dtype == torch.float32
    assert torch.equal(stored['so_embed.weight'], half['so_embed.weight'].float())


def test_the_open_images_head_is_told_by_its_rows(tmp_path):
    content = filled(TINY['open-images']).state_dict()
    folder, manifest = imported(tmp_path, content, head='open-images')
    assert manifest.provenance['head'] == 'open-images'
    assert manifest.settings['vocabulary'] == 'open-images'
    assert {spec.name: spec.shape for spec in manifest.outputs}['rel_logits'] == (1, 16, 32)
    engine = TorchEngine(verified_model(folder, manifest), manifest, torch.get_num_threads())
    found = engine({'image': np.zeros((1, SIZE[1], SIZE[0], 3), np.uint8)})
    assert found['sub_logits'].shape == (1, 16, 290)


def test_another_head_than_asked_for_is_refused(tmp_path, state):
    with pytest.raises(CheckpointError, match='its head is vg, not open-images'):
        imported(tmp_path, state, head='open-images')
    assert not (tmp_path / 'engine').exists()


def broken(state, change):
    state = dict(state)
    change(state)
    return state


def rename(old, new):
    def change(state):
        state[new] = state.pop(old)

    return change


WORD = 'transformer.decoder.layers.1.norm2_so.bias'


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        (
            rename('input_proj.bias', 'input_projection.bias'),
            ['1 missing key (input_proj.bias)', '1 unknown key (input_projection.bias)'],
        ),
        (
            rename('so_embed.weight', 'role_embed.weight'),
            ['role_embed.weight looks like so_embed.weight renamed'],
        ),
        (lambda state: state.pop(WORD), [f'1 missing key ({WORD})']),
        (
            lambda state: state.update({f'more.{i}': torch.zeros(1) for i in range(7)}),
            ['7 unknown keys (more.0, more.1, more.2, more.3, more.4 and 2 more)'],
        ),
        (
            lambda state: state.update({WORD: torch.zeros(33)}),
            [f'1 of another shape ({WORD} has shape (33,), not (32,))'],
        ),
        (
            lambda state: state.update({WORD: torch.full((32,), torch.nan)}),
            [f'{WORD} holds numbers that are not finite'],
        ),
        (
            lambda state: state.update({'entity_class_embed.weight': torch.zeros(92, 32)}),
            ['its heads have 92 and 52 rows', '152 and 52 (vg), 290 and 32 (open-images)'],
        ),
        (lambda state: state.pop('rel_class_embed.layers.1.weight'), ['is it a RelTR?']),
        (lambda state: state.update({WORD: torch.zeros(32).int()}), [f'{WORD} holds torch.int32']),
        (lambda state: state.update(epoch=3), ['epoch no tensor']),
        (lambda state: state.update({7: torch.zeros(1)}), ['7 no tensor']),
        (lambda state: state.clear(), ['it holds no state dict']),
    ],
)
def test_a_state_dict_of_another_form_is_refused_by_name(tmp_path, state, change, words):
    with pytest.raises(CheckpointError) as refused:
        imported(tmp_path, {'model': broken(state, change)})
    for part in (*words, 'checkpoint0149.pth is not imported'):
        assert part in str(refused.value)
    assert '\n' not in str(refused.value)
    assert not (tmp_path / 'engine').exists()


def test_a_renaming_is_only_guessed_where_no_other_pair_could_be():
    expected = {'a': (2,), 'b': (2,), 'c': (3,)}
    assert compare({'x': (2,), 'y': (2,), 'z': (3,)}, expected)[-1] == 'z looks like c renamed'
    assert compare(expected, expected) == []


@pytest.mark.parametrize(
    ('argument', 'words'),
    [
        ({'dilation': True}, 'trained with dilation=True'),
        ({'nheads': 16}, 'trained with nheads=16'),
    ],
)
def test_arguments_that_shapes_do_not_show_are_read(tmp_path, state, argument, words):
    with pytest.raises(CheckpointError, match=words):
        imported(tmp_path, official(state, **argument))


@pytest.mark.parametrize(
    'text', ['800', '800x', 'x', '800x480x3', '-800x480', '16x480', '8000x480']
)
def test_a_size_of_another_form_is_refused(text):
    with pytest.raises(SageIQError, match='--size must'):
        parse_size(text)


def test_a_folder_that_holds_something_is_left_alone(tmp_path, state):
    folder = tmp_path / 'engine'
    folder.mkdir()
    (folder / 'mine.txt').write_text('mine', encoding='utf-8')
    with pytest.raises(CheckpointError, match='exists already'):
        import_reltr(save(tmp_path, state), folder, SIZE, heads=TINY)
    assert [path.name for path in folder.iterdir()] == ['mine.txt']


def test_both_official_networks_are_known_by_their_rows():
    for name, config in HEADS.items():
        with torch.device('meta'):
            state = RelTR(config).state_dict()
        assert len(state) == 748
        assert find_head(state) == name
    assert len(state['obj_class_embed.weight']) == 290
    assert len(state['rel_class_embed.layers.1.weight']) == 32


@pytest.mark.slow
def test_the_command_imports_the_published_network(tmp_path, capsys):
    path = save(tmp_path, official(filled(RelTRConfig()).state_dict(), nheads=8))
    folder = tmp_path / 'reltr_vg'
    words = ['models', 'import', 'reltr', str(path), '--out', str(folder), '--size', '384x256']
    assert main(words) == 0
    assert '63,901,928 parameters, 384 x 256, epoch 149' in capsys.readouterr().out
    manifest = read_manifest(folder)
    assert manifest.settings['reltr'] == {}
    engine = TorchEngine(folder / manifest.file, manifest, torch.get_num_threads())
    picture = np.random.default_rng(0).integers(0, 256, (1, 256, 384, 3), np.uint8)
    found = engine({'image': picture})
    with torch.no_grad():
        expected = ImageRelTR(filled(RelTRConfig()), Normalization())(torch.from_numpy(picture))
    for name, value in zip(OUTPUTS, expected, strict=True):
        assert (found[name] == value.numpy()).all(), name


def test_the_command_says_what_is_wrong(tmp_path, capsys):
    assert main(['models', 'import', 'reltr', 'none.pth', '--out', str(tmp_path / 'x')]) == 2
    assert capsys.readouterr().err == 'sageiq: There is no checkpoint none.pth.\n'


@pytest.mark.parametrize('damage', ['settings', 'weights', 'truncated'])
def test_weights_that_do_not_fit_their_manifest_are_refused(tmp_path, state, damage):
    folder, manifest = imported(tmp_path, state)
    path = folder / manifest.file
    if damage == 'settings':
        manifest = replace(manifest, settings={'vocabulary': 'vg150'})
    elif damage == 'weights':
        manifest = replace(manifest, settings={**manifest.settings, 'reltr': {'hidden': 64}})
    else:
        path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(EngineError, match='do not make a RelTR'):
        TorchEngine(path, manifest, torch.get_num_threads())


def test_only_a_relation_transformer_runs_by_torch(tmp_path, state):
    folder, manifest = imported(tmp_path, state)
    with pytest.raises(EngineError, match='runs reltr only, not sageiq_m'):
        TorchEngine(folder / manifest.file, replace(manifest, network='sageiq_m'), 1)


@pytest.mark.skipif(torch.cuda.is_available(), reason='this machine has a CUDA device')
def test_a_cuda_device_that_is_not_there_is_one_sentence(tmp_path, state):
    folder, manifest = imported(tmp_path, state)
    with pytest.raises(EngineError, match='finds no CUDA device'):
        TorchEngine(folder / manifest.file, manifest, 1, device='cuda')


def test_the_manifest_tells_how_to_build_the_network(tmp_path, state):
    folder, _ = imported(tmp_path, state)
    settings = json.loads((folder / 'manifest.json').read_text(encoding='utf-8'))['settings']
    assert ImageRelTRConfig.from_settings(settings) == ImageRelTRConfig(REDUCED)
    assert settings['reltr']['hidden'] == REDUCED.hidden and 'classes' not in settings['reltr']
    assert settings['normalization']['mean'] == [123.675, 116.28, 103.53]
