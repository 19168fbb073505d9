# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A RelTR that takes pictures: its channels, its normalisation, its static ONNX file."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from reltr_fixtures import REDUCED, filled

from sageiq_ros.engines.export import OPSET, export_onnx
from sageiq_ros.engines.manifest import Manifest, TensorSpec
from sageiq_ros.engines.openvino import OpenVINOEngine
from sageiq_ros.models.reltr import RelTRConfig
from sageiq_ros.models.reltr_image import INPUT, OUTPUTS, ImageRelTR, Normalization

HEIGHT, WIDTH = 64, 96
LOGITS_ATOL, BOXES_ATOL = 2e-4, 5e-6


@pytest.fixture(scope='module')
def network():
    return ImageRelTR(filled(REDUCED), Normalization()).eval()


def pictures(count):
    return np.random.default_rng(1).integers(0, 256, (count, HEIGHT, WIDTH, 3), np.uint8)


def fed(normalization, picture):
    """Return what the network behind the normalisation is given."""
    seen = []

    def look(x):
        seen.append(x)
        return dict.fromkeys(OUTPUTS, x)

    ImageRelTR(look, normalization)(torch.from_numpy(picture))
    return seen[0].numpy()


def assert_close(found, expected):
    for name, value, real in zip(OUTPUTS, found, expected, strict=True):
        atol = BOXES_ATOL if name.endswith('boxes') else LOGITS_ATOL
        np.testing.assert_allclose(value, real.numpy(), rtol=0, atol=atol, err_msg=name)


def test_the_official_normalisation_is_imagenet_on_rgb():
    blue = np.zeros((1, 2, 2, 3), np.uint8)
    blue[..., 0] = 255
    values = fed(Normalization(), blue)[0, :, 0, 0]
    expected = [(0 - 0.485) / 0.229, (0 - 0.456) / 0.224, (1 - 0.406) / 0.225]
    np.testing.assert_allclose(values, expected, atol=1e-6)


def test_raw_bgr_passes_unchanged():
    picture = pictures(1)
    plain = Normalization(mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0), rgb=False)
    assert (fed(plain, picture) == picture.transpose(0, 3, 1, 2)).all()


@torch.no_grad()
def test_four_images_at_once_give_what_each_gives(network):
    batch = torch.from_numpy(pictures(4))
    together = network(batch)
    for i in range(4):
        assert_close([value[i : i + 1].numpy() for value in together], network(batch[i : i + 1]))


def exported(network, batch, path):
    example = torch.zeros(batch, HEIGHT, WIDTH, 3, dtype=torch.uint8)
    export_onnx(network, {INPUT: example}, OUTPUTS, path)


def run(path, image):
    onnxruntime = pytest.importorskip('onnxruntime')
    session = onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])
    return session.run(list(OUTPUTS), {INPUT: image})


@pytest.mark.parametrize('batch', [1, 4])
@torch.no_grad()
def test_the_onnx_file_computes_the_same_in_static_shapes(network, tmp_path, batch):
    onnx = pytest.importorskip('onnx')
    path = tmp_path / 'model.onnx'
    exported(network, batch, path)
    images = pictures(batch)
    expected = network(torch.from_numpy(images))
    assert_close(run(path, images), expected)
    model = onnx.shape_inference.infer_shapes(onnx.load(str(path)), strict_mode=True)
    assert {item.version for item in model.opset_import if not item.domain} == {OPSET}
    graph = model.graph
    types = {
        value.name: value.type.tensor_type
        for value in (*graph.value_info, *graph.input, *graph.output)
    }
    sizes = [[side.dim_value for side in types[name].shape.dim] for name in (INPUT, *OUTPUTS)]
    assert sizes == [[batch, HEIGHT, WIDTH, 3], *(list(value.shape) for value in expected)]
    attention = [node.output[0] for node in graph.node if node.op_type == 'Softmax']
    # Encoder 1, decoder 7 a layer.
    assert len(attention) == REDUCED.encoder_layers + 7 * REDUCED.decoder_layers
    assert {types[name].elem_type for name in attention} == {onnx.TensorProto.FLOAT}


@torch.no_grad()
def test_openvino_computes_the_same(network, tmp_path):
    path = tmp_path / 'model.onnx'
    exported(network, 1, path)
    specs = tuple(TensorSpec(name, (), 'float32') for name in OUTPUTS)
    manifest = Manifest('reduced', 'reltr', 'fp32', path.name, '', (), specs)
    found = OpenVINOEngine(path, manifest, 1)({INPUT: pictures(1)})
    assert_close(found.values(), network(torch.from_numpy(pictures(1))))


@pytest.mark.slow
@torch.no_grad()
def test_the_published_network_goes_to_onnx(tmp_path):
    network = ImageRelTR(filled(RelTRConfig()), Normalization()).eval()
    path = tmp_path / 'model.onnx'
    exported(network, 1, path)
    images = pictures(1)
    assert_close(run(path, images), network(torch.from_numpy(images)))
