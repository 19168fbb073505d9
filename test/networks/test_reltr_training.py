# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Training a nano RelTR: what a sample holds, and that a cut training goes on as if uncut."""

from __future__ import annotations

import argparse

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from sageiq_ros.datasets.camvid import find_instances
from sageiq_ros.models.csp_darknet import FOCUS, CSPDarknet, DenseHead, load_yolox, unfocused
from sageiq_ros.training import reltr
from sageiq_ros.training.reltr_data import TEACHER_LABELS, Frame, make_sample
from sageiq_ros.training.reltr_stock import Stock
from sageiq_ros.training.reltr_trainer import Trainer
from sageiq_ros.types import SageIQError
from sageiq_ros.vocabulary import OBJECT_INDEX, OBJECTS, PREDICATES

SIZE = (160, 96)
NONE = np.zeros((0, 4), np.float32)


def yolox():
    """Make random weights with the names and shapes of an exported YOLOX-nano."""
    generator = torch.Generator().manual_seed(0)
    body = CSPDarknet()
    head = DenseHead(body.channels, 1)
    convs = [m for part in (body, head.levels) for m in part.modules() if isinstance(m, nn.Conv2d)]
    shapes = [tuple(p.shape) for conv in convs for p in (conv.weight, conv.bias)]
    shapes[0] = FOCUS
    state = {f'run_{index}': shape for index, shape in enumerate(shapes)}
    for level in range(3):
        for kind, count in (('cls', 80), ('reg', 4), ('obj', 1)):
            state[f'head.{kind}_preds.{level}.weight'] = (count, 64, 1, 1)
            state[f'head.{kind}_preds.{level}.bias'] = (count,)
    return {
        name: torch.randn(shape, generator=generator) / max(np.prod(shape[1:]), 100) ** 0.5
        for name, shape in state.items()
    }


def street():
    mask = np.zeros((120, 160), np.uint8)
    mask[:70] = 1
    mask[70:] = 3
    mask[60:85, 20:60] = 8
    image = np.repeat(mask[..., None] * 20, 3, axis=2)
    return Frame(image, find_instances(mask), NONE, (), NONE)


def trainer():
    return Trainer(yolox(), size=SIZE, batch=2, rate=1e-3, steps=10, seed=3, threads=1)


def test_a_whole_frame_holds_its_entities_and_relations():
    image, target = make_sample(street(), SIZE, None)
    assert image.shape == (96, 160, 3)
    words = [OBJECTS[i] for i in target.labels]
    assert sorted(words) == ['building', 'car', 'street']
    assert target.boxes[words.index('car')] == pytest.approx((0.25, 72.5 / 120, 0.25, 25 / 120))
    relations = {(words[s], PREDICATES[p], words[o]) for s, o, p in target.relations}
    assert relations == {
        ('car', 'on', 'street'),
        ('car', 'in front of', 'building'),
        ('building', 'along', 'street'),
    }


@pytest.mark.parametrize('seed', range(20))
def test_augmented_truth_stays_in_the_picture(seed):
    image, target = make_sample(street(), SIZE, np.random.default_rng(seed))
    assert image.shape == (96, 160, 3) and image.dtype == np.uint8
    low = target.boxes[:, :2] - target.boxes[:, 2:] / 2
    high = target.boxes[:, :2] + target.boxes[:, 2:] / 2
    assert (low >= -1e-6).all() and (high <= 1 + 1e-6).all()
    assert ((target.relations[:, :2] >= 0) & (target.relations[:, :2] < len(target.labels))).all()


def test_a_frame_labelled_by_a_detector_says_what_was_looked_for():
    boxes = np.array([[20, 60, 60, 85]], np.float32)
    unsure = np.array([[100, 60, 120, 85]], np.float32)
    frame = Frame(street().image, None, boxes, ('car',), unsure, TEACHER_LABELS)
    _, target = make_sample(frame, SIZE, None)
    assert target.labelled == tuple(OBJECT_INDEX[word] for word in TEACHER_LABELS)
    assert len(target.ignored) == 1 and target.labels.tolist() == [OBJECT_INDEX['car']]


