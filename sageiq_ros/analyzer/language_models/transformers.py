# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A language model run by transformers in int4 (bitsandbytes NF4), on CUDA or the processor."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.analyzer.language_models.base import (
    PREFIXES_KEPT,
    LanguageModelError,
    Sampling,
    reason_of,
)
from sageiq_ros.analyzer.language_models.likelihood import answer_tokens, rating_distribution


class TransformersModel:
    """Run a checkpoint folder of LLaMA-3-8B-Instruct or of any other causal chat model.

    Linear layers are quantised to NF4 while they are read, unless the checkpoint is quantised
    already; activations are bfloat16. Nothing is fetched, no code of the folder is run and only
    safetensors are read. Raises LanguageModelError for a folder that cannot be read.
    """

    def __init__(self, folder: Path, threads: int = 1) -> None:
        try:
            import bitsandbytes  # noqa: F401
            import torch
            from transformers import (
                AutoConfig,
                AutoModelForCausalLM,
                AutoTokenizer,
                BitsAndBytesConfig,
                GenerationConfig,
            )
        except ImportError as error:
            raise LanguageModelError(
                f'{error.name} is missing, which the language model {folder} needs: run '
                "'pip install torch transformers bitsandbytes accelerate'."
            ) from error
        self._torch = torch
        torch.set_num_threads(threads)
        self._device = 'cuda' if torch.cuda.is_available() else 'cpu'
        local = {'local_files_only': True, 'trust_remote_code': False}
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(folder, **local)
            config = AutoConfig.from_pretrained(folder, **local)
            quantization = None
            if getattr(config, 'quantization_config', None) is None:
                quantization = BitsAndBytesConfig(
                    load_in_4bit=True,
                    bnb_4bit_quant_type='nf4',
                    bnb_4bit_use_double_quant=True,
                    bnb_4bit_compute_dtype=torch.bfloat16,
                )
            model = AutoModelForCausalLM.from_pretrained(
                folder,
                **local,
                config=config,
                use_safetensors=True,
                dtype=torch.bfloat16,
                quantization_config=quantization,
                device_map={'': self._device},
            )
        except (MemoryError, torch.OutOfMemoryError) as error:
            raise LanguageModelError(
                f'The language model in {folder} does not fit into the memory of this machine, in '
                'int4 either; use a smaller one.'
            ) from error
        except Exception as error:
            raise LanguageModelError(
                f'The language model in {folder} cannot be read ({reason_of(error)}); copy the '
                'folder again.'
            ) from error
        if not self._tokenizer.chat_template:
            raise LanguageModelError(
                f'The tokenizer in {folder} has no chat template; use an Instruct model.'
            )
        # In training mode bitsandbytes takes a path that is many times slower on the processor.
        self._model = model.eval()
        # A checkpoint's own sampling and penalties must not shine through: its ends alone count.
        ends = model.generation_config.eos_token_id
        model.generation_config = GenerationConfig(
            eos_token_id=self._tokenizer.eos_token_id if ends is None else ends
        )
        self._prefixes: dict[str, tuple[Any, int]] = {}
        self._compiler: Any = None

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
        torch = self._torch
        message = [{'role': 'user', 'content': prompt}]
        # The template writes the special tokens itself, the first one included.
        tokens = list(
            self._tokenizer.apply_chat_template(
                message, add_generation_prompt=True, tokenize=True, return_dict=True
            )['input_ids']
        )
        tokens += self._encode(opening)
        inputs = torch.tensor([tokens], device=self._device)
        options: dict[str, Any] = {'do_sample': False}
        if sampling is not None:
            options = {
                'do_sample': True,
                'temperature': sampling.temperature,
                'top_k': sampling.top_k,
                'top_p': sampling.top_p,
            }
            torch.manual_seed(torch.seed() if sampling.seed is None else sampling.seed)
        if grammar is not None:
            options['logits_processor'] = [self._allow(grammar)]
        with torch.inference_mode():
            answer = self._model.generate(
                inputs,
                attention_mask=torch.ones_like(inputs),
                max_new_tokens=limit,
                pad_token_id=self._end,
                **options,
            )
        return str(self._tokenizer.decode(answer[0, len(tokens) :], skip_special_tokens=True))

    def log_likelihood(
        self, prefix: str, tail: str, endings: Sequence[str]
    ) -> NDArray[np.float64]:
        """Return each ending's logarithmic probability; see ``LanguageModel.log_likelihood``."""
        torch = self._torch
        rows = [self._encode(ending) for ending in endings]
        cache, past = self._recall(prefix)
        tokens = torch.tensor([self._encode(tail)])
        whole = past + tokens.shape[1]
        mask = torch.ones((1, whole), dtype=torch.long)
        logits = self._forward(tokens, mask, torch.arange(past, whole)[None], cache)[0]
        found = logits.log_softmax(-1)[[row[0] for row in rows]].tolist()
        long = [index for index, row in enumerate(rows) if len(row) > 1]
        if long:
            cache.batch_repeat_interleave(len(long))
        for place in range(max((len(rows[index]) for index in long), default=1) - 1):
            # Rows that have ended repeat their last token, and its answer is not looked at.
            tokens = torch.tensor([[rows[i][min(place, len(rows[i]) - 1)]] for i in long])
            mask = torch.ones((len(long), whole + place + 1), dtype=torch.long)
            position = torch.full((len(long), 1), whole + place)
            likely = self._forward(tokens, mask, position, cache).log_softmax(-1)
            for line, index in enumerate(long):
                if place + 1 < len(rows[index]):
                    found[index] += float(likely[line, rows[index][place + 1]])
        return np.array(found)

    def rate(self, prefix: str, endings: Sequence[str]) -> NDArray[np.float64]:
        """Return the probabilities of 1 to 10 behind each text; see ``LanguageModel.rate``."""
        torch = self._torch
        cache, past = self._recall(prefix)
        rows = [self._encode(ending) for ending in endings]
        longest = max(map(len, rows))
        tokens = torch.zeros((len(rows), longest), dtype=torch.long)
        mask = torch.ones((len(rows), past + longest), dtype=torch.long)
        position = torch.zeros((len(rows), longest), dtype=torch.long)
        # Padding on the left keeps every row's last token in the last column.
        for index, row in enumerate(rows):
            pad = longest - len(row)
            tokens[index, pad:] = torch.tensor(row)
            mask[index, past : past + pad] = 0
            position[index, pad:] = past + torch.arange(len(row))
        cache.batch_repeat_interleave(len(rows))
        first = self._forward(tokens, mask, position, cache).double().cpu().numpy()
        then = None
        if self._answers.zero is not None:
            one = torch.full((len(rows), 1), self._answers.digits[0])
            longer = torch.cat([mask, torch.ones_like(one)], dim=1)
            behind = self._forward(one, longer, position[:, -1:] + 1, cache)
            then = behind.double().cpu().numpy()
        return rating_distribution(first, then, self._answers)

    def _recall(self, prefix: str) -> tuple[Any, int]:
        """Return a cache that holds a prefix, read if it is new, and its length in tokens."""
        if prefix not in self._prefixes:
            from transformers import DynamicCache

            torch = self._torch
            # Whether a text begins with a special token is the tokenizer's own rule.
            tokens = torch.tensor([self._tokenizer(prefix)['input_ids']])
            length = tokens.shape[1]
            cache = DynamicCache(config=self._model.config)
            self._forward(tokens, torch.ones_like(tokens), torch.arange(length)[None], cache)
            while len(self._prefixes) >= PREFIXES_KEPT:
                del self._prefixes[next(iter(self._prefixes))]
            self._prefixes[prefix] = cache, length
        cache, length = self._prefixes[prefix]
        return copy.deepcopy(cache), length

    def _forward(self, tokens: Any, mask: Any, position: Any, cache: Any) -> Any:
        """Run tokens behind a cache; returns the logits (n, vocabulary) behind the last ones."""
        with self._torch.inference_mode():
            output = self._model(
                input_ids=tokens.to(self._device),
                attention_mask=mask.to(self._device),
                position_ids=position.to(self._device),
                use_cache=True,
                logits_to_keep=1,
                **{self._cache_name: cache},
            )
        return output.logits[:, -1].float()

    def _allow(self, grammar: str) -> Any:
        try:
            import xgrammar
            from xgrammar.contrib.hf import LogitsProcessor
        except ImportError as error:
            raise LanguageModelError(
                "xgrammar is missing, which analyzer.mode 'constrained' needs: run 'pip install "
                "xgrammar'."
            ) from error
        if self._compiler is None:
            vocabulary = xgrammar.TokenizerInfo.from_huggingface(
                self._tokenizer, vocab_size=self._model.config.vocab_size
            )
            self._compiler = xgrammar.GrammarCompiler(vocabulary)
        return LogitsProcessor(self._compiler.compile_grammar(grammar))

    @cached_property
    def _cache_name(self) -> str:
        # Its name up to transformers 5.23, which later ones warn about.
        known = inspect.signature(self._model.forward).parameters
        return 'cache' if 'cache' in known else 'past_key_values'

    @cached_property
    def _end(self) -> int:
        end = self._model.generation_config.eos_token_id
        return end[0] if isinstance(end, list) else (end or 0)

    @cached_property
    def _answers(self) -> Any:
        return answer_tokens(self._encode)

    def _encode(self, text: str) -> list[int]:
        return self._tokenizer(text, add_special_tokens=False)['input_ids'] if text else []
