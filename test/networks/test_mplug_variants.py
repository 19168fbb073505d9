# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The full scorer on a tiny network: readings of the paper, precisions, backends and devices."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from mplug_engines import logits

from sageiq_ros.engines.base import EngineError
from sageiq_ros.engines.mplug_owl2 import choose_device
from sageiq_ros.scorer.mplug_owl2 import MPLUGOwl2Scorer


@pytest.mark.parametrize(
    'option',
    [
        {'gate': 'softmax'},
        {'gate': 'linear'},
        {'tokens': 'queries'},
        {'aspect': 'crop'},
        {'aspect': 'pad'},
        {'sa_range': 'unit'},
        {'sa_range': 'raw'},
        {'sa_size': 'rounded'},
        {'size_place': 'before'},
        {'size_prompt': 'The image size is {height}x{width}.'},
        {'size_prompt': 'The image size is {width} x {height}.'},
        {'chat': '{prompt}'},
        {'chat': 'USER: {prompt} ASSISTANT:'},
        {'prompt': '<|image|>Rate the quality of the image.'},
    ],
    ids=str,
)
def test_every_reading_of_the_paper_is_another_score(make, scorer, crops, option):
    other = MPLUGOwl2Scorer(make(**option), 1, device='cpu')
    assert np.abs(logits(other, crops[1:2]) - logits(scorer, crops[1:2])).max() > 1e-5


def test_a_stretched_sa_image_differs_where_crops_are_not_stretched(make, crops):
    found = [
        logits(MPLUGOwl2Scorer(make(aspect='pad', sa_aspect=way), 1, device='cpu'), crops[1:2])
        for way in ('image', 'stretch')
    ]
    assert np.abs(found[0] - found[1]).max() > 1e-5


@pytest.mark.parametrize(
    ('precision', 'tolerance'), [('bf16', 0.8), ('fp16', 0.1), ('int8', 0.8), ('nf4', 6.0)]
)
def test_every_tier_runs_and_stays_near_fp32(make, scorer, crops, precision, tolerance):
    if precision == 'nf4':
        pytest.importorskip('bitsandbytes', reason='bitsandbytes is not installed')
    other = MPLUGOwl2Scorer(make(precision=precision), 1, device='cpu')
    whole = logits(scorer, crops)
    assert np.abs(logits(other, crops) - whole).max() < tolerance < np.abs(whole).max()
    kinds = {
        'int8': 'Int8Linear',
        'nf4': 'Linear4bit',
    }
    layer = other.network.model.layers[0]
    found = {
        type(m).__name__
        for m in layer.modules()
        if m.__class__.__name__.endswith(('Linear', '4bit'))
    }
    assert found == {kinds.get(precision, 'Linear')}
    alone = np.concatenate([logits(other, [crop]) for crop in crops])
    # The sums of 16 bits are rounded anew where a batch takes another way.
    np.testing.assert_allclose(logits(other, crops), alone, atol=0.3)


@pytest.mark.parametrize('backend', ['onnxruntime', 'openvino'])
def test_the_vision_encoder_runs_on_other_backends(make, scorer, crops, backend):
    pytest.importorskip(backend, reason=f'{backend} is not installed')
    other = MPLUGOwl2Scorer(make(vision_batch=2), 1, backend, device='cpu')
    found = logits(other, crops)
    np.testing.assert_allclose(found, logits(scorer, crops), atol=1e-3)


def test_a_backend_without_its_engine_is_refused(make):
    with pytest.raises(EngineError, match='import it with --vision-onnx'):
        MPLUGOwl2Scorer(make(), 1, 'openvino')


def test_a_device_that_is_not_here_is_refused():
    assert choose_device('cpu') == 'cpu'
    if torch.cuda.is_available():
        assert choose_device() == 'cuda'
    else:
        assert choose_device() == 'cpu'
        with pytest.raises(EngineError, match='finds no CUDA device'):
            choose_device('cuda')