def test_a_cut_training_goes_on_as_if_uncut(tmp_path):
    stock = Stock([(1.0, [street()])])
    straight = trainer()
    first = straight.learn(stock)
    straight.learn(stock)
    cut = trainer()
    assert cut.learn(stock) == first
    cut.save(tmp_path / 'last.pt')
    resumed = trainer()
    resumed.load(tmp_path / 'last.pt')
    resumed.learn(stock)
    assert resumed.step == straight.step == 2
    for name, value in straight.average.items():
        torch.testing.assert_close(resumed.average[name], value, msg=name)


def test_the_first_stage_keeps_its_weights():
    subject = trainer()
    body = subject.model.backbone[0].body
    fixed, moving = body.stem.conv.weight, body.bottom_up5.conv3.conv.weight
    before = fixed.clone(), moving.clone()
    subject.learn(Stock([(1.0, [street()])]))
    assert torch.equal(fixed, before[0])
    assert not torch.equal(moving, before[1])


def test_processes_that_share_gradients_stay_one_network(tmp_path):
    torch.multiprocessing.spawn(learn_together, (str(tmp_path),), 2)
    first, second = (torch.load(tmp_path / f'{rank}.pt', weights_only=True) for rank in (0, 1))
    alone = trainer()
    alone.learn(Stock([(1.0, [street()])]))
    for name, value in first.items():
        torch.testing.assert_close(second[name], value, msg=name)
    assert any(
        not torch.equal(value, first[name]) for name, value in alone.model.named_parameters()
    )


def learn_together(rank, folder):
    meeting = f'file://{folder}/meeting'
    torch.distributed.init_process_group('gloo', meeting, rank=rank, world_size=2)
    subject = Trainer(
        yolox(), size=SIZE, batch=1, rate=1e-3, steps=10, seed=3, threads=1, rank=rank, world=2
    )
    subject.learn(Stock([(1.0, [street()])]))
    torch.save(dict(subject.model.named_parameters()), f'{folder}/{rank}.pt')
    torch.distributed.destroy_process_group()


def test_the_first_network_sees_what_yolox_saw():
    weights = yolox()
    body, words = CSPDarknet(), {2: 1}
    head = DenseHead(body.channels, 3)
    load_yolox(body, head, weights, words)
    feature = torch.randn(64, generator=torch.Generator().manual_seed(1))
    seen = head.words[0](torch.cat([feature, feature]))[1]
    named = weights['head.cls_preds.0.weight'][2].flatten() @ feature
    there = weights['head.obj_preds.0.weight'][0].flatten() @ feature
    bias = weights['head.cls_preds.0.bias'][2] + weights['head.obj_preds.0.bias'][0]
    torch.testing.assert_close(seen, named + there + bias)


def test_the_stem_sees_what_sorted_pixels_showed():
    generator = torch.Generator().manual_seed(2)
    image = torch.randn(1, 3, 8, 12, generator=generator)
    weight = torch.randn(FOCUS, generator=generator)
    even, odd = image[:, :, ::2], image[:, :, 1::2]
    parts = [even[..., ::2], odd[..., ::2], even[..., 1::2], odd[..., 1::2]]
    sorted_first = functional.conv2d(torch.cat(parts, dim=1), weight, padding=1)
    at_once = functional.conv2d(image, unfocused(weight), stride=2, padding=2)
    torch.testing.assert_close(at_once, sorted_first, atol=1e-4, rtol=0)


def test_weights_of_another_network_are_refused():
    body = CSPDarknet()
    weights = dict(list(yolox().items())[2:])
    with pytest.raises(ValueError, match='YOLOX-nano'):
        load_yolox(body, DenseHead(body.channels, 1), weights, {})


def test_a_bad_size_is_refused_with_a_reason(tmp_path):
    parser = argparse.ArgumentParser()
    reltr.configure(parser)
    wanted = ['--data', str(tmp_path), '--work', str(tmp_path)]
    with pytest.raises(SageIQError, match='multiples of 32'):
        reltr.run(parser.parse_args([*wanted, '--size', '350x192']))
    with pytest.raises(SageIQError, match='put YOLOX-nano there'):
        reltr.run(parser.parse_args(wanted))
