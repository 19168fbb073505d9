# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""How fast and how large an int4 LLaMA is; random weights tell that as well as trained ones."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from sageiq_ros.bench.machine import memory_mb
from sageiq_ros.bench.timing import spread
from sageiq_ros.types import SageIQError

PROMPT_TOKENS, ANSWER_TOKENS = 256, 16
SHAPES = {
    # LLaMA-3-8B-Instruct's config.json.
    '8b': {
        'vocab_size': 128_256,
        'hidden_size': 4096,
        'intermediate_size': 14_336,
        'num_hidden_layers': 32,
        'num_attention_heads': 32,
        'num_key_value_heads': 8,
        'max_position_embeddings': 8192,
        'rms_norm_eps': 1e-5,
        'rope_parameters': {'rope_type': 'default', 'rope_theta': 500_000.0},
    },
    'tiny': {
        'vocab_size': 512,
        'hidden_size': 64,
        'intermediate_size': 128,
        'num_hidden_layers': 2,
        'num_attention_heads': 4,
        'num_key_value_heads': 2,
    },
}


def measure_llama(shape: str, threads: int, repeats: int) -> dict[str, Any]:
    """Make the model layer by layer in NF4 and time prompts and answers.

    Raises SageIQError where torch, transformers or bitsandbytes is missing.
    """
    try:
        import bitsandbytes
        import torch
        import transformers
    except ImportError as error:
        raise SageIQError(
            f"{error.name} is missing: run 'pip install torch transformers bitsandbytes'."
        ) from error
    torch.set_num_threads(threads)
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    begin = perf_counter()
    model = _make(shape, device)
    made = perf_counter() - begin
    tokens = torch.randint(0, SHAPES[shape]['vocab_size'], (1, PROMPT_TOKENS), device=device)
    prefill, decode = [], []
    with torch.inference_mode():
        _answer(model, tokens[:, :8], 1, device)
        for _ in range(repeats):
            first = _answer(model, tokens, 1, device)
            whole = _answer(model, tokens, 1 + ANSWER_TOKENS, device)
            prefill.append(PROMPT_TOKENS / first)
            decode.append(ANSWER_TOKENS / (whole - first))
    memory, kind = _memory(device)
    return {
        'shape': shape,
        'device': torch.cuda.get_device_name() if device == 'cuda' else 'the processor',
        'threads': threads,
        # A packed weight holds two parameters in a byte.
        'parameters': sum(
            2 * p.numel() if p.__class__.__name__ == 'Params4bit' else p.numel()
            for p in model.parameters()
        ),
        'prompt_tokens': PROMPT_TOKENS,
        'answer_tokens': ANSWER_TOKENS,
        'prefill_tokens_s': spread(prefill),
        'decode_tokens_s': spread(decode),
        'memory_mb': memory,
        'memory_is': kind,
        'made_s': made,
        'packages': {m.__name__: m.__version__ for m in (torch, transformers, bitsandbytes)},
    }


def _make(shape: str, device: str) -> Any:
    """Return a causal LLaMA whose linear layers but the last are NF4, as transformers has them."""
    import bitsandbytes as bnb
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(**SHAPES[shape], tie_word_embeddings=False)
    with torch.device('meta'):
        model = LlamaForCausalLM(config)
    generator = torch.Generator().manual_seed(0)

    def random(*size: int) -> Any:
        return (0.02 * torch.randn(*size, generator=generator)).to(torch.bfloat16)

    for name, module in list(model.named_modules()):
        if isinstance(module, torch.nn.Linear) and name != 'lm_head':
            quantized = bnb.nn.Linear4bit(
                module.in_features,
                module.out_features,
                bias=False,
                compute_dtype=torch.bfloat16,
                compress_statistics=True,
                quant_type='nf4',
                device='meta',
            )
            # One layer at a time: the whole model in bf16 would not fit where int4 does.
            quantized.weight = bnb.nn.Params4bit(
                random(module.out_features, module.in_features),
                requires_grad=False,
                compress_statistics=True,
                quant_type='nf4',
            ).to(device)
            parent, _, child = name.rpartition('.')
            setattr(model.get_submodule(parent), child, quantized)
    for name, parameter in list(model.named_parameters()):
        if parameter.device.type == 'meta':
            parent, _, child = name.rpartition('.')
            value = random(*parameter.shape) if parameter.ndim > 1 else torch.ones(parameter.shape)
            filled = torch.nn.Parameter(value.to(device, torch.bfloat16), requires_grad=False)
            setattr(model.get_submodule(parent), child, filled)
    # Its frequencies are no parameters and were left on the meta device.
    model.model.rotary_emb = type(model.model.rotary_emb)(config).to(device)
    model.generation_config.eos_token_id = None
    return model.eval()


def _answer(model: Any, tokens: Any, count: int, device: str) -> float:
    import torch

    if device == 'cuda':
        torch.cuda.synchronize()
    begin = perf_counter()
    model.generate(
        tokens,
        attention_mask=torch.ones_like(tokens),
        do_sample=False,
        max_new_tokens=count,
        pad_token_id=0,
    )
    if device == 'cuda':
        torch.cuda.synchronize()
    return perf_counter() - begin


def _memory(device: str) -> tuple[float, str]:
    import torch

    if device == 'cuda':
        return torch.cuda.max_memory_allocated() / 1e6, 'largest allocated on the GPU'
    return memory_mb('VmRSS'), 'resident at the end'
