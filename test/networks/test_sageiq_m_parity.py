# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The backbone's parts compute what mPLUG-Owl2's official code computes.

The fixtures hold a tiny mPLUG-Owl2 with deterministic weights and the outputs of the official
modules (shared/parity/README.md).
"""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from sageiq_ros.models.clip_vision import VisionConfig
from sageiq_ros.models.modality_llama import LanguageConfig
from sageiq_ros.models.sageiq_m import SageIQM, SageIQMConfig
from sageiq_ros.models.visual_abstractor import AbstractorConfig

HIDDEN_TOLERANCE = 1e-4
LOGIT_TOLERANCE = 2e-4
SCORE_TOLERANCE = 1e-5
PLACEHOLDER = -200


@pytest.fixture(scope='module')
def parity(shared):
    return shared / 'parity'


@pytest.fixture(scope='module')
def expected(parity):
    return {k: torch.from_numpy(v) for k, v in np.load(parity / 'mplug_tiny.npz').items()}


@pytest.fixture(scope='module')
def network(parity):
    official = json.loads((parity / 'mplug_tiny_config.json').read_text())
    llama, vision = official['llama'], official['visual_model']
    abstractor = official['visual_abstractor']
    config = SageIQMConfig(
        vision=VisionConfig(
            hidden_size=vision['hidden_size'],
            intermediate_size=vision['intermediate_size'],
            layers=vision['num_hidden_layers'],
            heads=vision['num_attention_heads'],
            image_size=vision['image_size'],
            patch_size=vision['patch_size'],
            layer_norm_eps=vision['layer_norm_eps'],
        ),
        abstractor=AbstractorConfig(
            queries=abstractor['num_learnable_queries'],
            layers=abstractor['num_hidden_layers'],
            heads=abstractor['num_attention_heads'],
            hidden_size=abstractor['hidden_size'],
            intermediate_size=abstractor['intermediate_size'],
            encoder_hidden_size=abstractor['encoder_hidden_size'],
            grid=abstractor['grid_size'],
            layer_norm_eps=abstractor['layer_norm_eps'],
        ),
        language=LanguageConfig(
            vocabulary=llama['vocab_size'],
            hidden_size=llama['hidden_size'],
            intermediate_size=llama['intermediate_size'],
            layers=llama['num_hidden_layers'],
            heads=llama['num_attention_heads'],
            rms_norm_eps=llama['rms_norm_eps'],
            rope_theta=llama['rope_theta'],
        ),
    )
    network = SageIQM(config).eval()
    weights = load_file(parity / 'mplug_tiny_weights.safetensors')
    missing, unexpected = network.load_state_dict(weights, strict=False)
    own = ('size_queries', 'size_feature_extractor.')
    assert all(name.startswith(own) for name in missing)
    assert all(name.endswith('inv_freq') for name in unexpected)
    return network


def last_logits(network, visual, ids, rows=None):
    """Run every prompt by itself: the fixture's rows hold the image at different places."""
    results = []
    for index, row in enumerate(ids):
        place = int((row == PLACEHOLDER).nonzero())
        before, after = row[None, :place], row[None, place + 1 :]
        results.append(network(visual[index : index + 1], before, after, rows))
    return torch.cat(results)


def test_vision_encoder_equals_the_official_one(network, expected):
    with torch.no_grad():
        found = network.model.vision_model(expected['images'])
    torch.testing.assert_close(
        found, expected['vision_last_hidden'], atol=HIDDEN_TOLERANCE, rtol=0
    )


def test_abstractor_equals_the_official_one(network, expected):
    with torch.no_grad():
        found = network.model.visual_abstractor(expected['vision_last_hidden'])
    torch.testing.assert_close(found, expected['abstractor_out'], atol=HIDDEN_TOLERANCE, rtol=0)


def test_size_queries_shift_the_pretrained_ones(network, parity, expected):
    shifted = np.load(parity / 'mplug_tiny_lsq.npz')
    with torch.no_grad():
        found = network.model.visual_abstractor(
            expected['vision_last_hidden'], torch.from_numpy(shifted['lsq'])
        )
    torch.testing.assert_close(
        found,
        torch.from_numpy(shifted['abstractor_out_with_lsq']),
        atol=HIDDEN_TOLERANCE,
        rtol=0,
    )


def test_next_word_logits_equal_the_official_ones(network, expected):
    with torch.no_grad():
        visual = network.visual_tokens(expected['images'])
        found = last_logits(network, visual, expected['input_ids'])
    torch.testing.assert_close(found, expected['logits'][:, -1], atol=LOGIT_TOLERANCE, rtol=0)


def test_three_words_give_the_official_score(network, expected):
    words = expected['score.token_ids']
    with torch.no_grad():
        visual = network.visual_tokens(expected['images'])
        logits = last_logits(network, visual, expected['input_ids'], rows=words)
    score = logits.softmax(dim=1) @ torch.tensor([1.0, 0.5, 0.0])
    torch.testing.assert_close(score, expected['score.values'], atol=SCORE_TOLERANCE, rtol=0)


def test_untrained_size_modules_leave_the_backbone_bit_for_bit(network, expected):
    sa_image = torch.linspace(-1.0, 1.0, expected['images'][:1].numel()).reshape(1, 3, 56, 56)
    with torch.no_grad():
        plain = network.model.visual_abstractor(network.model.vision_model(expected['images']))
        sized = network.visual_tokens(expected['images']) + network.size_features(sa_image)
        logits = [last_logits(network, visual, expected['input_ids']) for visual in (plain, sized)]
    assert torch.equal(plain, sized)
    assert torch.equal(logits[0], logits[1])
