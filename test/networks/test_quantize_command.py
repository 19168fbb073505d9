# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""From weights to ONNX to int8 on a small RelTR, by the commands, with what they report."""

import shutil
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from reltr_fixtures import REDUCED, filled
from safetensors.torch import save_file

from sageiq_ros.cli import main
from sageiq_ros.datasets.street import render_street
from sageiq_ros.deployment.import_reltr import output_specs
from sageiq_ros.engines.manifest import Manifest, TensorSpec
from sageiq_ros.engines.pytorch import TorchEngine
from sageiq_ros.engines.quantize import make_signed
from sageiq_ros.engines.store import load_engine, read_manifest, sha256, write_manifest
from sageiq_ros.models.reltr_image import OUTPUTS, ImageRelTRConfig

NETWORKS = Path(__file__).parents[1] / 'data' / 'engines'
WIDTH, HEIGHT = 96, 64
BODY = '^(?!/model/(body|input_proj)/).*$'
PICTURES = 6


@pytest.fixture(scope='module')
def room(tmp_path_factory):
    """Return a folder with ``weights``, ``pictures`` and, made by command, ``float``."""
    path = tmp_path_factory.mktemp('room')
    weights = path / 'weights'
    weights.mkdir()
    save_file(filled(REDUCED).state_dict(), weights / 'weights.safetensors')
    manifest = Manifest(
        name='small',
        network='reltr',
        precision='fp32',
        file='weights.safetensors',
        sha256=sha256(weights / 'weights.safetensors'),
        inputs=(TensorSpec('image', (1, HEIGHT, WIDTH, 3), 'uint8'),),
        outputs=output_specs(REDUCED),
        settings={'vocabulary': 'vg150', **ImageRelTRConfig(REDUCED).to_settings()},
    )
    write_manifest(weights, manifest)
    (path / 'pictures').mkdir()
    for seed in range(PICTURES):
        image = render_street(seed, size=(160, 96)).image
        cv2.imwrite(str(path / 'pictures' / f'{seed}.png'), image)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('XDG_CACHE_HOME', str(path / 'cache'))
        words = ['models', 'export', str(weights), '--batch', '2', '--out', str(path / 'float')]
        assert main(words) == 0
        yield path


@pytest.fixture(scope='module')
def quantized(room):
    words = ['models', 'quantize', str(room / 'float'), '--calibrate', str(room / 'pictures')]
    words += ['--out', str(room / 'int8'), '--images', '4', '--float', BODY, '--threads', '1']
    assert main(words) == 0
    return room / 'int8'


def test_an_export_is_static_and_computes_what_torch_computes(room):
    manifest = read_manifest(room / 'float')
    assert manifest.inputs == (TensorSpec('image', (2, HEIGHT, WIDTH, 3), 'uint8'),)
    assert manifest.outputs == output_specs(REDUCED, 2)
    told = manifest.measured['export']
    assert told['command'].startswith('sageiq models export ') and set(OUTPUTS) == set(
        told['max_difference']
    )
    assert max(told['max_difference'].values()) < 1e-3
    weights = read_manifest(room / 'weights')
    reference = TorchEngine(room / 'weights' / weights.file, weights, 1)
    images = np.random.default_rng(0).integers(0, 256, (2, HEIGHT, WIDTH, 3), np.uint8)
    expected = reference({'image': images})
    for backend in ('openvino', 'onnxruntime'):
        found = load_engine(str(room / 'float'), 'reltr', 1, backend)({'image': images})
        for name in OUTPUTS:
            # OpenVINO may lower the precision by itself where the processor is faster so.
            np.testing.assert_allclose(found[name], expected[name], rtol=0.02, atol=0.02)


def test_the_float_graph_casts_its_bytes_first(room):
    graph = onnx.load(str(room / 'float' / 'model.onnx')).graph
    users = [node.op_type for node in graph.node if 'image' in node.input]
    assert users == ['Cast']


def test_an_export_that_differs_from_torch_is_refused(room, monkeypatch, capsys):
    monkeypatch.setattr('sageiq_ros.deployment.export.TOLERANCE', 0.0)
    out = room / 'refused'
    assert main(['models', 'export', str(room / 'weights'), '--out', str(out)]) == 2
    assert 'differs from torch by up to' in capsys.readouterr().err
    assert not list(out.iterdir())


def test_the_report_compares_runs_that_did_not_calibrate(quantized):
    manifest = read_manifest(quantized)
    assert manifest.precision == 'int8' and manifest.name == 'small'
    parity = manifest.measured['parity']
    # Six pictures: 0, 2, 3, 4, 5 calibrate in batches of two, 1 is held out.
    assert (parity['calibration_runs'], parity['held_out_runs']) == (2, 1)
    assert set(parity['drift']) == set(OUTPUTS)
    assert all(0 < row['mean'] <= row['max'] for row in parity['drift'].values())
    assert all(row['mean_per_std'] < 0.5 for row in parity['drift'].values())
    assert parity['triplets']['images'] == 2
    assert '--images 4 --float' in parity['command'] and '--threads 1' in parity['command']
    origin = manifest.provenance['quantized_from']
    assert origin['precision'] == 'fp32'


