# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The nano RelTR: its anchored queries, its losses on partly labelled frames, its export."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from sageiq_ros.models.reltr import RelTR, RelTRConfig
from sageiq_ros.models.reltr_anchors import (
    AnchorQueries,
    cell_centers,
    level_centers,
    logit,
    memory_cells,
    refine,
)
from sageiq_ros.training.reltr_losses import align, dense_losses, total_loss
from sageiq_ros.training.reltr_matcher import TorchTarget
from sageiq_ros.vocabulary import OBJECT_INDEX, OBJECTS, PREDICATE_INDEX

WIDTH, HEIGHT = 96, 64
CELLS = (HEIGHT // 16, WIDTH // 16)
ALL_CELLS = CELLS[0] * CELLS[1] * (4 + 1) + (CELLS[0] // 2) * (CELLS[1] // 2)
CONFIG = replace(RelTRConfig.nano(), entities=12, triplets=10)
CAR, STREET = OBJECT_INDEX['car'], OBJECT_INDEX['street']
CLASSES = CONFIG.anchor_classes
EXPORT_ATOL = 2e-4


@pytest.fixture(scope='module')
def model():
    torch.manual_seed(0)
    subject = RelTR(CONFIG)
    for part in subject.modules():
        if isinstance(part, nn.Conv2d):
            # Cells must differ by more than rounding, or which are picked is a matter of luck.
            part.weight.data *= 2.4
    for layer in (*subject.anchors.dense.words, *subject.anchors.dense.boxes):
        layer.weight.data *= 0.01
    return subject


@pytest.fixture
def images():
    coarse = torch.rand(2, 3, 6, 9, generator=torch.Generator().manual_seed(1))
    return 255 * F.interpolate(coarse, (HEIGHT, WIDTH), mode='bilinear')


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
    assert output['dense_boxes'].shape == (2, ALL_CELLS, 4)
    for name in ('pred_boxes', 'sub_boxes', 'obj_boxes'):
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
    loss, terms = total_loss(model(images), [target(), target()], CELLS, 0.2, CLASSES)
    loss.backward()
    idle = [
        name
        for name, parameter in model.named_parameters()
        if parameter.grad is None or not torch.isfinite(parameter.grad).all()
    ]
    assert idle == []
    assert set(terms) >= {'loss_ce', 'loss_bbox', 'loss_giou', 'loss_rel', 'dense_ce', 'pair'}


def test_cells_that_lead_their_neighbours_on_their_level_are_picked_first():
    logits = torch.full((1, ALL_CELLS, 5), -6.0)
    second = 4 * CELLS[0] * CELLS[1]
    for cell, value in ((8, 3.0), (9, 2.5), (second + 3, 1.0)):
        logits[0, cell, 2] = value
    apart = level_centers(CELLS, torch.device('cpu'))[0]
    apart = torch.cat([apart, torch.full_like(apart, 1e-3)], dim=1)[None]
    assert AnchorQueries.pick_cells(logits, apart, 2, CELLS)[0].tolist() == [8, second + 3]


def test_of_cells_that_see_one_entity_the_surest_comes_first():
    logits = torch.full((1, ALL_CELLS, 5), -6.0)
    boxes = torch.cat([level_centers(CELLS, torch.device('cpu'))[0]] * 2, dim=1)[None] * 0.1
    second = 4 * CELLS[0] * CELLS[1]
    for cell, word, value in ((8, 2, 3.0), (second + 1, 2, 2.5), (50, 2, -1.0), (60, 3, -2.0)):
        logits[0, cell, word] = value
    boxes[0, second + 1] = boxes[0, 60] = boxes[0, 8]
    boxes[0, 50] = torch.tensor([0.8, 0.8, 0.1, 0.1])
    assert AnchorQueries.pick_cells(logits, boxes, 3, CELLS)[0].tolist() == [8, 50, 60]


def test_what_a_cell_says_lands_on_its_word(model):
    logits = torch.full((1, ALL_CELLS, len(CLASSES)), -9.0)
    logits[0, 7, CLASSES.index(CAR)] = 2.0
    words = model.anchors.words(logits, torch.tensor([[7, 8]]))
    assert words.shape == (1, 2, 152)
    assert words[0, 0].nonzero().flatten().tolist() == [CAR] and not words[0, 1].any()


def test_every_level_covers_the_picture():
    centers, sides = level_centers(CELLS, torch.device('cpu'))
    assert len(centers) == len(sides) == ALL_CELLS
    assert sides.prod(1).sum().item() == pytest.approx(3.0)
    under = cell_centers(CELLS, torch.device('cpu'))[memory_cells(torch.arange(ALL_CELLS), CELLS)]
    assert ((under - centers).abs() <= 1 / torch.tensor([CELLS[1], CELLS[0]]) / 2 + 1e-6).all()


def test_the_cell_that_sees_an_entity_best_answers_for_it():
    centers, sides = level_centers(CELLS, torch.device('cpu'))
    truth = torch.tensor([[0.3, 0.6, 0.2, 0.2], [0.5, 0.8, 1.0, 0.4]])
    boxes = torch.cat([centers, torch.full_like(centers, 0.01)], dim=1)
    inside = ((centers - truth[0, :2]).abs() <= 0.05).all(1).nonzero().flatten()
    boxes[inside[0]] = truth[0]
    logits = torch.zeros(ALL_CELLS, 2)
    value = align(logits, boxes, torch.tensor([0, 1]), truth, centers, sides)
    assert value[:, 0].argmax() == inside[0]
    assert value[inside[0], 0] == pytest.approx(1.0)
    assert ((value > 0).sum(1) <= 1).all()
    assert (value > 0).any(0).all()
    away = (centers - truth[0, :2]).abs() > truth[0, 2:] / 2 + sides
    assert not value[away.any(1), 0].any()


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
    logits = torch.full((1, ALL_CELLS, len(CLASSES)), -8.0)
    boxes = torch.full((1, ALL_CELLS, 4), 0.5)

    def cost(changed):
        return dense_losses(changed, boxes, [target(partial=True)], CELLS, CLASSES)['dense_ce']

    free, denied = logits.clone(), logits.clone()
    free[0, :6, CLASSES.index(STREET)] = 8.0
    denied[0, :6, CLASSES.index(CAR)] = 8.0
    assert cost(free) == cost(logits)
    assert cost(denied) > cost(logits)


def test_exported_network_computes_the_same(model, images, tmp_path):
    onnxruntime = pytest.importorskip('onnxruntime')
    from sageiq_ros.models.reltr_image import OUTPUTS
    from sageiq_ros.training.reltr_export import export, halve_weights

    path = tmp_path / 'model.onnx'
    export(model, (WIDTH, HEIGHT), path)
    image = images[:1].permute(0, 2, 3, 1).to(torch.uint8).numpy()
    with torch.no_grad():
        expected = model.eval()(torch.from_numpy(image).permute(0, 3, 1, 2).float())

    def run():
        session = onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])
        return session.run(list(OUTPUTS), {'image': image})

    for name, real in zip(OUTPUTS, run(), strict=True):
        np.testing.assert_allclose(
            real, expected[name].numpy(), rtol=0, atol=EXPORT_ATOL, err_msg=name
        )
    whole = path.stat().st_size
    halve_weights(path)
    assert path.stat().st_size < 0.6 * whole
    assert np.isfinite(np.concatenate([value.ravel() for value in run()])).all()
