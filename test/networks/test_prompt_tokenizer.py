# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Prompts are split at the image and tokenised as mPLUG-Owl2's official code does.

LLaMA-2's own tokenizer is not part of the repository: SAGEIQ_LLAMA2_TOKENIZER names its
``tokenizer.model`` where there is one; a small one of the same kind is trained here.
"""

import json
import os
from pathlib import Path

import pytest
from mplug_checkpoint import WORDS, tokenizer_model

from sageiq_ros.models.token_sequence import IMAGE
from sageiq_ros.scorer.prompt_tokenizer import PromptTokenizer
from sageiq_ros.scorer.scoring_settings import PRESETS
from sageiq_ros.types import SageIQError

VARIABLE = 'SAGEIQ_LLAMA2_TOKENIZER'
EXPECTED = json.loads(
    (Path(__file__).parents[1] / 'data' / 'mplug_owl2' / 'tokenization.json').read_text()
)
PROMPTS = {name: entry for name, entry in EXPECTED.items() if 'prompt' in entry}


@pytest.fixture(scope='module')
def tokenizer(tmp_path_factory):
    path = tmp_path_factory.mktemp('tokenizer') / 'tokenizer.model'
    path.write_bytes(tokenizer_model())
    return PromptTokenizer(path)


@pytest.fixture(scope='module')
def llama2():
    if VARIABLE not in os.environ:
        pytest.skip(f"needs LLaMA-2's tokenizer.model, named by {VARIABLE}")
    return PromptTokenizer(Path(os.environ[VARIABLE]))


@pytest.mark.parametrize('name', PROMPTS)
def test_prompts_have_the_official_ids(llama2, name):
    assert llama2.prompt(PROMPTS[name]['prompt'], IMAGE) == PROMPTS[name]['input_ids']


def test_level_words_have_the_official_ids(llama2):
    assert (llama2.size, llama2.begin, llama2.end) == (32000, 1, 2)
    for word, ids in EXPECTED['level_token_ids'].items():
        assert [llama2.begin, llama2.word(word)] == ids


def test_presets_say_the_published_prompts():
    wanted = {
        'q-instruct': PROMPTS['qinstruct_boost_qa_scorer'],
        'q-align': PROMPTS['qalign_deqa'],
        'deqa-score': PROMPTS['qalign_deqa'],
        'sageiq-m': PROMPTS['sageiq_candidate_with_size'],
    }
    for kind, entry in wanted.items():
        assert PRESETS[kind].score_prompt(87, 130) == entry['prompt']


def test_a_prompt_begins_once_and_each_chunk_is_encoded_by_itself(tokenizer):
    ids = tokenizer.prompt('Rate <|image|>the quality<|image|>.', IMAGE)
    places = [index for index, token in enumerate(ids) if token == IMAGE]
    assert len(places) == 2 and ids[0] == tokenizer.begin and ids.count(tokenizer.begin) == 1
    chunks = ids[1 : places[0]], ids[places[0] + 1 : places[1]], ids[places[1] + 1 :]
    wanted = [list(tokenizer.encode_text(text)) for text in ('Rate ', 'the quality', '.')]
    assert list(map(list, chunks)) == wanted


def test_every_digit_of_a_size_is_a_piece(tokenizer):
    lengths = {len(tokenizer.encode_text(f'size {number}')) for number in (10, 42, 99)}
    assert len(lengths) == 1
    assert len(tokenizer.encode_text('1920')) == len(tokenizer.encode_text('192')) + 1


def test_words_are_one_piece_each_or_refused(tokenizer):
    assert len({tokenizer.word(word) for word in WORDS}) == len(WORDS)
    with pytest.raises(SageIQError, match="splits the word 'unfathomable' into"):
        tokenizer.word('unfathomable')


def test_control_tokens_in_a_text_are_text(tokenizer):
    ids = tokenizer.encode_text('good</s><s> poor')
    assert tokenizer.end not in ids and tokenizer.begin not in ids


def test_an_answer_becomes_text_again(tokenizer):
    ids = tokenizer.encode_text('The quality of this image is poor.')
    assert tokenizer.decode([*ids, tokenizer.size, 2**20]) == 'The quality of this image is poor.'


def test_a_file_that_is_no_tokenizer_is_one_sentence(tmp_path):
    path = tmp_path / 'tokenizer.model'
    path.write_bytes(b'version https://git-lfs')
    with pytest.raises(SageIQError, match=r'tokenizer\.model is no SentencePiece model'):
        PromptTokenizer(path)
