# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The nano RelTR: its anchored queries, its losses on partly labelled frames, its export."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from sageiq_ros.models.reltr import RelTR, RelTRConfig
from sageiq_ros.models.reltr_anchors import AnchorQueries, cell_centers, logit, refine
from sageiq_ros.training.reltr_losses import dense_losses, total_loss
from sageiq_ros.training.reltr_matcher import TorchTarget
from sageiq_ros.vocabulary import OBJECT_INDEX, OBJECTS, PREDICATE_INDEX

WIDTH, HEIGHT = 96, 64
CELLS = (HEIGHT // 16, WIDTH // 16)
CONFIG = replace(RelTRConfig.nano(), entities=12, triplets=10)
CAR, STREET = OBJECT_INDEX['car'], OBJECT_INDEX['street']
EXPORT_ATOL = 2e-4


@pytest.fixture(scope='module')
def model():
    torch.manual_seed(0)
    return RelTR(CONFIG)


@pytest.fixture
def images():
    return torch.randn(2, 3, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(1))


def target(partial=False):
    denied = None
    if partial:
        denied = torch.zeros(len(OBJECTS) + 1, dtype=torch.bool)
        denied[CAR] = True
    return TorchTarget(
        torch.tensor([CAR, STREET] if not partial else [CAR]),
        torch.tensor([[0.3, 0.6, 0.2, 0.2], [0.5, 0.8, 1.0, 0.4]])[: 1 if partial else 2],
        torch.tensor([[0, 1, PREDICATE_INDEX['on']]])[: 0 if partial else 1].reshape(-1, 3),
        denied,
        torch.zeros(0, 4),
    )


def test_outputs_have_the_promised_shapes(model, images):
    output = model.train()(images)
    assert output['pred_logits'].shape == (2, 12, 152)
    assert output['sub_logits'].shape == output['obj_logits'].shape == (2, 10, 152)
    assert output['rel_logits'].shape == (2, 10, 52)
    for name in ('pred_boxes', 'sub_boxes', 'obj_boxes', 'dense_boxes'):
        assert output[name].shape[2] == 4
        assert (output[name] >= 0).all() and (output[name] <= 1).all()
    assert len(output['aux_outputs']) == CONFIG.decoder_layers - 1


@torch.no_grad()
def test_a_batch_gives_what_single_images_give(model, images):
    model.eval()
    together = model(images)
    for i in range(2):
        alone = model(images[i : i + 1])
        for name in ('pred_logits', 'pred_boxes', 'sub_boxes', 'rel_logits'):
            torch.testing.assert_close(together[name][i], alone[name][0], atol=2e-4, rtol=0)


def test_the_loss_trains_every_part(model, images):
    model.train().zero_grad()
    loss, terms = total_loss(model(images), [target(), target()], CELLS, 0.2)
    loss.backward()
    idle = [
        name
        for name, parameter in model.named_parameters()
        if parameter.grad is None or not torch.isfinite(parameter.grad).all()
    ]
    assert idle == []
    assert set(terms) >= {'loss_ce', 'loss_bbox', 'loss_giou', 'loss_rel', 'dense_ce', 'pair'}


def test_cells_that_lead_their_neighbours_are_picked_first():
    logits = torch.full((1, CELLS[0] * CELLS[1], 5), -6.0)
    for cell, value in ((8, 3.0), (9, 2.5), (22, 1.0)):
        logits[0, cell, 2] = value
    assert AnchorQueries.pick_cells(logits, 2, CELLS)[0].tolist() == [8, 22]


def test_pairs_are_picked_among_likely_entities_and_never_with_themselves():
    logits = torch.zeros(1, 4, 6)
    logits[0, :, -1] = 8.0
    logits[0, [1, 3], 2] = 16.0
    first, second = AnchorQueries.pick_pairs(torch.zeros(1, 4, 4), logits, 2)
    assert sorted(zip(first[0].tolist(), second[0].tolist(), strict=True)) == [(1, 3), (3, 1)]


def test_no_delta_keeps_a_box():
    box = torch.tensor([0.3, 0.6, 0.2, 0.1])
    torch.testing.assert_close(refine(torch.zeros(4), box), box)
    assert torch.isfinite(logit(torch.tensor([0.0, 1.0]))).all()


def test_cell_centers_run_along_rows():
    centers = cell_centers((2, 4), torch.device('cpu'))
    assert centers[0].tolist() == [0.125, 0.25] and centers[3].tolist() == [0.875, 0.25]


def test_words_that_were_not_looked_for_cost_nothing():
    logits = torch.full((1, CELLS[0] * CELLS[1], 151), -8.0)
    boxes = torch.full((1, CELLS[0] * CELLS[1], 4), 0.5)
    before = dense_losses(logits, boxes, [target(partial=True)], CELLS)['dense_ce']
    free, denied = logits.clone(), logits.clone()
    free[0, :6, STREET] = 8.0
    denied[0, :6, CAR] = 8.0
    free_cost = dense_losses(free, boxes, [target(partial=True)], CELLS)['dense_ce']
    denied_cost = dense_losses(denied, boxes, [target(partial=True)], CELLS)['dense_ce']
    assert free_cost == before
    assert denied_cost > before


def test_exported_network_computes_the_same(model, tmp_path):
    onnxruntime = pytest.importorskip('onnxruntime')
    from sageiq_ros.training.reltr_export import OUTPUTS, ExportedRelTR, export, halve_weights

    path = tmp_path / 'model.onnx'
    export(model, (WIDTH, HEIGHT), path)
    image = np.random.default_rng(0).integers(0, 256, (1, HEIGHT, WIDTH, 3), np.uint8)
    with torch.no_grad():
        expected = ExportedRelTR(model)(torch.from_numpy(image))
        rgb = (torch.from_numpy(image[..., ::-1].copy()).permute(0, 3, 1, 2) - 127.0) / 128.0
        direct = model.eval()(rgb)
    for name, value in zip(OUTPUTS, expected, strict=True):
        torch.testing.assert_close(value, direct[name], atol=EXPORT_ATOL, rtol=0)

    def run():
        session = onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])
        return session.run(list(OUTPUTS), {'image': image})

    for name, value, real in zip(OUTPUTS, expected, run(), strict=True):
        np.testing.assert_allclose(real, value.numpy(), rtol=0, atol=EXPORT_ATOL, err_msg=name)
    whole = path.stat().st_size
    halve_weights(path)
    assert path.stat().st_size < 0.6 * whole
    assert np.isfinite(np.concatenate([value.ravel() for value in run()])).all()
