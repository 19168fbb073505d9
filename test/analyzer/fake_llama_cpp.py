# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The calls that are used of llama-cpp-python 0.3, answered by a language of single letters.

A byte is a token; the next one is likelier the closer it is to the last one evaluated, and the
cache must hold what was evaluated in order.
"""

from __future__ import annotations

import ctypes
from types import ModuleType, SimpleNamespace

from analyzer_helpers import EMPTY_GGUF

VOCABULARY = 128
BEGIN, END = 1, 2


class Llama:
    """Keep evaluated tokens; ``n_tokens`` may be set back, as the real one allows."""

    def __init__(self, path, *, n_ctx, n_threads, n_gpu_layers, verbose):
        with open(path, 'rb') as stream:
            if stream.read(len(EMPTY_GGUF)) != EMPTY_GGUF:
                raise ValueError(f'Failed to load model from file: {path}')
            template = stream.read()
        self.metadata = {'tokenizer.chat_template': template.decode()} if template else {}
        self.n_tokens, self.tokens, self.completions = 0, [], []
        self.evaluated = 0
        self.ctx = self

    def n_vocab(self):
        return VOCABULARY

    def token_bos(self):
        return BEGIN

    def token_eos(self):
        return END

    def tokenize(self, text, add_bos=True, special=False):
        assert isinstance(text, bytes)
        return [BEGIN] * add_bos + list(text)

    def detokenize(self, tokens, special=False):
        assert special
        return b''.join({BEGIN: b'<s>', END: b'</s>'}.get(t, bytes([t])) for t in tokens)

    def reset(self):
        self.n_tokens = 0

    def eval(self, tokens):
        assert tokens
        self.tokens = [*self.tokens[: self.n_tokens], *tokens]
        self.n_tokens = len(self.tokens)
        self.evaluated += len(tokens)

    def create_completion(self, prompt, **options):
        self.n_tokens, self.tokens = 0, []
        self.completions.append((bytes(prompt), options))
        return {'choices': [{'text': 'an answer'}]}


def llama_get_logits_ith(context, index):
    assert index == -1 and context.n_tokens == len(context.tokens)
    last = context.tokens[-1]
    values = [-abs(token - last) / 8.0 for token in range(VOCABULARY)]
    return ctypes.cast((ctypes.c_float * VOCABULARY)(*values), ctypes.POINTER(ctypes.c_float))


class LlamaGrammar:
    @staticmethod
    def from_string(grammar, verbose=True):
        assert not verbose
        return SimpleNamespace(grammar=grammar)


class Jinja2ChatFormatter:
    def __init__(self, template, eos_token, bos_token):
        self.form = template.replace('BOS', bos_token).replace('EOS', eos_token)

    def __call__(self, *, messages):
        (message,) = messages
        return SimpleNamespace(prompt=self.form.replace('MESSAGE', message['content']))


def modules() -> dict[str, ModuleType]:
    """Return what ``sys.modules`` must hold for ``import llama_cpp`` to find the fake."""
    package = ModuleType('llama_cpp')
    package.Llama, package.LlamaGrammar = Llama, LlamaGrammar
    package.llama_get_logits_ith = llama_get_logits_ith
    formats = ModuleType('llama_cpp.llama_chat_format')
    formats.Jinja2ChatFormatter = Jinja2ChatFormatter
    return {'llama_cpp': package, 'llama_cpp.llama_chat_format': formats}
