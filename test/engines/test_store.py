# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A store refuses what it cannot vouch for, in one sentence."""

import json
import shutil
from dataclasses import fields, replace

import pytest

from sageiq_ros.config import RuntimeConfig
from sageiq_ros.engines.base import EngineError
from sageiq_ros.engines.store import (
    BACKENDS,
    choose_backend,
    find_engine,
    load_engine,
    read_manifest,
    sha256,
    shipped,
    write_manifest,
)
from sageiq_ros.types import SageIQError

NAMES = ('reltr_nano', 'sageiq_m_nano')


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(shipped() / 'sageiq_m_nano', tmp_path / 'engine')
    return tmp_path / 'engine'


@pytest.mark.parametrize('name', NAMES)
def test_a_shipped_engine_matches_its_manifest_and_has_a_card(name):
    folder = find_engine(name)
    manifest = read_manifest(folder)
    assert sha256(folder / manifest.file) == manifest.sha256
    assert (folder / 'MODEL_CARD.md').is_file()
    assert manifest.provenance and manifest.measured


def test_an_unknown_name_lists_the_shipped_ones():
    with pytest.raises(EngineError, match='reltr_nano, sageiq_m_nano'):
        find_engine('reltr_mega')


def test_a_network_of_another_kind_is_refused():
    with pytest.raises(EngineError, match='runs sageiq_m, where reltr is needed'):
        load_engine('sageiq_m_nano', 'reltr', 1)


def test_a_missing_network_file_is_named(copy):
    (copy / 'model.onnx').unlink()
    with pytest.raises(EngineError, match='lacks its file'):
        load_engine(str(copy), 'sageiq_m', 1)


def test_a_changed_network_file_is_refused(copy):
    with (copy / 'model.onnx').open('ab') as stream:
        stream.write(b'x')
    with pytest.raises(EngineError, match='SHA-256 differs'):
        load_engine(str(copy), 'sageiq_m', 1)


@pytest.mark.parametrize('text', ['', '[]', '{}', '{"inputs": [{}], "outputs": []}', '[' * 20_000])
def test_a_broken_manifest_is_named(copy, text):
    (copy / 'manifest.json').write_text(text)
    with pytest.raises(EngineError, match='not a readable engine manifest'):
        load_engine(str(copy), 'sageiq_m', 1)


@pytest.mark.parametrize(
    ('change', 'reason'),
    [
        ({'file': 7}, 'file is no short text'),
        ({'network': None}, 'network is no short text'),
        ({'name': 'two\nlines'}, 'name is no short text'),
        ({'sha256': 'a' * 1000}, 'sha256 is no short text'),
        ({'file': '../model.onnx'}, 'its file does not lie beside it'),
        ({'settings': []}, 'settings is no object'),
        ({'measured': 'much'}, 'measured is no object'),
        ({'inputs': [{'name': 'x', 'shape': 'abc', 'dtype': 'f'}]}, 'no shape of whole numbers'),
        ({'inputs': [{'name': 'x', 'shape': [1, 2.5], 'dtype': 'f'}]}, 'no shape of whole'),
        ({'inputs': [{'name': 1, 'shape': [], 'dtype': 'f'}]}, 'name or dtype that is no text'),
    ],
)
def test_a_manifest_of_other_types_is_refused_with_the_reason(copy, change, reason):
    path = copy / 'manifest.json'
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(EngineError, match=f'not a readable engine manifest .*{reason}'):
        read_manifest(copy)


@pytest.mark.parametrize('name', ['a' * 300, './' + 'b/' * 2045, '~nobody-of-this-name/x', 'a\0'])
def test_a_name_that_no_folder_can_have_is_one_sentence(name):
    with pytest.raises(SageIQError, match='cannot be a path here'):
        find_engine(name)


def test_a_file_that_is_no_network_is_named(copy):
    (copy / 'model.onnx').write_bytes(b'no network')
    manifest = json.loads((copy / 'manifest.json').read_text())
    manifest['sha256'] = sha256(copy / 'model.onnx')
    (copy / 'manifest.json').write_text(json.dumps(manifest))
    with pytest.raises(EngineError, match='cannot run'):
        load_engine(str(copy), 'sageiq_m', 1)


@pytest.mark.parametrize(
    ('file', 'backend', 'chosen'),
    [
        ('model.onnx', 'auto', 'openvino'),
        ('model.onnx', 'onnxruntime', 'onnxruntime'),
        ('model.onnx', 'tensorrt', 'tensorrt'),
        ('weights.safetensors', 'auto', 'torch'),
        ('weights.safetensors', 'torch', 'torch'),
    ],
)
def test_the_backend_is_chosen_by_the_file(copy, file, backend, chosen):
    assert choose_backend(replace(read_manifest(copy), file=file), backend) == chosen


@pytest.mark.parametrize(
    ('file', 'backend', 'words'),
    [
        ('model.onnx', 'torch', 'torch does not run model.onnx .* openvino or onnxruntime'),
        ('weights.safetensors', 'openvino', 'openvino does not run weights.safetensors'),
        ('model.onnx', 'caffe', "no backend 'caffe'; choose auto, openvino or"),
        ('model.plan', 'auto', 'must end in .onnx or .safetensors'),
    ],
)
def test_an_unfit_backend_is_refused(copy, file, backend, words):
    write_manifest(copy, replace(read_manifest(copy), file=file))
    with pytest.raises(EngineError, match=words):
        load_engine(str(copy), 'sageiq_m', 1, backend)


def test_a_manifest_is_written_as_it_is_read(copy):
    manifest = replace(read_manifest(copy), measured={'words': 'Größe'})
    write_manifest(copy, manifest)
    assert read_manifest(copy) == manifest


def test_the_setting_offers_every_backend():
    meta = next(item.metadata for item in fields(RuntimeConfig) if item.name == 'backend')
    assert meta['choices'] == ('auto', *BACKENDS)
