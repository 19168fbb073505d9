# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the paper's recipe trains, what it draws, and how its network scores."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from mplug_fixtures import tiny_network

from sageiq_ros.datasets.photos import read_picture
from sageiq_ros.models.sageiq_m import SageIQM, SageIQMConfig
from sageiq_ros.models.size_modules import SizeModulesConfig
from sageiq_ros.scorer.scoring_settings import PRESETS, ScoringSettings
from sageiq_ros.training.scale_consistency.inputs import Batch, Inputs, Levels
from sageiq_ros.training.scale_consistency.pictures import (
    HALVES,
    Picture,
    drawn,
    halved,
    steps_per_epoch,
)
from sageiq_ros.training.scale_consistency.recipe import Recipe
from sageiq_ros.training.scale_consistency.scoring import ScoringModule, checkpoint_layers
from sageiq_ros.training.scale_consistency.state import Progress, load_state, save_state
from sageiq_ros.training.scale_consistency.trainables import (
    is_trained,
    prepare_parameters,
    start_size_modules,
)
from sageiq_ros.types import SageIQError

LEVELS = Levels([[11], [22], [33]], (1.0, 0.5, 0.0), 1.0)
SIDE = 56
PROMPTS = ([1, 7, -200, 9, 12], [1, 7, -200, 9, 12, 13], [1, 8, -200, 9, 12])


@pytest.fixture
def network():
    network = tiny_network()
    prepare_parameters(network)
    start_size_modules(network, 1)
    return network


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(4)
    images, sa_images = (torch.randn(3, 3, SIDE, SIDE, generator=generator) for _ in range(2))
    tokens = torch.zeros(3, max(map(len, PROMPTS)), dtype=torch.long)
    for row, prompt in zip(tokens, PROMPTS, strict=True):
        row[: len(prompt)] = torch.tensor(prompt)
    return Batch(images, sa_images, tokens, torch.tensor([len(p) for p in PROMPTS]))


@pytest.fixture
def autocast():
    return partial(torch.autocast, 'cpu', torch.bfloat16)


def test_the_recipes_defaults_are_the_papers():
    recipe = Recipe()
    assert (recipe.epochs, recipe.rate) == (5, 1e-5)
    assert set(recipe.reductions) == {'rescaled', 'cropped'} == set(HALVES)


def test_the_trained_parameters_of_the_full_model_are_counted():
    with torch.device('meta'):
        network = SageIQM(SageIQMConfig())
    counts = {}
    for name, parameter in network.named_parameters():
        if is_trained(name):
            part = '.'.join(name.split('.')[: 2 if name.startswith('model.') else 1])
            counts[part] = counts.get(part, 0) + parameter.numel()
    assert counts == {
        'size_queries': 65_536,
        'size_feature_extractor': 12_591_105,
        'model.vision_model': 272_384,
        'model.visual_abstractor': 103_936,
    }


def test_frozen_weights_are_bfloat16_and_trained_ones_float32(network):
    exact = {id(m.weight) for m in network.modules() if isinstance(m, torch.nn.LayerNorm)}
    exact.add(id(network.model.visual_abstractor.query_embeds))
    for name, parameter in network.named_parameters():
        kept = is_trained(name) or id(parameter) in exact
        assert parameter.requires_grad == is_trained(name), name
        assert parameter.dtype == (torch.float32 if kept else torch.bfloat16), name


def test_size_modules_start_by_the_seed_alone():
    size = SizeModulesConfig(alpha_start=0.1, queries_std=0.02)
    first, second, other = (tiny_network(size=size, sized=sized) for sized in (False, True, False))
    # Loaded in 16 bits, as on a device that has them.
    second.bfloat16()
    states = []
    for network, seed in ((first, 1), (second, 1), (other, 2)):
        prepare_parameters(network)
        before = torch.random.get_rng_state()
        start_size_modules(network, seed)
        assert torch.equal(torch.random.get_rng_state(), before)
        states.append({k: v for k, v in network.state_dict().items() if k.startswith('size_')})
    assert all(torch.equal(value, states[1][name]) for name, value in states[0].items())
    assert {value.dtype for value in states[1].values()} == {torch.float32}
    for name in ('size_queries', 'size_feature_extractor.fc1.weight'):
        assert not torch.equal(states[0][name], states[2][name])
    assert first.size_feature_extractor.alpha.item() == pytest.approx(0.1)


def test_size_modules_start_at_zero():
    network = tiny_network(sized=True)
    start_size_modules(network, 1)
    assert not network.size_queries.any() and not network.size_feature_extractor.alpha.any()


def test_the_teacher_is_the_network_without_size_modules(network, batch, autocast):
    module = ScoringModule(network, LEVELS)
    plain = replace(batch, sa_images=None)
    with torch.no_grad(), autocast():
        taught, started = module(plain), module(batch)
        network.size_queries.normal_(std=0.3)
        network.size_feature_extractor.alpha.fill_(0.4)
        again, sized = module(plain), module(batch)
    assert torch.equal(taught, started) and torch.equal(taught, again)
    assert not torch.equal(taught, sized)
    assert taught.dtype == torch.float32 and (taught >= 0).all() and (taught <= 1).all()


