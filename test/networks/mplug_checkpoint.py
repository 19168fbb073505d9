# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A checkpoint folder as those of mPLUG-Owl2's family, but of the tiny network."""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path

import pytest
import torch
from mplug_fixtures import OWN, tiny_network
from safetensors.torch import save_file

for name in ('sentencepiece', 'PIL'):
    pytest.importorskip(name, reason=f'{name} is not installed')

VOCABULARY = 512
CONFIG = {
    'model_type': 'mplug_owl2',
    'architectures': ['MPLUGOwl2LlamaForCausalLM'],
    'vocab_size': VOCABULARY,
    'hidden_size': 64,
    'intermediate_size': 176,
    'num_hidden_layers': 2,
    'num_attention_heads': 4,
    'num_key_value_heads': 4,
    'max_position_embeddings': 256,
    'rms_norm_eps': 1e-05,
    'hidden_act': 'silu',
    'image_aspect_ratio': 'pad',
    'visual_config': {
        'visual_model': {
            'hidden_size': 48,
            'intermediate_size': 96,
            'num_hidden_layers': 3,
            'num_attention_heads': 4,
            'image_size': 56,
            'patch_size': 14,
            'num_channels': 3,
            'layer_norm_eps': 1e-06,
            'hidden_act': 'quick_gelu',
            'projection_dim': 768,
        },
        'visual_abstractor': {
            'num_learnable_queries': 8,
            'hidden_size': 48,
            'num_hidden_layers': 2,
            'num_attention_heads': 4,
            'intermediate_size': 80,
            'encoder_hidden_size': 48,
            'grid_size': None,
            'layer_norm_eps': 1e-06,
        },
    },
}
WORDS = (
    *('good', 'average', 'poor', 'excellent', 'fair', 'bad'),
    *('high', 'medium', 'low', 'fine', 'acceptable'),
)


@cache
def tokenizer_model() -> bytes:
    """Train a small SentencePiece model of LLaMA-2's kind: BPE, bytes, every digit by itself."""
    import sentencepiece

    text = 'USER: Rate the quality of this image . The image size is ASSISTANT: The quality of the'
    sentences = [*(f'{word} {word} {word}' for word in WORDS), text, text] * 20
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences),
        model_writer=model,
        model_type='bpe',
        vocab_size=VOCABULARY,
        hard_vocab_limit=False,
        byte_fallback=True,
        split_digits=True,
        # As LLaMA-2's: spaces and line ends count.
        normalization_rule_name='identity',
        remove_extra_whitespaces=False,
        num_threads=1,
        minloglevel=2,
    )
    return model.getvalue()


def published_state(*, sized: bool = False) -> dict[str, torch.Tensor]:
    """Return the tiny network's weights under the published names, some tables included."""
    state = tiny_network(VOCABULARY, sized=sized).state_dict()
    state = {key: value for key, value in state.items() if sized or not key.startswith(OWN)}
    state['model.layers.0.self_attn.rotary_emb.inv_freq'] = torch.ones(8)
    return state


def sized_state():
    """Return trained size modules and one trained bias, as the paper's recipe saves them."""
    state = tiny_network(512, sized=True).state_dict()
    kept = {key: value for key, value in state.items() if key.startswith('size_')}
    bias = 'model.vision_model.encoder.layers.0.mlp.fc1.bias'
    return {**kept, bias: state[bias] + 1}


def write_checkpoint(
    folder: Path, form: str = 'safetensors', state: dict[str, torch.Tensor] | None = None
) -> Path:
    """Write config, tokenizer and weights; ``form`` is safetensors, bin or single."""
    folder.mkdir(parents=True, exist_ok=True)
    state = published_state() if state is None else state
    (folder / 'config.json').write_text(json.dumps(CONFIG))
    (folder / 'tokenizer.model').write_bytes(tokenizer_model())
    if form == 'single':
        save_file(state, folder / 'model.safetensors')
        return folder
    keys = sorted(state)
    places = {}
    stem, suffix = ('model', 'safetensors') if form == 'safetensors' else ('pytorch_model', 'bin')
    for number in range(3):
        name = f'{stem}-{number + 1:05d}-of-00003.{suffix}'
        part = {key: state[key] for key in keys[number::3]}
        places.update(dict.fromkeys(part, name))
        if form == 'safetensors':
            save_file(part, folder / name)
        else:
            torch.save(part, folder / name)
    index = folder / f'{stem}.{suffix}.index.json'
    index.write_text(json.dumps({'metadata': {'total_size': 1}, 'weight_map': places}))
    return folder
