# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq models list``, ``build``, ``export`` and ``quantize`` as a user meets them."""

import json
import shutil

import pytest

from sageiq_ros.cli import main
from sageiq_ros.engines.manifest import Manifest, TensorSpec
from sageiq_ros.engines.mplug_owl2 import INDEX, NETWORK
from sageiq_ros.engines.store import fit_backends, sha256, shipped, write_manifest


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    return tmp_path / 'cache' / 'sageiq'


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(shipped() / 'sageiq_m_nano', tmp_path / 'engine')
    return tmp_path / 'engine'


def refusal(capsys, *words):
    assert main(['models', *words]) == 2
    error = capsys.readouterr().err
    assert error.startswith('sageiq: ') and error.count('\n') == 1
    return error


def test_list_names_the_shipped_engines(capsys):
    assert main(['models', 'list']) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ['reltr_nano', 'sageiq_m_nano']
    assert all('intact' in line and ', '.join(fit_backends()[:3]) in line for line in lines[1:])


def test_list_marks_a_changed_file_and_fails(copy, capsys):
    with (copy / 'model.onnx').open('ab') as stream:
        stream.write(b'x')
    assert main(['models', 'list', str(copy)]) == 1
    assert 'DAMAGED' in capsys.readouterr().out


@pytest.fixture
def sharded(tmp_path):
    """Make the files of a large model, of 2 MB in two shards, without weights in them."""
    folder = tmp_path / 'large'
    folder.mkdir()
    for name in ('a.safetensors', 'b.safetensors'):
        (folder / name).write_bytes(bytes(1_000_000))
    digests = {path.name: sha256(path) for path in sorted(folder.iterdir())}
    (folder / INDEX).write_text(json.dumps({'shards': digests}), encoding='utf-8')
    image = TensorSpec('image', (1, 3, 448, 448), 'float32')
    digest = sha256(folder / INDEX)
    manifest = Manifest('large', NETWORK, 'bf16', INDEX, digest, (image,), (image,))
    write_manifest(folder, manifest)
    return folder


def test_list_counts_the_shards_of_a_large_model(sharded, capsys):
    assert main(['models', 'list', str(sharded)]) == 0
    line = capsys.readouterr().out.splitlines()[1]
    assert line.split() == ['large', NETWORK, 'bf16', '1x3x448x448', '2.0', 'intact', 'torch']


@pytest.mark.parametrize('harm', ['changed', 'missing'])
def test_list_marks_a_large_model_with_a_broken_shard(sharded, capsys, harm):
    shard = sharded / 'b.safetensors'
    if harm == 'changed':
        shard.write_bytes(b'x')
    else:
        shard.unlink()
    assert main(['models', 'list', str(sharded)]) == 1
    assert 'DAMAGED' in capsys.readouterr().out


def test_list_of_what_is_no_engine_is_a_sentence(capsys):
    assert "No engine at 'none'" in refusal(capsys, 'list', 'none')
    assert not capsys.readouterr().out


def test_build_compiles_once_into_the_cache(cache, capsys):
    words = ['models', 'build', 'sageiq_m_nano', '--backend', 'openvino', '--threads', '1']
    assert main(words) == 0
    assert 'built in' in capsys.readouterr().out
    assert any((cache / 'openvino').iterdir())
    assert main(words) == 0
    assert f'was there already, in {cache / "openvino"}' in capsys.readouterr().out


def test_build_where_nothing_can_be_kept_is_a_sentence(cache, capsys):
    cache.parent.mkdir()
    cache.write_text('in the way')
    sentence = refusal(capsys, 'build', 'sageiq_m_nano', '--backend', 'openvino')
    assert 'keeps nothing' in sentence


def test_export_of_an_engine_without_weights_is_a_sentence(tmp_path, capsys):
    sentence = refusal(capsys, 'export', 'reltr_nano', '--out', str(tmp_path / 'new'))
    assert 'no weights to export' in sentence
    assert not (tmp_path / 'new').exists()


@pytest.mark.parametrize('batch', ['0', '-1', '1000'])
def test_export_of_a_batch_out_of_range_is_a_sentence(tmp_path, capsys, batch):
    words = ['export', 'reltr_nano', f'--batch={batch}', '--out', str(tmp_path / 'new')]
    assert '--batch must lie in [1, 64]' in refusal(capsys, *words)


@pytest.mark.parametrize(
    ('words', 'reason'),
    [
        (['--images', '0'], '--images must be at least 1'),
        (['--evaluate', 'none'], '--evaluate measures reltr engines only'),
    ],
)
def test_quantize_refuses_before_it_reads(tmp_path, capsys, words, reason):
    common = ['--calibrate', str(tmp_path), '--out', str(tmp_path / 'new')]
    assert reason in refusal(capsys, 'quantize', 'sageiq_m_nano', *common, *words)


def test_quantize_refuses_a_folder_that_is_no_camvid(tmp_path, capsys):
    common = ['--calibrate', str(tmp_path), '--out', str(tmp_path / 'new')]
    sentence = refusal(capsys, 'quantize', 'reltr_nano', *common, '--evaluate', str(tmp_path))
    assert 'No CamVid frames' in sentence
