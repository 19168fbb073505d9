# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A GGUF language model run by llama.cpp, an optional extra (``pip install llama-cpp-python``)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.analyzer.language_models.base import LanguageModelError, Sampling, reason_of
from sageiq_ros.analyzer.language_models.likelihood import (
    answer_tokens,
    log_softmax,
    rating_distribution,
)

CONTEXT = 4096
TEMPLATE = 'tokenizer.chat_template'


class LlamaCppModel:
    """Run a GGUF file as it is; raises LanguageModelError for one that cannot be read."""

    def __init__(self, gguf: Path, threads: int = 1) -> None:
        try:
            import llama_cpp
        except ImportError as error:
            raise LanguageModelError(
                "llama-cpp-python is missing: run 'pip install llama-cpp-python', or set "
                "analyzer.backend to 'auto'."
            ) from error
        self._library = llama_cpp
        try:
            self._model = llama_cpp.Llama(
                str(gguf), n_ctx=CONTEXT, n_threads=threads, n_gpu_layers=-1, verbose=False
            )
        except Exception as error:
            raise LanguageModelError(
                f'{gguf} is not a GGUF file that llama.cpp can read ({reason_of(error)}).'
            ) from error
        if TEMPLATE not in self._model.metadata:
            raise LanguageModelError(f'{gguf} has no chat template; use an Instruct model.')
        self._prefix: str | None = None
        self._prefix_length = 0

    def complete(
        self,
        prompt: str,
        limit: int,
        *,
        opening: str = '',
        sampling: Sampling | None = None,
        grammar: str | None = None,
    ) -> str:
        """Return the answer to a user's message; see ``LanguageModel.complete``."""
        self._prefix = None
        message = self._template(messages=[{'role': 'user', 'content': prompt}]).prompt
        # The template writes the special tokens itself, the first one included.
        tokens = self._tokens(message + opening, special=True)
        options: dict[str, Any] = {'temperature': 0.0}
        if sampling is not None:
            options = {
                'temperature': sampling.temperature,
                'top_k': sampling.top_k,
                'top_p': sampling.top_p,
                'seed': sampling.seed,
            }
        if grammar is not None:
            options['grammar'] = self._library.LlamaGrammar.from_string(grammar, verbose=False)
        answer = self._model.create_completion(
            tokens, max_tokens=limit, min_p=0.0, repeat_penalty=1.0, **options
        )
        return str(answer['choices'][0]['text'])

    def log_likelihood(
        self, prefix: str, tail: str, endings: Sequence[str]
    ) -> NDArray[np.float64]:
        """Return each ending's logarithmic probability; see ``LanguageModel.log_likelihood``."""
        self._recall(prefix)
        self._model.eval(self._tokens(tail))
        whole, behind = self._model.n_tokens, log_softmax(self._logits())
        found = []
        for ending in endings:
            first, *rest = self._tokens(ending)
            value = behind[first]
            self._model.n_tokens = whole
            for last, token in zip([first, *rest], rest, strict=False):
                self._model.eval([last])
                value += log_softmax(self._logits())[token]
            found.append(value)
        return np.array(found)

    def rate(self, prefix: str, endings: Sequence[str]) -> NDArray[np.float64]:
        """Return the probabilities of 1 to 10 behind each text; see ``LanguageModel.rate``."""
        first, then = [], []
        for ending in endings:
            self._recall(prefix)
            self._model.eval(self._tokens(ending))
            first.append(self._logits())
            if self._answers.zero is not None:
                self._model.eval([self._answers.digits[0]])
                then.append(self._logits())
        return rating_distribution(
            np.array(first), np.array(then) if then else None, self._answers
        )

    def _recall(self, prefix: str) -> None:
        """Have the model hold a prefix and nothing behind it; read if it is not the last one."""
        if prefix != self._prefix:
            self._model.reset()
            self._model.eval(self._model.tokenize(prefix.encode(), add_bos=True))
            self._prefix, self._prefix_length = prefix, self._model.n_tokens
        # What was evaluated behind the prefix is forgotten, the prefix itself is kept.
        self._model.n_tokens = self._prefix_length

    def _logits(self) -> NDArray[np.float64]:
        last = self._library.llama_get_logits_ith(self._model.ctx, -1)
        return np.ctypeslib.as_array(last, shape=(self._model.n_vocab(),)).astype(np.float64)

    @cached_property
    def _template(self) -> Any:
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        model = self._model
        begin, end = (
            model.detokenize([token], special=True).decode() if token >= 0 else ''
            for token in (model.token_bos(), model.token_eos())
        )
        return Jinja2ChatFormatter(model.metadata[TEMPLATE], eos_token=end, bos_token=begin)

    @cached_property
    def _answers(self) -> Any:
        return answer_tokens(self._tokens)

    def _tokens(self, text: str, special: bool = False) -> list[int]:
        return list(self._model.tokenize(text.encode(), add_bos=False, special=special))
