# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""TensorRT's whole path against a double that keeps to its call protocol; no GPU is involved."""

import gc
import logging
import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from sageiq_ros.engines.base import EngineError
from sageiq_ros.engines.manifest import Manifest, TensorSpec
from sageiq_ros.engines.openvino import OpenVINOEngine
from sageiq_ros.engines.store import load_engine, sha256, write_manifest
from sageiq_ros.engines.tensorrt import TensorRTEngine

sys.path.insert(0, str(Path(__file__).parent))
from fake_tensorrt import Machine, ProtocolError, make_cudart, make_tensorrt

NETWORKS = Path(__file__).parents[1] / 'data' / 'engines'
VERSIONS = ('10.3.0', '11.1.0.106')
IMAGE = np.random.default_rng(1).integers(0, 256, (1, 6, 8, 3), np.uint8)


def manifest_of(name):
    return Manifest(
        name=name,
        network='reltr',
        precision='int8',
        file=f'{name}.onnx',
        sha256=sha256(NETWORKS / f'{name}.onnx'),
        inputs=(TensorSpec('image', (1, 6, 8, 3), 'uint8'),),
        outputs=(
            TensorSpec('logits', (1, 4), 'float32'),
            TensorSpec('maps', (1, 4, 6, 8), 'float32'),
        ),
    )


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Return what makes a machine with a version of TensorRT the one the tests run on."""
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))

    def do(version='11.1.0.106', **machine):
        made = Machine(**machine)
        made.trt = make_tensorrt(made, version)
        monkeypatch.setitem(sys.modules, 'tensorrt', made.trt)
        for name in ('cuda', 'cuda.bindings'):
            monkeypatch.setitem(sys.modules, name, ModuleType(name))
        monkeypatch.setitem(sys.modules, 'cuda.bindings.runtime', make_cudart(made))
        return made

    return do


@pytest.fixture
def plans(tmp_path):
    return tmp_path / 'cache' / 'sageiq' / 'tensorrt'


def make(name='symmetric', manifest=None):
    return TensorRTEngine(NETWORKS / f'{name}.onnx', manifest or manifest_of(name), 1)


@pytest.mark.parametrize('version', VERSIONS)
@pytest.mark.parametrize('name', ['float', 'symmetric'])
def test_results_are_those_of_the_network_and_stay(install, version, name):
    machine = install(version)
    engine = make(name)
    assert [network.strongly_typed for network in machine.trt.networks] == [True]
    reference = OpenVINOEngine(NETWORKS / f'{name}.onnx', manifest_of(name), 1)
    first = engine({'image': IMAGE})
    second = engine({'image': IMAGE[:, ::-1].copy()})
    for given, found in ((IMAGE, first), (IMAGE[:, ::-1], second)):
        for output, value in reference({'image': np.ascontiguousarray(given)}).items():
            np.testing.assert_allclose(found[output], value, atol=1e-5)
    assert np.abs(first['maps'] - second['maps']).max() > 0.1


def test_a_run_uploads_executes_downloads_and_waits_in_this_order(install):
    machine = install()
    engine = make()
    machine.calls.clear()
    engine({'image': IMAGE})
    copies = 'cudaMemcpyAsync'
    assert machine.calls == [copies, 'execute', copies, copies, 'cudaStreamSynchronize']


def test_everything_reserved_is_given_back(install):
    machine = install()
    engine = make()
    assert machine.streams and all(machine.memory.values())
    del engine
    gc.collect()
    assert not machine.streams and not any(machine.memory.values())


def test_a_plan_is_built_once_and_then_read(install, plans):
    machine = install()
    expected = make()({'image': IMAGE})
    kept = {path.name: path.stat().st_mtime_ns for path in plans.iterdir()}
    assert sorted(Path(name).suffix for name in kept) == ['.plan', '.timing']
    again = make()({'image': IMAGE})
    assert machine.calls.count('build') == 1
    assert {path.name: path.stat().st_mtime_ns for path in plans.iterdir()} == kept
    for name, value in expected.items():
        np.testing.assert_array_equal(again[name], value)


@pytest.mark.parametrize(
    ('version', 'machine', 'words'),
    [
        ('11.1.0.106', {'gpu': 'Other GPU'}, 'is for Fake GPU .* not for Other GPU'),
        ('11.1.0.106', {'capability': (9, 0)}, 'it is built anew'),
        ('11.2.0.1', {}, 'with TensorRT 11.1.0.106, not for Fake GPU with 11.2.0.1'),
    ],
)
def test_a_plan_of_another_machine_is_built_anew(install, caplog, version, machine, words):
    install()
    make()
    other = install(version, **machine)
    with caplog.at_level(logging.WARNING):
        make()({'image': IMAGE})
    assert other.calls.count('build') == 1
    assert re.search(words, caplog.text)


@pytest.mark.parametrize('content', [b'', b'\xff' * 5000, b'[1]\nplan', b'{}\nplan', None])
def test_a_damaged_plan_is_built_anew(install, plans, caplog, content):
    machine = install()
    make()
    path = next(plans.glob('*.plan'))
    path.write_bytes(path.read_bytes()[:-1] if content is None else content)
    with caplog.at_level(logging.WARNING):
        make()({'image': IMAGE})
    assert machine.calls.count('build') == 2
    assert 'built anew' in caplog.text
    make()
    assert machine.calls.count('build') == 2


def test_a_plan_that_tensorrt_does_not_take_is_built_anew(install, plans, caplog):
    machine = install()
    make()
    refused = machine.trt.Runtime.deserialize_cuda_engine
    answers = [lambda *_: None, refused]
    machine.trt.Runtime.deserialize_cuda_engine = lambda *a: answers.pop(0)(*a)
    with caplog.at_level(logging.WARNING):
        make()({'image': IMAGE})
    assert machine.calls.count('build') == 2 and 'does not take the plan' in caplog.text


def test_timings_serve_the_next_build_on_this_machine(install, plans, caplog):
    machine = install()
    make('float')
    make('symmetric')
    assert [call for call in machine.calls if 'timings' in call] == ['timings new', 'timings kept']
    next(plans.glob('*.timing')).write_bytes(b'of another world')
    next(plans.glob('*.plan')).unlink()
    machine.calls.clear()
    with caplog.at_level(logging.WARNING):
        make('float')
        make('symmetric')
    assert 'are of no use' in caplog.text and 'timings new' in machine.calls


def test_a_cache_that_cannot_be_written_costs_a_warning(install, plans, caplog):
    install()
    plans.parent.parent.mkdir()
    plans.parent.write_text('in the way')
    with caplog.at_level(logging.WARNING):
        make()({'image': IMAGE})
    assert 'cannot be kept' in caplog.text


@pytest.mark.parametrize('name', ['asymmetric', 'transposed_bytes'])
def test_what_the_parser_refuses_is_one_sentence(install, plans, name):
    install()
    with pytest.raises(EngineError) as caught:
        make(name)
    text = str(caught.value)
    assert text.endswith('UNSUPPORTED_NODE_DATATYPE: UINT8 is not supported.')
    assert '\n' not in text and not list(plans.glob('*.plan'))


def test_a_build_that_fails_says_why(install, plans):
    machine = install()
    machine.fail_build = 'Could not find any implementation\nfor node conv.'
    with pytest.raises(EngineError, match='find any implementation for node conv'):
        make()
    assert not list(plans.glob('*.plan'))


def test_an_interrupted_build_stops_and_leaves_nothing(install, plans, monkeypatch):
    install()

    class Bar:
        n = 0

        def __init__(self, **_):
            pass

        def update(self, _):
            raise KeyboardInterrupt

    monkeypatch.setattr('tqdm.tqdm', Bar)
    with pytest.raises(KeyboardInterrupt):
        make()
    assert not list(plans.glob('*.plan'))


def test_a_run_that_fails_is_an_error(install):
    machine = install()
    engine = make()
    machine.fail_execute = True
    with pytest.raises(EngineError, match='could not run symmetric'):
        engine({'image': IMAGE})


@pytest.mark.parametrize('image', [IMAGE.astype(np.float32), IMAGE[0], IMAGE[:, :3]])
def test_another_shape_or_type_is_refused(install, image):
    install()
    with pytest.raises(ValueError, match=r'image must be uint8 of shape \(1, 6, 8, 3\)'):
        make()({'image': image})


def test_a_manifest_of_other_tensors_is_refused(install):
    install()
    with pytest.raises(EngineError, match=r'other tensors \(image\) than its manifest says'):
        make(manifest=replace_input('picture'))


def replace_input(name):
    whole = manifest_of('symmetric')
    fields = {slot: getattr(whole, slot) for slot in whole.__slots__}
    return Manifest(**{**fields, 'inputs': (TensorSpec(name, (1, 6, 8, 3), 'uint8'),)})


def test_without_a_gpu_the_sentence_says_so(install):
    install().no_gpu = True
    with pytest.raises(EngineError, match='no CUDA-capable device is detected'):
        make()


@pytest.mark.parametrize(
    ('module', 'words'),
    [('tensorrt', 'pip install tensorrt cuda-python'), ('cuda.bindings.runtime', 'cuda-python')],
)
def test_a_missing_package_is_named(install, monkeypatch, module, words):
    install()
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(EngineError, match=words):
        make()


def test_a_version_before_10_is_refused(install):
    install('8.6.1')
    with pytest.raises(EngineError, match=r'8\.6\.1 is too old'):
        make()


def test_the_store_loads_it_by_the_name_of_the_backend(install, tmp_path):
    install()
    folder = tmp_path / 'engine'
    folder.mkdir()
    (folder / 'symmetric.onnx').write_bytes((NETWORKS / 'symmetric.onnx').read_bytes())
    write_manifest(folder, manifest_of('symmetric'))
    engine = load_engine(str(folder), 'reltr', 1, 'tensorrt')
    assert isinstance(engine, TensorRTEngine)
    assert engine({'image': IMAGE})['logits'].shape == (1, 4)


def test_the_double_is_strict(install):
    machine = install()
    engine = make()
    context = engine._engine.create_execution_context()
    with pytest.raises(ProtocolError, match='no device memory'):
        context.set_tensor_address('image', 12345)
    with pytest.raises(ProtocolError, match='not every tensor'):
        context.execute_async_v3(next(iter(machine.streams)))
