# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The official inference script end to end, from the PNG to its words and boxes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from reltr_fixtures import REDUCED, filled

from sageiq_ros.config import SceneGraphConfig
from sageiq_ros.models.reltr_image import OUTPUTS, ImageRelTR, Normalization
from sageiq_ros.scene_graph.official import demo_graph, rank_demo

image_library = pytest.importorskip('PIL.Image')

DATA = Path(__file__).parents[1] / 'data' / 'reltr'
SHORT_SIDE = 800
TENSOR_ATOL = 1e-6
LOGITS_ATOL, BOXES_ATOL, PIXEL_ATOL = 2e-4, 5e-6, 1e-2
MULTIPLIED = (
    'sub_class_embed.weight',
    'obj_class_embed.weight',
    'rel_class_embed.layers.1.weight',
)


@pytest.fixture(scope='module')
def resized():
    """Resize the picture as the official script does, by the library that it uses: BGR."""
    with image_library.open(DATA / 'inference.png') as picture:
        width, height = picture.size
        size = int(SHORT_SIDE * width / height), SHORT_SIDE
        rgb = np.asarray(picture.resize(size, image_library.Resampling.BILINEAR))
    return np.ascontiguousarray(rgb[:, :, ::-1])


def test_the_normalised_pixels_are_the_official_ones(resized):
    def given(x):
        fed.append(x)
        return dict.fromkeys(OUTPUTS, x)

    fed = []
    ImageRelTR(given, Normalization())(torch.from_numpy(resized)[None])
    case = json.loads((DATA / 'inference_top10.json').read_text(encoding='utf-8'))
    assert list(fed[0].shape) == case['resized_tensor_shape']
    with np.load(DATA / 'inference_top10.npz') as expected:
        np.testing.assert_allclose(
            fed[0][0, :, ::16, ::16].numpy(), expected['tensor_sub'], rtol=0, atol=TENSOR_ATOL
        )
    assert float(fed[0].double().abs().sum()) == pytest.approx(case['tensor_stats']['abs_sum'])


@pytest.mark.parametrize('name', ['top10', 'thresh'])
@torch.no_grad()
def test_the_whole_script_is_reproduced(resized, name):
    case = json.loads((DATA / f'inference_{name}.json').read_text(encoding='utf-8'))
    model = filled(REDUCED)
    for key in MULTIPLIED:
        model.get_parameter(key).mul_(case['class_head_multiplier'])
    outputs = ImageRelTR(model, Normalization())(torch.from_numpy(resized)[None])
    found = {key: value.numpy() for key, value in zip(OUTPUTS, outputs, strict=True)}
    with np.load(DATA / f'inference_{name}.npz') as expected:
        for key, value in found.items():
            atol = BOXES_ATOL if key.endswith('boxes') else LOGITS_ATOL
            np.testing.assert_allclose(
                value, expected[f'out.{key}'], rtol=0, atol=atol, err_msg=key
            )
    assert rank_demo(found).order.tolist() == case['query']
    graph = demo_graph(found, *map(float, case['image_size_wh']), SceneGraphConfig())
    titles = [
        f'{graph.regions[t.subject].label} {t.predicate} {graph.regions[t.object].label}'
        for t in graph.triplets
    ]
    assert titles == case['titles']
    for role in ('subject', 'object'):
        boxes = [graph.regions[getattr(t, role)].box for t in graph.triplets]
        rectangles = [(box.x1, box.y1, box.width, box.height) for box in boxes]
        rects = [(*rect['xy'], rect['w'], rect['h']) for rect in case[f'{role}_rects']]
        np.testing.assert_allclose(rectangles, rects, rtol=0, atol=PIXEL_ATOL)
