# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq assess`` gives the same to the same images, however slowly a language model answers."""

import json
import struct

import pytest
import yaml

from sageiq_ros.cli import main


@pytest.fixture
def config(tmp_path):
    def write(**analyzer):
        parameters = {'analyzer': {'memo': str(tmp_path / 'memo'), 'threads': 2, **analyzer}}
        path = tmp_path / 'parameters.yaml'
        path.write_text(yaml.safe_dump({'/**': {'ros__parameters': parameters}}))
        return str(path)

    return write


def assessed(tmp_path, config):
    path = tmp_path / 'out.jsonl'
    command = ['assess', 'street', '--frames', '3', '--config', config, '--output', str(path)]
    assert main(command) == 0
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_first_run_has_the_language_models_weights_as_the_second(tmp_path, config):
    pytest.importorskip('openvino_genai', reason='needs openvino-genai')
    path = config(query='leaf raking', min_weight=1.0)
    first, second = assessed(tmp_path, path), assessed(tmp_path, path)
    assert len(first) == 3
    for cold, warm in zip(first, second, strict=True):
        assert {triplet['source'] for triplet in cold['triplets']} <= {'LLM', 'MEMO'}
        assert 'PRIOR_WEIGHTS' not in cold['flags'] and cold['triplets']
        assert cold['score'] == warm['score']
        for one, other in zip(cold['triplets'], warm['triplets'], strict=True):
            assert one['subject_weight'] == other['subject_weight']


def test_a_model_that_fails_is_one_sentence(tmp_path, config, capsys):
    pytest.importorskip('openvino_genai', reason='needs openvino-genai')
    broken = tmp_path / 'broken.gguf'
    broken.write_bytes(b'GGUF' + struct.pack('<IQQ', 3, 0, 0))
    command = ['assess', 'street', '--frames', '1', '--config', config(model=str(broken))]
    assert main(command) == 2
    err = capsys.readouterr().err.splitlines()
    assert [line for line in err if line.startswith('sageiq: ')] == [err[-1]]
    assert 'broken.gguf is not a GGUF file that OpenVINO GenAI can read' in err[-1]
