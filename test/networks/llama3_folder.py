# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A checkpoint folder as LLaMA-3-8B-Instruct's, but small and with random weights.

Vocabulary size, special tokens and their ids, chat template, stop tokens, rotary base and
grouped-query attention are LLaMA-3's; its 128,000 byte pairs are replaced by bytes, one merge
(``10``) and fillers.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

for name in ('transformers', 'bitsandbytes', 'accelerate', 'xgrammar'):
    pytest.importorskip(name, reason=f'{name} is not installed')

TEXT_TOKENS, ALL_TOKENS = 128_000, 128_256
BEGIN_OF_TEXT, END_OF_TEXT = 128_000, 128_001
START_HEADER, END_HEADER, END_OF_TURN = 128_006, 128_007, 128_009

TEMPLATE = (
    '{% for message in messages %}{% if loop.first %}{{ bos_token }}{% endif %}'
    "{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' }}"
    "{{ message['content'] | trim }}{{ '<|eot_id|>' }}{% endfor %}"
    '{% if add_generation_prompt %}'
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r'| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+'
)
_NAMED = {
    BEGIN_OF_TEXT: '<|begin_of_text|>',
    END_OF_TEXT: '<|end_of_text|>',
    START_HEADER: '<|start_header_id|>',
    END_HEADER: '<|end_header_id|>',
    END_OF_TURN: '<|eot_id|>',
}


def special(token: int) -> str:
    return _NAMED.get(token, f'<|reserved_special_token_{token}|>')


def write_llama3(folder: Path, seed: int = 0) -> Path:
    """Write config, tokenizer, generation config and weights; returns the folder."""
    from transformers import LlamaConfig, LlamaForCausalLM

    folder.mkdir(parents=True, exist_ok=True)
    _write_tokenizer(folder)
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=ALL_TOKENS,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=8192,
        rms_norm_eps=1e-5,
        rope_parameters={'rope_type': 'default', 'rope_theta': 500_000.0},
        tie_word_embeddings=False,
        bos_token_id=BEGIN_OF_TEXT,
        eos_token_id=END_OF_TURN,
        initializer_range=0.5,
    )
    model = LlamaForCausalLM(config).to(torch.bfloat16)
    model.generation_config.eos_token_id = [END_OF_TEXT, END_OF_TURN]
    # LLaMA-3's own sampling, which must not shine through.
    model.generation_config.do_sample = True
    model.generation_config.temperature = 0.6
    model.generation_config.top_p = 0.9
    model.generation_config.repetition_penalty = 1.3
    model.save_pretrained(folder)
    return folder


def _write_tokenizer(folder: Path) -> None:
    from tokenizers import Regex as Pattern
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: index for index, token in enumerate(alphabet)}
    vocabulary['10'] = len(vocabulary)
    for index in range(len(vocabulary), TEXT_TOKENS):
        vocabulary[f'<filler {index}>'] = index
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[('1', '0')]))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Pattern(_SPLIT), behavior='isolated'),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    document = json.loads(tokenizer.to_str())
    document['added_tokens'] = [
        {
            'id': token,
            'content': special(token),
            'single_word': False,
            'lstrip': False,
            'rstrip': False,
            'normalized': False,
            'special': True,
        }
        for token in range(TEXT_TOKENS, ALL_TOKENS)
    ]
    begin = {'SpecialToken': {'id': special(BEGIN_OF_TEXT), 'type_id': 0}}
    document['post_processor'] = {
        'type': 'TemplateProcessing',
        'single': [begin, {'Sequence': {'id': 'A', 'type_id': 0}}],
        'pair': [begin, {'Sequence': {'id': 'A', 'type_id': 0}}],
        'special_tokens': {
            special(BEGIN_OF_TEXT): {
                'id': special(BEGIN_OF_TEXT),
                'ids': [BEGIN_OF_TEXT],
                'tokens': [special(BEGIN_OF_TEXT)],
            }
        },
    }
    (folder / 'tokenizer.json').write_text(json.dumps(document), encoding='utf-8')
    (folder / 'tokenizer_config.json').write_text(
        json.dumps(
            {
                'tokenizer_class': 'PreTrainedTokenizerFast',
                'bos_token': special(BEGIN_OF_TEXT),
                'eos_token': special(END_OF_TURN),
                'chat_template': TEMPLATE,
                'clean_up_tokenization_spaces': False,
                'model_max_length': 8192,
            }
        ),
        encoding='utf-8',
    )
