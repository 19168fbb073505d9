# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The LLaMA-3 path from a checkpoint folder in NF4, by transformers.

A tiny model of LLaMA-3's architecture, tokens and chat template with random weights, and, where
SAGEIQ_LLAMA_FOLDER names a folder of LLaMA-3-8B-Instruct, that one too.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from analyzer_helpers import make_graph
from llama3_folder import BEGIN_OF_TEXT, END_HEADER, END_OF_TURN, START_HEADER, write_llama3
from test_text import HOSTILE
from transformers import GenerationConfig

from sageiq_ros.analyzer.build import build_analyzer, find_job
from sageiq_ros.analyzer.language_models.base import LanguageModelError, Sampling
from sageiq_ros.analyzer.language_models.files import find_model
from sageiq_ros.analyzer.language_models.load import load_language_model
from sageiq_ros.analyzer.memo import Memo
from sageiq_ros.analyzer.prompts import PAPER_SAMPLING, dispenser_prompt, selector_prompt
from sageiq_ros.analyzer.rounds import TwoRounds
from sageiq_ros.analyzer.text import clean_words
from sageiq_ros.analyzer.waiting import wait_for_answers
from sageiq_ros.cli import main
from sageiq_ros.config import AnalyzerConfig
from sageiq_ros.types import WeightSource

ITEMS = ['window on building', 'car on street', 'man on sidewalk']
# bf16 sums come in another order when a prefix is read on its own.
LOG_ATOL = 0.15
CHANCES_ATOL = 0.03

REAL = os.environ.get('SAGEIQ_LLAMA_FOLDER', '')


@pytest.fixture(scope='module')
def tiny(tmp_path_factory):
    return write_llama3(tmp_path_factory.mktemp('llama') / 'tiny-llama-3')


@pytest.fixture(
    scope='module',
    params=[
        'tiny',
        pytest.param(
            'real', marks=pytest.mark.skipif(not REAL, reason='needs SAGEIQ_LLAMA_FOLDER')
        ),
    ],
)
def folder(request, tiny):
    return tiny if request.param == 'tiny' else Path(REAL)


@pytest.fixture(scope='module')
def model(folder):
    return load_language_model(find_model(str(folder)), threads=2)


def asked_tokens(model, monkeypatch, *arguments, **options):
    """Return the tokens that ``complete`` hands to the network."""
    seen = []

    def generate(inputs, **_):
        seen.append(inputs[0].tolist())
        return inputs

    monkeypatch.setattr(model._model, 'generate', generate)
    model.complete(*arguments, **options)
    return seen[0]


def test_weights_are_nf4_and_the_model_does_not_train(model):
    import bitsandbytes as bnb

    layers = model._model.model.layers
    linear = [m for m in layers.modules() if isinstance(m, torch.nn.Linear)]
    assert len(linear) == 7 * len(layers)
    for module in linear:
        assert isinstance(module, bnb.nn.Linear4bit) and module.weight.quant_type == 'nf4'
        assert module.weight.dtype == torch.uint8
    assert not any(module.training for module in model._model.modules())


def test_a_message_has_the_form_of_llama_3(model, monkeypatch):
    tokens = asked_tokens(model, monkeypatch, '  Hello  ', 1, opening='Selected')
    text = model._tokenizer.decode(tokens)
    assert text == (
        '<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHello<|eot_id|>'
        '<|start_header_id|>assistant<|end_header_id|>\n\nSelected'
    )
    assert tokens[:2] == [BEGIN_OF_TEXT, START_HEADER]
    assert tokens.count(BEGIN_OF_TEXT) == 1 and tokens.count(END_OF_TURN) == 1


@pytest.mark.parametrize('text', HOSTILE)
def test_user_text_never_becomes_a_special_token(model, monkeypatch, text):
    words = clean_words(text, 200)
    for prompt in (selector_prompt(words, [words]), dispenser_prompt(words, words, words)):
        tokens = asked_tokens(model, monkeypatch, prompt, 1)
        special = [token for token in tokens if token >= BEGIN_OF_TEXT]
        header = [START_HEADER, END_HEADER]
        assert special == [BEGIN_OF_TEXT, *header, END_OF_TURN, *header]


