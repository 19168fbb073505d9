# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime as an engine: true results, the provider asked for, and no silent fallback."""

import sys
from pathlib import Path

import numpy as np
import pytest

from sageiq_ros.engines.base import EngineError
from sageiq_ros.engines.onnxruntime import OnnxruntimeEngine
from sageiq_ros.engines.openvino import OpenVINOEngine
from sageiq_ros.engines.store import load_engine, write_engine

NETWORKS = Path(__file__).parents[1] / 'data' / 'engines'
IMAGE = np.random.default_rng(1).integers(0, 256, (1, 6, 8, 3), np.uint8)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    path = tmp_path / 'engine'
    path.mkdir()
    write(path, NETWORKS / 'asymmetric.onnx')
    return path


def write(folder, source):
    (folder / 'model.onnx').write_bytes(source.read_bytes())
    common = {'settings': {}, 'provenance': {}, 'measured': {}}
    names = {'name': 'small', 'network': 'reltr', 'precision': 'int8'}
    return write_engine(folder, model=folder / 'model.onnx', **names, **common)


def test_it_computes_what_openvino_computes_and_repeats_it_exactly(folder):
    engine = load_engine(str(folder), 'reltr', 2, 'onnxruntime')
    assert isinstance(engine, OnnxruntimeEngine)
    first = engine({'image': IMAGE})
    kept = {name: value.copy() for name, value in first.items()}
    engine({'image': IMAGE[:, ::-1].copy()})
    again = engine({'image': IMAGE})
    exact = OpenVINOEngine(folder / 'model.onnx', engine.manifest, 1)
    for name, value in exact({'image': IMAGE}).items():
        np.testing.assert_allclose(first[name], value, atol=1e-4)
        np.testing.assert_array_equal(first[name], kept[name])
        np.testing.assert_array_equal(first[name], again[name])


def test_a_provider_that_is_not_built_in_is_refused(folder):
    manifest = load_engine(str(folder), 'reltr', 1).manifest
    with pytest.raises(EngineError, match='without TensorrtExecutionProvider; it has'):
        OnnxruntimeEngine(
            folder / 'model.onnx', manifest, 1, providers=('TensorrtExecutionProvider',)
        )


def test_a_provider_that_does_not_start_is_no_reason_to_go_on_without(folder, monkeypatch):
    import onnxruntime

    manifest = load_engine(str(folder), 'reltr', 1).manifest
    monkeypatch.setattr(
        onnxruntime,
        'get_available_providers',
        lambda: ['CUDAExecutionProvider', 'CPUExecutionProvider'],
    )
    with pytest.warns(UserWarning, match='CUDAExecutionProvider'):  # noqa: SIM117
        with pytest.raises(EngineError, match='could not start CUDAExecutionProvider and would'):
            OnnxruntimeEngine(
                folder / 'model.onnx', manifest, 1, providers=('CUDAExecutionProvider',)
            )


def test_a_file_that_is_no_network_is_one_sentence(folder):
    manifest = load_engine(str(folder), 'reltr', 1).manifest
    (folder / 'model.onnx').write_bytes(b'no network')
    with pytest.raises(EngineError, match=r'ONNX Runtime .* cannot run') as caught:
        OnnxruntimeEngine(folder / 'model.onnx', manifest, 1)
    assert '\n' not in str(caught.value)


def test_without_the_package_the_sentence_says_what_to_do(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, 'onnxruntime', None)
    with pytest.raises(EngineError, match='pip install onnxruntime'):
        load_engine(str(folder), 'reltr', 1, 'onnxruntime')
