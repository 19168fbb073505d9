# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Features without torch: the shipped backbone, and a ResNet-50 that OpenVINO runs."""

import sys

import cv2
import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as ops

from sageiq_ros.datasets.street import render_street
from sageiq_ros.engines.store import shipped
from sageiq_ros.evaluation.similarity.features import (
    OnnxResNet50,
    SceneGraphBackbone,
    build_extractor,
    find_last,
    prepare,
    shrink,
)
from sageiq_ros.openvino_core import openvino_core
from sageiq_ros.types import SageIQError

LAST_OF_BACKBONE = '/model/body/dark5/dark5.2/conv3/Mul_output_0'
ATOL = 1e-5


@pytest.fixture(scope='module')
def backbone():
    return SceneGraphBackbone()


@pytest.fixture(scope='module')
def street():
    return render_street(3, size=(640, 360)).image


def network(path, width=2048, convolutions=53, kind=np.float32, channels_last=False):
    """Write a network with so many convolutions, features as wide and a classifier behind."""
    shape = [1, 224, 224, 3] if channels_last else [-1, 3, 224, 224]
    image = ops.parameter(shape, kind, name='image')
    x = ops.convert(image, 'f32')
    if channels_last:
        x = ops.transpose(x, ops.constant([0, 3, 1, 2]))
    x = ops.avg_pool(x, [112, 112], [0, 0], [0, 0], [112, 112], False)

    def convolve(x, inputs, outputs):
        weights = np.random.default_rng(outputs).random((outputs, inputs, 1, 1), np.float32)
        kernel = ops.constant(weights / inputs)
        return ops.convolution(x, kernel, [1, 1], [0, 0], [0, 0], [1, 1])

    for _ in range(convolutions - 1):
        x = convolve(x, 3, 3)
    x = ops.reduce_mean(convolve(x, 3, width), ops.constant([2, 3]), False)
    x = ops.matmul(x, ops.constant(np.ones((width, 10), np.float32)), False, False)
    ov.save_model(ov.Model([x], [image]), path, compress_to_fp16=False)
    return path


def test_the_backbone_gives_features_that_are_never_negative(backbone, street):
    features = backbone(street)
    assert features.shape == (256,) and features.dtype == np.float32
    assert (features >= 0).all() and features.max() > 0.1
    np.testing.assert_array_equal(backbone(street), features)


def test_the_backbone_is_the_last_stage_of_the_shipped_engine(backbone, street):
    model = openvino_core().read_model(str(shipped() / 'reltr_nano' / 'model.onnx'))
    last = ov.Model([model.add_outputs(LAST_OF_BACKBONE)[0]], model.get_parameters())
    compiled = openvino_core().compile_model(last, 'CPU', {'INFERENCE_PRECISION_HINT': 'f32'})
    resized = cv2.resize(street, (480, 320), interpolation=cv2.INTER_AREA)
    maps = compiled([resized[None]])[0]
    assert maps.shape == (1, 256, 10, 15)
    np.testing.assert_allclose(
        backbone(street), np.maximum(maps, 0).mean(axis=(0, 2, 3)), rtol=0, atol=ATOL
    )


@pytest.mark.parametrize(('height', 'width'), [(1, 1), (33, 900), (700, 40)])
def test_any_size_of_picture_is_taken(backbone, height, width):
    assert np.isfinite(backbone(np.full((height, width, 3), 90, np.uint8))).all()


def test_what_stands_in_says_that_it_does(backbone):
    assert not backbone.resnet50 and backbone.name.endswith('not ResNet-50')


def test_pictures_are_prepared_as_for_imagenet():
    blue = np.zeros((10, 20, 3), np.uint8)
    blue[..., 0] = 255
    values = prepare(blue)
    assert values.shape == (1, 3, 224, 224) and values.flags.c_contiguous
    expected = [(0 - 0.485) / 0.229, (0 - 0.456) / 0.224, (1 - 0.406) / 0.225]
    np.testing.assert_allclose(values[0, :, 7, 9], expected, rtol=ATOL)


def test_pictures_shrink_by_areas_and_grow_bilinearly():
    stripes = np.zeros((8, 8, 3), np.uint8)
    stripes[:, ::2] = 200
    assert (shrink(stripes, 4, 4) == 100).all()
    grown = shrink(stripes[:, :2], 8, 8)[0, :, 0]
    assert sorted(grown, reverse=True) == grown.tolist() and len(set(grown)) > 2


def test_resnet50_is_pooled_before_its_classifier(tmp_path, street):
    extract = OnnxResNet50(network(tmp_path / 'net.xml'))
    features = extract(street)
    assert extract.resnet50 and features.shape == (2048,)
    assert extract.name == 'ResNet-50 of net.xml (2048 features)'
    assert np.isfinite(features).all() and len(set(features.tolist())) > 1000


def test_the_last_that_fits_is_found_behind_all_that_it_needs():
    image = ops.parameter([1, 4], np.float32)
    first = ops.relu(image)
    second = ops.add(first, ops.constant(np.ones((1, 4), np.float32)))
    third = ops.concat([second, first], 1)
    model = ov.Model([ops.relu(third)], [image])
    assert find_last(model, lambda op, shape: shape == [1, 4]).get_node() == second
    assert find_last(model, lambda op, shape: shape == [1, 5]) is None


@pytest.mark.parametrize(
    ('options', 'reason'),
    [
        ({'width': 512}, 'is no ResNet-50'),
        ({'convolutions': 20}, '53 convolutions'),
        ({'channels_last': True}, 'does not take pictures of 224 x 224 px'),
        ({'kind': np.uint8}, 'one input, of float32'),
    ],
)
def test_another_network_is_refused(tmp_path, options, reason):
    with pytest.raises(SageIQError, match=reason):
        OnnxResNet50(network(tmp_path / 'net.xml', **options))


def test_files_that_are_none_are_refused(tmp_path):
    with pytest.raises(SageIQError, match='There is no file'):
        build_extractor(tmp_path / 'missing.onnx')
    broken = tmp_path / 'broken.onnx'
    broken.write_bytes(b'\x08\x01 no network')
    with pytest.raises(SageIQError, match='fetch it again'):
        build_extractor(broken)


@pytest.mark.parametrize('name', ['weights.pth', 'weights.safetensors', None])
def test_without_torch_the_sentence_says_what_to_install(tmp_path, monkeypatch, name):
    monkeypatch.setitem(sys.modules, 'torch', None)
    path = None if name is None else tmp_path / name
    if path is not None:
        path.write_bytes(b'')
    with pytest.raises(SageIQError, match='pip install torch'):
        build_extractor(path, 'efficientnet-lite0')
