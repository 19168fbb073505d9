# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Our RelTR computes what the official one does: outputs, heat maps, matches and losses.

What needs the larger figures, full size included, is in test_reltr_intermediates.py.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from reltr_fixtures import REDUCED, filled, image, padded

from sageiq_ros.models.reltr import RelTRConfig
from sageiq_ros.models.reltr_image import OUTPUTS
from sageiq_ros.training.reltr_matcher import (
    LOSS_WEIGHTS,
    TorchTarget,
    background_weights,
    losses,
)

DATA = Path(__file__).parents[1] / 'data' / 'reltr'
# Suggested beside the figures: ten times what another BLAS changes.
LOGITS_ATOL = 2e-4
BOXES_ATOL = 5e-6
LOSS_RTOL = 1e-5
HALF_ATOL = 5e-4


def assert_same_outputs(output, expected, prefix):
    for name in OUTPUTS:
        atol = BOXES_ATOL if name.endswith('boxes') else LOGITS_ATOL
        np.testing.assert_allclose(
            output[name].numpy(), expected[f'{prefix}.{name}'], rtol=0, atol=atol, err_msg=name
        )


@pytest.fixture(scope='module')
def reduced():
    return filled(REDUCED)


@pytest.fixture(scope='module')
def padded_output(reduced):
    images = [image('reltr.image.B', (3, 192, 256)), image('reltr.image.C', (3, 160, 320))]
    with torch.no_grad():
        return reduced(*padded(images))


@torch.no_grad()
def test_single_image_matches_the_official_outputs(reduced):
    output = reduced(image('reltr.image.A', (3, 192, 320))[None])
    with np.load(DATA / 'reduced_A.npz') as expected:
        assert_same_outputs(output, expected, 'out')
        assert_same_outputs(output['aux_outputs'][0], expected, 'aux0')
        np.testing.assert_allclose(
            output['so_maps'].numpy(), expected['so_maps'], rtol=0, atol=HALF_ATOL
        )


def test_padded_batch_matches_the_official_outputs(padded_output):
    with np.load(DATA / 'reduced_BC.npz') as expected:
        assert_same_outputs(padded_output, expected, 'out')
        assert_same_outputs(padded_output['aux_outputs'][0], expected, 'aux0')
        np.testing.assert_allclose(
            padded_output['so_maps'].numpy(), expected['so_maps'], rtol=0, atol=HALF_ATOL
        )


@pytest.mark.parametrize('name', ['loss', 'loss_masked'])
def test_matches_and_losses_are_the_official_ones(padded_output, name):
    case = json.loads((DATA / f'{name}.json').read_text(encoding='utf-8'))
    targets = [
        TorchTarget(
            torch.tensor(target['labels']),
            torch.tensor(target['boxes']),
            torch.tensor(target['rel_annotations']),
        )
        for target in case['targets']
    ]
    found, matches = losses(padded_output, targets)
    assert [[part.tolist() for part in entity] for entity, _ in matches] == case['match_entity']
    assert [[part.tolist() for part in pair] for _, pair in matches] == case['match_triplet']
    sub, obj = background_weights(padded_output, targets, matches)
    assert sub.tolist() == case['sub_weight']
    assert obj.tolist() == case['obj_weight']
    first, _ = losses(padded_output['aux_outputs'][0], targets)
    for key, value in found.items():
        assert float(value) == pytest.approx(case['losses'][key], rel=LOSS_RTOL), key
    for key, value in first.items():
        assert float(value) == pytest.approx(case['losses'][f'{key}_0'], rel=LOSS_RTOL), key
    total = sum(LOSS_WEIGHTS[key] * float(found[key] + first[key]) for key in found)
    assert total == pytest.approx(case['total'], rel=LOSS_RTOL)
    assert {key: case['weight_dict'][key] for key in LOSS_WEIGHTS} == LOSS_WEIGHTS


def test_published_network_has_its_keys_and_its_size():
    with torch.device('meta'):
        from sageiq_ros.models.reltr import RelTR

        model = RelTR(RelTRConfig())
    assert len(model.state_dict()) == 748
    assert sum(p.numel() for p in model.parameters()) == 63_901_928
    frozen = ('backbone.0.body.conv1', 'backbone.0.body.layer1')
    trained = (p.numel() for n, p in model.named_parameters() if not n.startswith(frozen))
    assert sum(trained) == 63_679_528