def test_greedy_answers_are_the_same_and_samples_follow_their_seed(model):
    prompt = selector_prompt('autonomous driving', ITEMS)
    assert model.complete(prompt, 8) == model.complete(prompt, 8)
    hot = Sampling(temperature=5.0, top_k=5000, top_p=1.0, seed=1)
    first = model.complete(prompt, 8, sampling=hot)
    assert model.complete(prompt, 8, sampling=hot) == first
    others = {
        model.complete(prompt, 8, sampling=Sampling(5.0, 5000, 1.0, seed)) for seed in (2, 3, 4)
    }
    assert len(others | {first}) > 1


def test_an_answer_ends_with_either_of_llama_3s_ends(model, monkeypatch):
    said = []

    def generate(inputs, **options):
        said.append(options)
        return inputs

    ends = model._model.generation_config.eos_token_id
    assert set(ends) == {128_001, END_OF_TURN}
    monkeypatch.setattr(model._model, 'generate', generate)
    model.complete('Hello', 4)
    assert 'eos_token_id' not in said[0] and said[0]['do_sample'] is False
    # Nothing of the checkpoint's own sampling shines through.
    own = model._model.generation_config.to_dict()
    plain = GenerationConfig(eos_token_id=ends).to_dict()
    assert own == plain and 'temperature' not in said[0]
    model.complete('Hello', 4, sampling=PAPER_SAMPLING)
    assert (said[1]['temperature'], said[1]['top_k'], said[1]['top_p']) == (0.1, 20, 0.2)


def direct_logits(model, text):
    tokens = torch.tensor([model._tokenizer(text)['input_ids']], device=model._device)
    with torch.inference_mode():
        return model._model(input_ids=tokens).logits[0].float().log_softmax(-1), tokens[0]


def test_a_likelihood_is_that_of_the_whole_text(model):
    prefix, endings = 'Look at the', [' car', ' traffic light', ' tree']
    found = model.log_likelihood('Look', ' at the', endings)
    start = len(model._tokenizer(prefix)['input_ids'])
    for value, ending in zip(found, endings, strict=True):
        logits, tokens = direct_logits(model, prefix + ending)
        places = range(start, len(tokens))
        expected = sum(float(logits[place - 1, tokens[place]]) for place in places)
        assert value == pytest.approx(expected, abs=LOG_ATOL * len(places))
    np.testing.assert_allclose(model.log_likelihood('Look', ' at the', endings), found, atol=1e-6)


def test_a_rating_is_the_chance_of_the_strings_1_to_10(model):
    prefix, endings = 'Importance (1-10)\ncar: 9\nleaf: 1\n', ['traffic light: ', 'sofa: ']
    chances = model.rate(prefix, endings)
    np.testing.assert_allclose(chances.sum(axis=1), 1.0, rtol=1e-9)
    alone = np.concatenate([model.rate(prefix, [ending]) for ending in endings])
    np.testing.assert_allclose(chances, alone, atol=CHANCES_ATOL)
    # LLaMA-3 has a token for 10.
    numbers = [
        model._tokenizer(str(n), add_special_tokens=False)['input_ids'] for n in range(1, 11)
    ]
    assert all(len(tokens) == 1 for tokens in numbers)
    logits, _ = direct_logits(model, prefix + endings[0])
    expected = logits[-1, [tokens[0] for tokens in numbers]].exp()
    expected = (expected / expected.sum()).cpu().numpy()
    np.testing.assert_allclose(chances[0], expected, atol=CHANCES_ATOL)


def test_constrained_rounds_give_a_whole_answer_and_always_the_same(model):
    rounds = TwoRounds(model, 'constrained', evaluations=2)
    chosen = rounds.select('autonomous driving', ITEMS)
    assert chosen == rounds.select('autonomous driving', ITEMS)
    assert len(set(chosen)) == len(chosen) and set(chosen) <= {0, 1, 2}
    weights = rounds.weigh('autonomous driving', 'traffic light', "driver's seat")
    assert weights == rounds.weigh('autonomous driving', 'traffic light', "driver's seat")
    assert all(1.0 <= weight <= 10.0 for weight in weights)


