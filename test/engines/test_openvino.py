# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Compiled networks are kept between starts, and no state of that folder stops one."""

import logging
import subprocess
import sys

import numpy as np
import pytest

from sageiq_ros.engines.base import EngineError
from sageiq_ros.engines.store import load_engine


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    return tmp_path / 'sageiq' / 'openvino'


def outputs():
    engine = load_engine('sageiq_m_nano', 'sageiq_m', 1)
    rng = np.random.default_rng(0)
    inputs = {
        spec.name: rng.integers(0, 9, spec.shape).astype(spec.dtype)
        for spec in engine.manifest.inputs
    }
    return engine(inputs)


def test_a_network_is_compiled_once_and_gives_the_same_from_the_cache(cache):
    first = outputs()
    kept = {path.name: path.stat().st_mtime_ns for path in cache.iterdir()}
    assert kept
    second = outputs()
    assert {path.name: path.stat().st_mtime_ns for path in cache.iterdir()} == kept
    for name, value in first.items():
        np.testing.assert_array_equal(second[name], value)


def test_a_damaged_cache_is_compiled_over(cache):
    first = outputs()
    for path in cache.iterdir():
        path.write_bytes(b'\xff' * 1000)
    second = outputs()
    for name, value in first.items():
        np.testing.assert_array_equal(second[name], value)


def test_a_cache_that_cannot_be_made_costs_a_warning(cache, caplog):
    cache.parent.parent.joinpath('sageiq').write_text('in the way')
    with caplog.at_level(logging.WARNING):
        outputs()
    assert 'engines are compiled anew' in caplog.text


def test_without_openvino_the_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, 'openvino', None)
    with pytest.raises(EngineError, match=r'pip install -r requirements/runtime\.txt'):
        load_engine('sageiq_m_nano', 'sageiq_m', 1)


def test_float_parts_run_in_float32_on_every_processor():
    compiled = load_engine('reltr_nano', 'reltr', 1)._request.get_compiled_model()
    assert compiled.get_property('INFERENCE_PRECISION_HINT').to_string() == 'f32'


def test_threads_are_not_pinned_to_the_first_processors():
    compiled = load_engine('reltr_nano', 'reltr', 1)._request.get_compiled_model()
    assert compiled.get_property('ENABLE_CPU_PINNING') is False


TWO_ENGINES_THEN_A_SIGNAL = """
import os, signal
from sageiq_ros.engines.store import load_engine
engines = [load_engine('sageiq_m_nano', 'sageiq_m', 1) for _ in range(2)]
while engines:
    del engines[0]
signal.signal(signal.SIGTERM, lambda *told: print('alive'))
os.kill(os.getpid(), signal.SIGTERM)
"""


def test_a_signal_after_engines_were_given_back_is_no_segmentation_fault():
    command = [sys.executable, '-c', TWO_ENGINES_THEN_A_SIGNAL]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, 'alive\n')