def test_the_drift_is_that_of_the_engines(room, quantized):
    image = cv2.resize(
        cv2.imread(str(room / 'pictures' / '1.png')), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA
    )
    engines = [load_engine(str(folder), 'reltr', 1) for folder in (room / 'float', quantized)]
    exact, other = (engine({'image': np.stack([image, image])}) for engine in engines)
    told = read_manifest(quantized).measured['parity']['drift']
    for name in OUTPUTS:
        real = np.abs(exact[name] - other[name]).mean()
        assert told[name]['mean'] == pytest.approx(real, rel=0.2, abs=1e-3), name


def test_only_what_was_not_kept_in_float_is_quantised(quantized):
    graph = onnx.load(str(quantized / 'model.onnx')).graph
    names = {node.op_type for node in graph.node}
    assert {'QuantizeLinear', 'DequantizeLinear'} <= names
    producers = {output: node for node in graph.node for output in node.output}
    for node in graph.node:
        if node.op_type == 'MatMul' and 'transformer' in node.name:
            sources = [producers[name].op_type for name in node.input if name in producers]
            assert 'DequantizeLinear' not in sources, node.name


def test_symmetric_zero_points_are_all_zero_of_int8(room):
    out = room / 'symmetric'
    words = ['models', 'quantize', str(room / 'float'), '--calibrate', str(room / 'pictures')]
    words += ['--out', str(out), '--images', '4', '--float', BODY, '--symmetric']
    assert main(words) == 0
    graph = onnx.load(str(out / 'model.onnx')).graph
    values = {weight.name: numpy_helper.to_array(weight) for weight in graph.initializer}
    zeros = [
        values[node.input[2]]
        for node in graph.node
        if node.op_type in ('QuantizeLinear', 'DequantizeLinear')
    ]
    assert zeros
    assert all(zero.dtype == np.int8 and not zero.any() for zero in zeros)
    scales = [values[node.input[1]] for node in graph.node if node.op_type == 'QuantizeLinear']
    assert all(scale.size == 1 for scale in scales)


def test_signed_steps_cover_the_range_of_the_unsigned_ones():
    model = onnx.load(str(NETWORKS / 'asymmetric.onnx'))
    with pytest.raises(ValueError, match='zero point uint8_three is 3, not 0'):
        make_signed(model)
    zero = next(w for w in model.graph.initializer if w.name == 'uint8_three')
    zero.CopyFrom(numpy_helper.from_array(np.array(0, np.uint8), zero.name))
    step = next(w for w in model.graph.initializer if w.name == 'scale')
    step.CopyFrom(numpy_helper.from_array(np.array(1.0, np.float32), step.name))
    make_signed(model)
    values = np.arange(256, dtype=np.float32)
    zero, step = numpy_helper.to_array(zero), numpy_helper.to_array(step)
    assert zero.dtype == np.int8
    rounded = np.clip(np.rint(values / step), -128, 127) * step
    assert np.abs(rounded - values).max() <= step / 2 + 1e-4
    assert step == pytest.approx(255 / 127)


@pytest.mark.parametrize(
    ('source', 'extra', 'reason'),
    [
        ('int8', [], 'is quantised already'),
        ('weights', [], 'sageiq models export'),
        ('float', ['--float', '('], 'is no regular expression'),
        ('float', ['--float', 'nothing_is_called_so'], 'No node of'),
    ],
)
def test_what_cannot_be_quantised_is_one_sentence(room, quantized, capsys, source, extra, reason):
    words = ['models', 'quantize', str(room / source), '--calibrate', str(room / 'pictures')]
    assert main([*words, '--out', str(room / 'never'), *extra]) == 2
    error = capsys.readouterr().err
    assert reason in error and error.count('\n') == 1
    assert not (room / 'never').exists()


def test_a_taken_folder_is_not_written_over(room, quantized, capsys):
    words = ['models', 'quantize', str(room / 'float'), '--calibrate', str(room / 'pictures')]
    assert main([*words, '--out', str(quantized)]) == 2
    assert 'exists already' in capsys.readouterr().err


def test_a_folder_without_a_readable_picture_is_one_sentence(room, tmp_path, capsys):
    shutil.copytree(room / 'pictures', tmp_path / 'broken')
    for path in (tmp_path / 'broken').iterdir():
        path.write_bytes(b'no picture')
    words = ['models', 'quantize', str(room / 'float'), '--out', str(tmp_path / 'out')]
    assert main([*words, '--calibrate', str(tmp_path / 'broken')]) == 2
    assert 'None of the 6 pictures' in capsys.readouterr().err
    assert not (tmp_path / 'out').exists()


def test_what_a_torch_engine_is_asked_for_it_is(room):
    engine = load_engine(str(room / 'weights'), 'reltr', 1)
    assert isinstance(engine, TorchEngine)
    assert torch.get_num_threads() == 1