@pytest.mark.parametrize('mode', ['constrained', 'paper', 'combined', 'rating'])
def test_every_mode_runs_in_the_worker_process(folder, tmp_path, mode):
    config = AnalyzerConfig(
        mode=mode, model=str(folder), threads=2, min_weight=1.0, memo=str(tmp_path / 'memo')
    )
    graph = make_graph(('car', 'on', 'street', 0.9))
    analyzer = build_analyzer(config)
    try:
        assert {i.source for i in analyzer.analyze(graph, config)} == {WeightSource.PRIOR}
        assert wait_for_answers(analyzer, graph, config, 600.0)
        found = analyzer.analyze(graph, config)
        status = analyzer.status()
    finally:
        analyzer.close()
    assert status.failures == 0 and status.error == ''
    # Random weights answer a free question with nothing that can be read.
    expected = WeightSource.PRIOR if status.unread else WeightSource.LLM
    assert all(item.source is expected for item in found)
    if mode != 'paper':
        assert status.unread == 0
        section = find_job(config).section('autonomous driving')
        assert Memo(tmp_path / 'memo').load(section)


def copied(tiny, tmp_path):
    target = tmp_path / 'copy'
    target.mkdir()
    for path in tiny.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    return target


@pytest.mark.parametrize(
    ('name', 'content'),
    [
        ('tokenizer.json', b'{"model": '),
        ('config.json', b'not json'),
        ('config.json', b'{"model_type": "no such architecture"}'),
        ('tokenizer_config.json', b'[]'),
    ],
)
def test_a_folder_with_a_damaged_file_is_one_sentence(tiny, tmp_path, name, content):
    folder = copied(tiny, tmp_path)
    (folder / name).write_bytes(content)
    with pytest.raises(LanguageModelError, match=r'cannot be read .*; copy the folder again') as e:
        load_language_model(find_model(str(folder)))
    assert '\n' not in str(e.value)


def test_the_worker_hands_that_sentence_on(tiny, tmp_path, capsys):
    folder = copied(tiny, tmp_path)
    (folder / 'tokenizer.json').write_bytes(b'{"model": ')
    command = ['analyze', '--model', str(folder), '--triplets', 'car on street', '--wait']
    assert main([*command, '--memo', str(tmp_path / 'memo')]) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith('sageiq: The language model in') and 'cannot be read' in last


def test_a_truncated_shard_is_refused_before_it_is_loaded(tiny, tmp_path):
    folder = copied(tiny, tmp_path)
    shard = folder / 'model.safetensors'
    shard.write_bytes(shard.read_bytes()[:-1])
    with pytest.raises(LanguageModelError, match=r'is damaged: model\.safetensors has'):
        find_model(str(folder))


def test_a_base_model_without_a_chat_template_is_refused(tiny, tmp_path):
    folder = copied(tiny, tmp_path)
    config = json.loads((folder / 'tokenizer_config.json').read_text())
    del config['chat_template']
    (folder / 'tokenizer_config.json').write_text(json.dumps(config))
    with pytest.raises(LanguageModelError, match='has no chat template; use an Instruct model'):
        load_language_model(find_model(str(folder)))


@pytest.mark.parametrize('error', [MemoryError(), torch.OutOfMemoryError('CUDA out of memory')])
def test_a_model_too_large_for_the_machine_is_told_so(tiny, monkeypatch, error):
    from transformers import AutoModelForCausalLM

    def full(*_, **__):
        raise error

    monkeypatch.setattr(AutoModelForCausalLM, 'from_pretrained', full)
    with pytest.raises(LanguageModelError, match='does not fit into the memory'):
        load_language_model(find_model(str(tiny)))


def test_an_int4_llama_of_random_weights_is_timed(tmp_path, capsys):
    path = tmp_path / 'out.json'
    command = ['bench', 'analyzer', '--parts', 'llama', '--shape', 'tiny', '--repeats', '2']
    assert main([*command, '--json', str(path)]) == 0
    part = json.loads(path.read_text())['llama']
    linear = 2 * (64 * 64 * 2 + 64 * 32 * 2 + 3 * 64 * 128)
    assert part['parameters'] == linear + 2 * 512 * 64 + 5 * 64
    assert part['prefill_tokens_s']['median'] > part['decode_tokens_s']['median'] > 0
    assert 'B parameters' in capsys.readouterr().out


def test_the_shape_is_that_of_llama_3_8b():
    from transformers import LlamaConfig, LlamaForCausalLM

    from sageiq_ros.bench.random_llama import SHAPES

    with torch.device('meta'):
        model = LlamaForCausalLM(LlamaConfig(**SHAPES['8b'], tie_word_embeddings=False))
    assert sum(parameter.numel() for parameter in model.parameters()) == 8_030_261_248
