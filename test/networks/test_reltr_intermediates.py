# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Every stage of our RelTR agrees with the official one, at reduced and at full size."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest
import torch
from reltr_fixtures import REDUCED, filled, image, padded

from sageiq_ros.models.reltr import RelTRConfig
from sageiq_ros.models.reltr_image import OUTPUTS
from sageiq_ros.models.reltr_layers import sine_position

HIDDEN_ATOL = 1e-4
LOGITS_ATOL, BOXES_ATOL = 2e-4, 5e-6
STAT_RTOL = 1e-5
CASES = {
    'A_single': [('reltr.image.A', (3, 192, 320))],
    'BC_padded': [('reltr.image.B', (3, 192, 256)), ('reltr.image.C', (3, 160, 320))],
    'D_single': [('reltr.image.D', (3, 256, 384))],
    'EF_padded': [('reltr.image.E', (3, 320, 256)), ('reltr.image.F', (3, 224, 352))],
}


@torch.no_grad()
def run(model, case):
    """Return the outputs of a case and, under the fixtures' names, what was between."""
    seen: dict[str, list[torch.Tensor]] = {}
    layers = model.transformer.decoder.layers
    watched = {
        'backbone_feat': [model.backbone[0].body],
        'input_proj': [model.input_proj],
        'memory': [model.transformer.encoder.layers[-1]],
        'entity': [layer.norm3_entity for layer in layers],
        'sub': [layer.norm3_sub for layer in layers],
        'obj': [layer.norm3_obj for layer in layers],
        'so_mask_feat': [model.so_mask_fc],
    }
    hooks = [
        module.register_forward_hook(
            lambda _module, _inputs, output, name=name: seen.setdefault(name, []).append(output)
        )
        for name, modules in watched.items()
        for module in modules
    ]
    dtype = next(model.parameters()).dtype
    images = [image(*item).to(dtype) for item in CASES[case]]
    batch, mask = padded(images)
    output = model(batch.to(dtype), mask)
    for hook in hooks:
        hook.remove()
    feature = seen['backbone_feat'][0][-1]
    size = feature.shape[-2:]
    small = torch.nn.functional.interpolate(mask[None].float(), size=size)[0].bool()
    count = len(images)
    return output, {
        'backbone_feat': feature,
        'feat_mask': small,
        'pos': sine_position(small, model.config.hidden),
        'input_proj': seen['input_proj'][0],
        'memory': seen['memory'][0].transpose(1, 2).unflatten(2, size),
        'hs_entity': torch.stack(seen['entity']),
        'hs_triplet': torch.cat([torch.stack(seen['sub']), torch.stack(seen['obj'])], dim=3),
        'so_maps': output['so_maps'],
        'so_mask_feat': torch.stack(seen['so_mask_feat']).unflatten(1, (count, -1)),
    }


def atol_of(name):
    return BOXES_ATOL if name.endswith('boxes') else LOGITS_ATOL


@pytest.fixture(scope='module')
def reduced():
    return filled(REDUCED)


@pytest.fixture(scope='module')
def full():
    return filled(RelTRConfig())


@pytest.mark.parametrize('case', ['A_single', 'BC_padded'])
def test_every_stage_of_the_reduced_network_is_the_official_one(reduced, shared, case):
    output, between = run(reduced, case)
    with np.load(shared / 'parity' / f'reltr_reduced_{case}.npz') as expected:
        names = {key.removeprefix('mid.') for key in expected.files if key.startswith('mid.')}
        assert names == set(between)
        for name, value in between.items():
            np.testing.assert_allclose(
                value.numpy(), expected[f'mid.{name}'], rtol=0, atol=HIDDEN_ATOL, err_msg=name
            )
        for prefix, layer in (('out', output), ('aux0', output['aux_outputs'][0])):
            for name in OUTPUTS:
                np.testing.assert_allclose(
                    layer[name].numpy(), expected[f'{prefix}.{name}'], rtol=0, atol=atol_of(name)
                )


@pytest.mark.parametrize('case', ['A_single', 'BC_padded'])
def test_the_outputs_agree_with_the_official_ones_in_float64(shared, case):
    output, _ = run(filled(REDUCED).double(), case)
    with np.load(shared / 'parity' / f'reltr_reduced_{case}.npz') as expected:
        for name in OUTPUTS:
            np.testing.assert_allclose(
                output[name].numpy(), expected[f'out64.{name}'], rtol=0, atol=atol_of(name) / 10
            )


def test_the_rule_of_weights_gives_the_official_weights(reduced, shared):
    safetensors = pytest.importorskip('safetensors.torch')
    state = reduced.state_dict()
    path = shared / 'parity' / 'reltr_reduced_nonbackbone.safetensors'
    stored = safetensors.load_file(path)
    assert set(stored) == {key for key in state if not key.startswith('backbone.')}
    for key, value in stored.items():
        assert torch.equal(value, state[key]), key
    config = json.loads(
        (shared / 'parity' / 'reltr_reduced_config.json').read_text(encoding='utf-8')
    )
    assert {key: list(value.shape) for key, value in state.items()} == {
        key: item['shape'] for key, item in config['keys'].items()
    }


@pytest.mark.slow
def test_the_published_network_has_its_keys_shapes_and_filled_weights(full, shared):
    facts = json.loads((shared / 'facts' / 'reltr_full_keys.json').read_text(encoding='utf-8'))
    state = full.state_dict()
    assert {key: list(value.shape) for key, value in state.items()} == {
        item['key']: item['shape'] for item in facts['keys']
    }
    wrong = [
        item['key']
        for item in facts['keys']
        if item.get('fill_sha256')
        and item['dtype'] == 'float32'
        and hashlib.sha256(state[item['key']].numpy().tobytes()).hexdigest() != item['fill_sha256']
    ]
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize('case', ['D_single', 'EF_padded'])
def test_every_stage_of_the_full_network_is_the_official_one(full, shared, case):
    output, between = run(full, case)
    with np.load(shared / 'parity' / f'reltr_full_{case}.npz') as expected:
        for name in OUTPUTS:
            for prefix in ('out', 'out64'):
                np.testing.assert_allclose(
                    output[name].numpy(),
                    expected[f'{prefix}.{name}'],
                    rtol=0,
                    atol=atol_of(name),
                    err_msg=name,
                )
        assert (between['feat_mask'].numpy() == expected['mid.feat_mask']).all()
        np.testing.assert_allclose(
            between['memory'][0, :16].numpy(),
            expected['mid.memory_b0_c0_15'],
            rtol=0,
            atol=HIDDEN_ATOL,
        )
    stats = json.loads((shared / 'parity' / 'reltr_full_stats.json').read_text(encoding='utf-8'))[
        case
    ]
    assert set(stats['mid']) == set(between)
    for name, expected in {**stats['mid'], **stats['stats']}.items():
        value = (between[name] if name in between else output[name]).double()
        assert list(value.shape) == expected['shape'], name
        assert float(value.abs().sum()) == pytest.approx(expected['abs_sum'], rel=STAT_RTOL), name
        for key, found in (('min', value.min()), ('max', value.max()), ('mean', value.mean())):
            assert float(found) == pytest.approx(expected[key], abs=LOGITS_ATOL), (name, key)
        deviation = float(value.std())
        assert deviation == pytest.approx(expected['std'], abs=LOGITS_ATOL), name
