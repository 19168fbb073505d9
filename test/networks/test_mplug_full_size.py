# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The parts of mPLUG-Owl2 at full size compute what the official code computes, one at a time."""

import hashlib
import json

import numpy as np
import pytest
import torch
from mplug_fixtures import TABLES, fill
from reltr_fixtures import image

from sageiq_ros.models.clip_vision import VisionModel
from sageiq_ros.models.modality_llama import DecoderLayer, Routes, rotary_tables
from sageiq_ros.models.sageiq_m import SageIQM, SageIQMConfig
from sageiq_ros.models.visual_abstractor import VisualAbstractor

TOLERANCE = 1e-4
STATISTICS_TOLERANCE = 1e-3
CONFIG = SageIQMConfig()


@pytest.fixture(scope='module')
def figures(shared):
    return dict(np.load(shared / 'parity' / 'mplug_full_parts.npz'))


@pytest.fixture(scope='module')
def statistics(shared):
    return json.loads((shared / 'parity' / 'mplug_full_parts_stats.json').read_text())


def filled(module, prefix, digests):
    """Fill a part and check the digest of every value the official part was filled with."""
    fill(module, prefix)
    for name, value in module.state_dict().items():
        key = prefix + name
        if not key.endswith(TABLES) and key in digests:
            assert hashlib.sha256(value.numpy()).hexdigest() == digests[key], key
    return module.eval()


def unfilled(make, *args):
    """Make a part whose weights have no values yet: to draw 300 million of them takes long."""
    with torch.device('meta'):
        module = make(*args)
    assert not list(module.buffers())
    return module.to_empty(device='cpu')


def close(found, wanted):
    np.testing.assert_allclose(found.numpy(), wanted, atol=TOLERANCE, rtol=0)


def check(value, wanted):
    """Compare a whole tensor with its recorded mean, deviation, extremes and absolute sum."""
    assert list(value.shape) == wanted['shape']
    found = {
        'mean': value.double().mean(),
        'std': value.double().std(),
        'min': value.min(),
        'max': value.max(),
        'abs_sum': value.double().abs().sum() / value.numel(),
    }
    for name, number in found.items():
        target = wanted[name] / (value.numel() if name == 'abs_sum' else 1)
        assert float(number) == pytest.approx(target, abs=STATISTICS_TOLERANCE), name


@pytest.fixture(scope='module')
def features(figures, statistics):
    part = unfilled(VisionModel, CONFIG.vision)
    vision = filled(part, 'model.vision_model.', statistics['fill_sha256'])
    hidden = []
    for part in (vision.embeddings, *vision.encoder.layers):
        part.register_forward_hook(lambda *args: hidden.append(args[2]))
    with torch.no_grad():
        result = vision(image('mplug.full.image', (1, 3, 448, 448)))
    for value, wanted in zip(hidden, statistics['vision_hidden_states'], strict=True):
        check(value, wanted)
    return result


@pytest.fixture(scope='module')
def tokens(features, statistics):
    abstractor = filled(
        VisualAbstractor(CONFIG.abstractor, CONFIG.language.hidden_size),
        'model.visual_abstractor.',
        statistics['fill_sha256'],
    )
    layers = []
    for part in abstractor.encoder.layers:
        part.register_forward_hook(lambda *args: layers.append(args[2]))
    with torch.no_grad():
        return abstractor(features), layers, abstractor


@pytest.mark.slow
def test_the_vision_encoder(features, figures, statistics):
    close(features[0, :40], figures['vision_last_hidden_tok0_40'])
    close(features[0, ::64], figures['vision_last_hidden_every64'])
    check(features, statistics['vision_last_hidden'])


@pytest.mark.slow
def test_the_abstractor(tokens, figures, statistics):
    found, layers, abstractor = tokens
    for value, wanted in zip(layers, statistics['abstractor_layers'], strict=True):
        check(value, wanted)
    close(layers[-1][0], figures['abstractor_queries_before_fc'])
    close(found[0, ::8], figures['abstractor_out_every8'])
    check(found, statistics['abstractor_out'])
    attention = abstractor.encoder.layers[0].crossattention.attention
    close(attention.q_pos_embed[[0, 1, 63]], figures['q_pos_embed_rows0_1_63'])
    rows = [0, 1, 2, 33, 1024]
    close(attention.k_pos_embed[rows], figures['k_pos_embed_rows0_1_2_33_1024'])


@pytest.mark.slow
def test_a_decoder_layer_on_text_and_image(tokens, figures, statistics):
    part = unfilled(DecoderLayer, CONFIG.language)
    layer = filled(part, 'model.layers.0.', statistics['fill_sha256'])
    embedded = 0.5 * image('mplug.full.emb', (1, 81, 4096))
    embedded[:, 5:70] = tokens[0]
    check(embedded, statistics['decoder0_in'])
    is_image = torch.zeros(1, 81, dtype=torch.bool)
    is_image[:, 5:70] = True
    with torch.no_grad():
        found = layer(embedded, Routes.of(is_image), rotary_tables(CONFIG.language, 81))
    close(found[0, ::9], figures['decoder0_out_every9'])
    check(found, statistics['decoder0_out'])


def test_all_keys_and_shapes_are_the_official_ones(shared):
    wanted = json.loads((shared / 'facts' / 'mplug_keys.json').read_text())['keys']
    with torch.device('meta'):
        network = SageIQM(CONFIG)
    found = {name: list(value.shape) for name, value in network.state_dict().items()}
    own = {name for name in found if name.startswith(('size_queries', 'size_feature_extractor'))}
    shapes = {
        entry['key']: entry['shape'] for entry in wanted if not entry['key'].endswith('inv_freq')
    }
    assert {name: found[name] for name in found if name not in own} == shapes
