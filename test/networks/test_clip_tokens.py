# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""CLIP's token embeddings from a local folder, a tiny random one."""

import json

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer, CLIPConfig, CLIPModel, CLIPTextConfig, CLIPTextModel

from sageiq_ros import cli
from sageiq_ros.evaluation.clip_tokens import ClipTokens
from sageiq_ros.evaluation.text_similarity import latent_cosine
from sageiq_ros.types import SageIQError

LETTERS = 'abcdefghijklmnopqrstuvwxyz.'
START, END = '<|startoftext|>', '<|endoftext|>'


def write_tokenizer(folder):
    """Write the files of CLIP's tokenizer with letters only and one merge."""
    words = [*LETTERS, *(f'{letter}</w>' for letter in LETTERS), 'bl', START, END]
    vocabulary = {word: place for place, word in enumerate(words)}
    (folder / 'vocab.json').write_text(json.dumps(vocabulary))
    (folder / 'merges.txt').write_text('#version: 0.2\nb l\n')
    settings = {
        'tokenizer_class': 'CLIPTokenizer',
        'bos_token': START,
        'eos_token': END,
        'unk_token': END,
        'pad_token': END,
        'model_max_length': 77,
    }
    (folder / 'tokenizer_config.json').write_text(json.dumps(settings))
    return len(words)


def text_settings(size):
    return {
        'vocab_size': size,
        'hidden_size': 8,
        'intermediate_size': 16,
        'num_hidden_layers': 1,
        'num_attention_heads': 2,
        'bos_token_id': size - 2,
        'eos_token_id': size - 1,
        'pad_token_id': size - 1,
    }


@pytest.fixture
def model_folder(tmp_path):
    torch.manual_seed(0)
    folder = tmp_path / 'clip'
    folder.mkdir()
    size = write_tokenizer(folder)
    model = CLIPTextModel(CLIPTextConfig(**text_settings(size)))
    model.save_pretrained(folder)
    return model, folder


def test_embeddings_are_those_of_the_model_with_start_and_end(model_folder):
    model, folder = model_folder
    found = ClipTokens(folder)('Blur.')
    table = model.get_input_embeddings().weight.detach().numpy()
    words = [START, 'bl', 'u', 'r</w>', '.</w>', END]
    vocabulary = json.loads((folder / 'vocab.json').read_text())
    np.testing.assert_array_equal(found, table[[vocabulary[word] for word in words]])


def test_a_whole_clip_serves_as_well_as_its_text_side(tmp_path):
    size = write_tokenizer(tmp_path)
    vision = {**text_settings(size), 'image_size': 16, 'patch_size': 8}
    for key in ('vocab_size', 'bos_token_id', 'eos_token_id', 'pad_token_id'):
        del vision[key]
    CLIPModel(CLIPConfig(text_config=text_settings(size), vision_config=vision)).save_pretrained(
        tmp_path
    )
    assert ClipTokens(tmp_path)('sharp').shape[1] == 8


def test_the_first_token_is_alike_in_any_two_answers(model_folder):
    embed = ClipTokens(model_folder[1])
    found = latent_cosine(embed('the picture is sharp.'), embed('all of it is a blur.'))
    assert found.other == 1.0
    assert found.mean < 0.999


def test_the_first_token_has_the_same_output_of_every_layer(tmp_path):
    torch.manual_seed(0)
    size = write_tokenizer(tmp_path)
    settings = {**text_settings(size), 'num_hidden_layers': 3}
    model = CLIPTextModel(CLIPTextConfig(**settings)).eval()
    tokenizer = AutoTokenizer.from_pretrained(str(tmp_path), local_files_only=True)
    with torch.inference_mode():
        first, second = (
            model(**tokenizer(text, return_tensors='pt'), output_hidden_states=True)
            for text in ('the picture is sharp.', 'all of it is a blur.')
        )
    layers = (*first.hidden_states, first.last_hidden_state)
    others = (*second.hidden_states, second.last_hidden_state)
    assert len(layers) == 1 + 3 + 1
    for a, b in zip(layers, others, strict=True):
        torch.testing.assert_close(a[:, 0], b[:, 0])
        assert not torch.allclose(a[:, 1], b[:, 1])


def test_a_long_answer_is_not_cut_at_77_tokens(model_folder):
    assert len(ClipTokens(model_folder[1])('a ' * 200)) == 202


def test_folders_without_a_checkpoint_are_refused(tmp_path):
    with pytest.raises(SageIQError, match='is no folder'):
        ClipTokens(tmp_path / 'none')
    with pytest.raises(SageIQError, match='tokenizer'):
        ClipTokens(tmp_path)
    write_tokenizer(tmp_path)
    with pytest.raises(SageIQError, match=r'model\.safetensors'):
        ClipTokens(tmp_path)


def test_the_command_prints_table_x(model_folder, tmp_path, capsys):
    paths = []
    for name, answer in (('a', 'it is sharp.'), ('b', 'it is a blur.')):
        paths.append(tmp_path / f'{name}.jsonl')
        record = {'name': '1.png', 'answer': answer, 'dataset': 'Waymo'}
        paths[-1].write_text(json.dumps(record))
    words = ['experiment', 'words', '--a', str(paths[0]), '--b', str(paths[1])]
    assert cli.main([*words, '--clip', str(model_folder[1])]) == 0
    shown = capsys.readouterr().out.splitlines()
    (line,) = (line for line in shown if 'CLS token' in line)
    assert line.split()[-3:] == ['1', '1.000', '1.000']