def test_prompts_of_different_lengths_are_scored_as_if_alone(network, batch, autocast):
    module = ScoringModule(network, LEVELS)
    with torch.no_grad(), autocast():
        together = module(batch)
        for place, prompt in enumerate(PROMPTS):
            alone = Batch(
                batch.images[place : place + 1],
                batch.sa_images[place : place + 1],
                torch.tensor([prompt]),
                torch.tensor([len(prompt)]),
            )
            torch.testing.assert_close(module(alone)[0], together[place], atol=0.02, rtol=0)


def test_synonyms_are_averaged_and_levels_weighed():
    levels = Levels([[4, 5], [6], [7]], (1.0, 0.5, 0.0), 2.0)
    logits = torch.tensor([[3.0, 1.0, -1.0, 0.5]])
    p = np.exp(np.array([2.0, -1.0, 0.5]) / 2.0)
    assert levels.rows == [4, 5, 6, 7]
    assert levels.scores(logits)[0].item() == pytest.approx((p[0] + p[1] / 2) / p.sum())


def test_the_teacher_reads_no_size_and_is_asked_as_told():
    inputs = Inputs(ScoringSettings(aspect='pad'), None, SIDE)
    backbone = inputs.teacher('backbone').settings
    assert backbone == ScoringSettings(aspect='pad', size_prompt='', lsq=False, sfe=False)
    assert inputs.teacher('q-instruct').settings == PRESETS['q-instruct']


def test_alpha_learns_first_and_then_the_extractor_behind_it(network, batch, autocast):
    module = ScoringModule(network, LEVELS)
    extractor = network.size_feature_extractor
    optimiser = torch.optim.Adam([p for p in module.parameters() if p.requires_grad], lr=1e-3)
    reached = []
    for _ in range(2):
        with autocast():
            scores = module(batch)
        optimiser.zero_grad()
        (scores - 0.5).square().mean().backward()
        reached.append([bool(p.grad.any()) for p in extractor.parameters()])
        optimiser.step()
    names = [name for name, _ in extractor.named_parameters()]
    assert [name for name, there in zip(names, reached[0], strict=True) if there] == ['alpha']
    assert all(reached[1])


def test_less_memory_gives_the_same_gradient(network, batch, autocast):
    module = ScoringModule(network, LEVELS)
    gradients = []
    for _ in range(2):
        with autocast():
            loss = module(batch).square().mean()
        module.zero_grad()
        loss.backward()
        gradients.append([p.grad.clone() for p in module.parameters() if p.requires_grad])
        checkpoint_layers(network)
    assert all(torch.equal(a, b) for a, b in zip(*gradients, strict=True))


@pytest.mark.parametrize('processes', [1, 2, 3])
def test_an_epoch_takes_every_picture_once_and_fills_its_last_step(processes):
    recipe, count = Recipe(batch=2), 11
    steps = steps_per_epoch(count, recipe, processes)
    taken = [
        index
        for step in range(steps)
        for rank in range(processes)
        for index in drawn(count, recipe, 0, step, rank, processes)
    ]
    assert len(taken) == steps * 2 * processes
    assert sorted(taken[:count]) == list(range(count))
    assert taken[count:] == taken[: len(taken) - count]


def test_every_epoch_has_its_own_order():
    recipe = Recipe(batch=11)
    orders = [drawn(11, recipe, epoch, 0, 0, 1) for epoch in (0, 1, 0)]
    assert orders[0] == orders[2] != orders[1]
    assert drawn(11, replace(recipe, seed=2), 0, 0, 0, 1) != orders[0]


def test_pictures_are_halved_in_both_ways(tmp_path):
    import cv2

    path = tmp_path / 'a.png'
    cv2.imwrite(str(path), np.random.default_rng(0).integers(0, 256, (61, 80, 3), np.uint8))
    picture, whole = Picture(path, ''), read_picture(path)
    ways = {
        name
        for epoch in range(12)
        for name, halve in HALVES.items()
        if np.array_equal(halved(picture, Recipe(), epoch, 0), halve(whole))
    }
    assert ways == set(HALVES)
    only = Recipe(reductions=('cropped',))
    assert all(
        np.array_equal(halved(picture, only, epoch, 0), whole[15:45, 20:60]) for epoch in range(5)
    )


def test_a_state_is_taken_up_by_the_same_training_only(tmp_path):
    path = tmp_path / 'state.pt'
    assert load_state(path, {}) is None
    progress = Progress(1, 2, [0.5], [{'loss': 0.25}])
    save_state(path, {'rate': 1e-5, 'seed': 1}, progress, {'a': torch.ones(2)}, {})
    found, trained, _ = load_state(path, {'rate': 1e-5, 'seed': 1})
    assert found == progress and torch.equal(trained['a'], torch.ones(2))
    with pytest.raises(SageIQError, match='another rate'):
        load_state(path, {'rate': 1e-4, 'seed': 1})
