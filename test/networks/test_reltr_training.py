# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Training a nano RelTR: what a sample holds, and that a cut training goes on as if uncut."""

from __future__ import annotations

import argparse

import numpy as np
import pytest
import torch

from sageiq_ros.datasets.camvid import find_instances
from sageiq_ros.models.efficientnet_lite import EfficientNetLite0
from sageiq_ros.training import reltr
from sageiq_ros.training.reltr_data import TEACHER_LABELS, Frame, make_sample
from sageiq_ros.training.reltr_trainer import Trainer
from sageiq_ros.types import SageIQError
from sageiq_ros.vocabulary import OBJECT_INDEX, OBJECTS, PREDICATES

SIZE = (160, 96)
NONE = np.zeros((0, 4), np.float32)


def imagenet():
    """Make random weights with the keys of the ImageNet checkpoint."""
    generator = torch.Generator().manual_seed(0)
    state = {}

    def add(source, norm, conv):
        fan = conv.weight[0].numel()
        state[f'{source}.weight'] = torch.randn(conv.weight.shape, generator=generator) / fan**0.5
        for name, value in (('weight', 1.0), ('bias', 0.0), ('mean', 0.0), ('var', 1.0)):
            key = name if name in ('weight', 'bias') else f'running_{name}'
            state[f'{norm}.{key}'] = torch.full((len(conv.weight),), value)

    body = EfficientNetLite0()
    add('_conv_stem', '_bn0', body.stem)
    for index, block in enumerate(body.blocks):
        prefix = f'_blocks.{index}.'
        if block.expand is not None:
            add(f'{prefix}_expand_conv', f'{prefix}_bn0', block.expand)
        add(f'{prefix}_depthwise_conv', f'{prefix}_bn1', block.depthwise)
        add(f'{prefix}_project_conv', f'{prefix}_bn2', block.project)
    return state


def street():
    mask = np.zeros((120, 160), np.uint8)
    mask[:70] = 1
    mask[70:] = 3
    mask[60:85, 20:60] = 8
    image = np.repeat(mask[..., None] * 20, 3, axis=2)
    return Frame(image, find_instances(mask), NONE, (), NONE)


def trainer():
    return Trainer(imagenet(), size=SIZE, batch=2, rate=1e-3, steps=10, seed=3, threads=1)


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
    sources = [(1.0, [street()])]
    straight = trainer()
    first = straight.learn(sources)
    straight.learn(sources)
    cut = trainer()
    assert cut.learn(sources) == first
    cut.save(tmp_path / 'last.pt')
    resumed = trainer()
    resumed.load(tmp_path / 'last.pt')
    resumed.learn(sources)
    assert resumed.step == straight.step == 2
    for name, value in straight.average.items():
        torch.testing.assert_close(resumed.average[name], value, msg=name)


def test_the_first_blocks_keep_their_weights():
    subject = trainer()
    body = subject.model.backbone[0].body
    before = body.stem.weight.clone(), body.blocks[10].project.weight.clone()
    subject.learn([(1.0, [street()])])
    assert torch.equal(body.stem.weight, before[0])
    assert not torch.equal(body.blocks[10].project.weight, before[1])


def test_a_bad_size_is_refused_with_a_reason(tmp_path):
    parser = argparse.ArgumentParser()
    reltr.configure(parser)
    wanted = ['--data', str(tmp_path), '--work', str(tmp_path), '--size', '350x192']
    weights = tmp_path / 'weights.pth'
    torch.save(imagenet(), weights)
    args = parser.parse_args([*wanted, '--imagenet', str(weights)])
    with pytest.raises(SageIQError, match='multiples of 32'):
        reltr.run(args)
