# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Insertion of images refuses what the decoder cannot read."""

import pytest
import torch
from mplug_fixtures import tiny_network

from sageiq_ros.models.int8_linear import Int8Linear
from sageiq_ros.models.modality_llama import Multiway, Routes
from sageiq_ros.models.size_modules import SizeFeatureExtractor, SizeModulesConfig


@pytest.fixture(scope='module')
def network():
    return tiny_network()


@pytest.mark.parametrize(
    ('ids', 'images', 'match'),
    [
        ([[1, -200, 2]], 2, '1 placeholders for 2 images'),
        ([[1, -200, 2]], 0, '1 placeholders for 0 images'),
        ([[1, 2, 3]], 1, '0 placeholders for 1 images'),
        ([[1, -200, -200], [1, 2, 3]], 2, 'as many images as the others'),
    ],
)
def test_images_and_placeholders_must_agree(network, ids, images, match):
    visual = torch.zeros(images, 9, 64) if images else None
    with pytest.raises(ValueError, match=match):
        network.sequence(torch.tensor(ids), visual)


def test_sorted_tokens_pass_the_same_copies_as_masked_ones():
    torch.manual_seed(0)
    both = Multiway(lambda: torch.nn.Linear(6, 4))
    x, is_image = torch.randn(2, 5, 6), torch.rand(2, 5) > 0.5
    masked = both(x, is_image[:, :, None])
    torch.testing.assert_close(both(x, Routes.of(is_image)), masked)
    assert Routes.of(torch.zeros(2, 5, dtype=torch.bool)) is None
    torch.testing.assert_close(both(x, None), both.multiway[0](x))


def test_gradients_pass_sorted_tokens():
    both = Multiway(lambda: torch.nn.Linear(3, 3))
    is_image = torch.tensor([[True, False, False]])
    both(torch.randn(1, 3, 3), Routes.of(is_image)).square().sum().backward()
    assert all(p.grad.abs().sum() > 0 for p in both.parameters())


def test_int8_weights_are_off_by_half_a_step_at_most():
    torch.manual_seed(0)
    weight = torch.randn(8, 32)
    weight[3] = 0
    linear = Int8Linear(weight)
    assert linear.weight.dtype == torch.int8
    steps = weight.abs().amax(dim=1) / 127
    restored = linear(torch.eye(32)).T
    assert ((restored - weight).abs().amax(dim=1) <= 0.51 * steps).all()
    x = torch.randn(5, 32)
    torch.testing.assert_close(linear(x)[2:3], linear(x[2:3]))


@pytest.mark.parametrize('gate', ['sigmoid', 'softmax', 'linear'])
def test_the_extractors_readings_are_computed_as_named(gate):
    torch.manual_seed(0)
    config = SizeModulesConfig(gate=gate, alpha='vector', tokens='queries', alpha_start=0.5)
    extractor = SizeFeatureExtractor(16, 4, config)
    assert extractor.alpha.shape == (16,)
    tokens = torch.randn(2, 5, 16)
    activations = {
        'sigmoid': torch.sigmoid,
        'softmax': lambda x: x.exp() / x.exp().sum(dim=1, keepdim=True),
        'linear': lambda x: x,
    }
    refined = extractor.fc1(tokens).clamp(min=0) * activations[gate](extractor.fc2(tokens))
    wanted = 0.5 * extractor.fc3(extractor.norm(refined))
    found = extractor(tokens)
    torch.testing.assert_close(found[:, :-1], wanted[:, :-1])
    assert (found[:, -1] == 0).all()


def test_the_extractor_has_the_papers_count_of_numbers():
    with torch.device('meta'):
        extractor = SizeFeatureExtractor(4096, 4)
    assert sum(p.numel() for p in extractor.parameters()) == 12_591_105


def test_learnable_queries_start_where_they_are_told():
    assert not tiny_network().size_queries.any()
    started = tiny_network(size=SizeModulesConfig(queries_std=0.02)).size_queries.detach()
    assert 0.01 < float(started.std()) < 0.03


@pytest.mark.parametrize('alpha', ['scalar', 'vector'])
def test_alpha_starts_as_a_real_number_where_a_whole_one_is_given(alpha):
    config = SizeModulesConfig(alpha=alpha, alpha_start=1, queries_std=0)
    assert {type(config.alpha_start), type(config.queries_std)} == {float}
    started = SizeFeatureExtractor(16, 4, config).alpha
    assert started.dtype == torch.float32 and (started == 1).all()


@pytest.mark.parametrize(
    'values',
    [
        {'gate': 'tanh'},
        {'alpha': 'matrix'},
        {'tokens': 'none'},
        {'alpha_start': 'abc'},
        {'alpha_start': None},
        {'alpha_start': True},
        {'alpha_start': float('nan')},
        {'queries_std': float('inf')},
        {'queries_std': [0.1]},
        {'queries_std': -1},
    ],
)
def test_unknown_readings_are_refused(values):
    with pytest.raises(ValueError, match=next(iter(values))):
        SizeModulesConfig(**values)
