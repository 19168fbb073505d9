# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""transformers' DETR from a local folder: the real one where it is installed, else a double.

The double has the calls that are used of it: ``DetrForObjectDetection.from_pretrained(folder,
local_files_only=True, use_safetensors=True)``, ``.config.id2label``, and the model called with
``pixel_values`` and ``pixel_mask``, which returns ``logits`` and ``pred_boxes``.
"""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch

from sageiq_ros.config import SceneGraphConfig
from sageiq_ros.engines.base import EngineError
from sageiq_ros.scene_graph.build import build_generator
from sageiq_ros.scene_graph.detr import MEAN

NAMES = {0: 'N/A', 1: 'person', 2: 'traffic light', 3: 'car'}
IMAGE = np.zeros((60, 120, 3), np.uint8)
CONFIG = SceneGraphConfig(entity_threshold=0.3, relation_threshold=0.0)


class Double:
    """See a car in the middle and a traffic light above it; remember the call."""

    def __init__(self):
        self.config = SimpleNamespace(id2label=NAMES)
        self.calls = []

    def eval(self):
        return self

    def __call__(self, *, pixel_values, pixel_mask):
        assert not torch.is_grad_enabled()
        self.calls.append((pixel_values, pixel_mask))
        logits = torch.zeros(1, 3, len(NAMES) + 1)
        logits[0, 0, 3] = logits[0, 1, 2] = logits[0, 2, -1] = 8.0
        boxes = torch.tensor([[[0.5, 0.5, 0.2, 0.4], [0.5, 0.1, 0.1, 0.1], [0.1, 0.1, 0.1, 0.1]]])
        return SimpleNamespace(logits=logits, pred_boxes=boxes)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / 'config.json').write_text('{"model_type": "detr"}')
    return tmp_path


@pytest.fixture
def double(monkeypatch):
    """Put the double where transformers would be; ``asked`` holds how it was loaded."""
    model, asked = Double(), []

    def from_pretrained(path, **options):
        asked.append((path, options))
        return model

    module = ModuleType('transformers')
    module.DetrForObjectDetection = SimpleNamespace(from_pretrained=from_pretrained)
    monkeypatch.setitem(sys.modules, 'transformers', module)
    model.asked = asked
    return model


def build(folder):
    return build_generator(SceneGraphConfig(engine=str(folder)), 1)


def test_a_local_detr_makes_graphs_and_asks_for_nothing_outside(folder, double):
    graph = build(folder).generate(IMAGE, CONFIG)
    assert sorted(region.label for region in graph.regions) == ['car', 'light']
    car = next(region for region in graph.regions if region.label == 'car')
    assert (car.box.x1, car.box.y1, car.box.x2, car.box.y2) == pytest.approx((48, 18, 72, 42))
    assert [triplet.predicate for triplet in graph.triplets] == ['and']
    assert double.asked == [(str(folder), {'local_files_only': True, 'use_safetensors': True})]


def test_the_picture_is_prepared_as_detr_does(folder, double):
    build(folder).generate(IMAGE, CONFIG)
    ((values, mask),) = double.calls
    # 60 x 120 grows until the longer side is 1333.
    assert values.shape == (1, 3, 666, 1333) and mask.shape == (1, 666, 1333)
    assert values.dtype == torch.float32 and bool((mask == 1).all())
    assert float(values[0, 0, 0, 0]) == pytest.approx(-MEAN[0] / 0.229)


@pytest.mark.parametrize(
    ('settings', 'size'),
    [({'size': {'shortest_edge': 30, 'longest_edge': 50}}, (25, 50)),
     ({'size': 30, 'max_size': 1000}, (30, 60))],
)  # fmt: skip
def test_the_folders_own_preparation_wins(folder, double, settings, size):
    settings |= {'image_mean': [0.5] * 3, 'image_std': [0.25] * 3}
    (folder / 'preprocessor_config.json').write_text(json.dumps(settings))
    build(folder).generate(IMAGE, CONFIG)
    ((values, _),) = double.calls
    assert tuple(values.shape[2:]) == size
    assert float(values[0, 0, 0, 0]) == pytest.approx(-2.0)


def test_a_damaged_preparation_is_one_sentence(folder, double):
    (folder / 'preprocessor_config.json').write_text('{')
    with pytest.raises(EngineError, match=r'preprocessor_config\.json is not readable'):
        build(folder)


def test_what_transformers_says_of_a_damaged_folder_is_one_sentence(folder, monkeypatch):
    def from_pretrained(path, **options):
        raise OSError('no file named\nmodel.safetensors')

    module = ModuleType('transformers')
    module.DetrForObjectDetection = SimpleNamespace(from_pretrained=from_pretrained)
    monkeypatch.setitem(sys.modules, 'transformers', module)
    with pytest.raises(EngineError, match=r'cannot load the DETR of .*no file named model'):
        build(folder)


@pytest.mark.skipif(find_spec('transformers') is None, reason='transformers is not installed')
def test_the_real_class_makes_graphs(tmp_path):
    from transformers import DetrConfig, DetrForObjectDetection, ResNetConfig

    backbone = ResNetConfig(
        embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], out_features=['stage2']
    )
    config = DetrConfig(
        backbone_config=backbone, use_timm_backbone=False, use_pretrained_backbone=False,
        backbone=None, num_queries=5, d_model=16, encoder_layers=1, decoder_layers=1,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=16,
        decoder_ffn_dim=16, id2label=NAMES, label2id={name: n for n, name in NAMES.items()},
    )  # fmt: skip
    torch.manual_seed(0)
    DetrForObjectDetection(config).save_pretrained(str(tmp_path))
    (tmp_path / 'preprocessor_config.json').write_text('{"size": {"shortest_edge": 64}}')
    everything = SceneGraphConfig(entity_threshold=0.0, relation_threshold=0.0)
    graph = build(tmp_path).generate(IMAGE, everything)
    assert graph.regions and {r.label for r in graph.regions} <= {'person', 'light', 'car'}
    assert graph == build(tmp_path).generate(IMAGE, everything)
