# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A language model run by OpenVINO, without torch: ratings by OpenVINO itself, text by GenAI."""

from __future__ import annotations

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
from sageiq_ros.analyzer.language_models.files import MODEL_XML
from sageiq_ros.analyzer.language_models.likelihood import (
    answer_tokens,
    log_softmax,
    rating_distribution,
)
from sageiq_ros.openvino_core import load_apart, openvino_core


class OpenVINOModel:
    """Run the IR of a language model with a stateful key–value cache and its tokenizer.

    ``folder`` is as OpenVINO GenAI or optimum-intel writes it. Each of the two ways to run it is
    compiled when it is first used. Raises LanguageModelError for a folder that cannot be read.
    """

    def __init__(self, folder: Path, threads: int = 1) -> None:
        import openvino_genai

        self._folder = folder
        self._options = {
            'INFERENCE_NUM_THREADS': threads,
            'NUM_STREAMS': 1,
            'ENABLE_CPU_PINNING': False,
            # Answers must not depend on what the processor has: bf16, or int8 products by VNNI.
            'INFERENCE_PRECISION_HINT': 'f32',
            'DYNAMIC_QUANTIZATION_GROUP_SIZE': 0,
        }
        try:
            self._tokenizer = load_apart(lambda: openvino_genai.Tokenizer(str(folder)))
        except Exception as error:
            raise LanguageModelError(
                f'{folder} is not a model that OpenVINO GenAI can read ({reason_of(error)}).'
            ) from error
        self._prefixes: dict[str, tuple[int, list[NDArray[np.float32]]]] = {}

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
        import openvino_genai

        # A model's own sampling and penalties must not shine through: its ends alone count.
        own, config = self._pipeline.get_generation_config(), openvino_genai.GenerationConfig()
        config.eos_token_id, config.stop_token_ids = own.eos_token_id, own.stop_token_ids
        config.apply_chat_template = False
        config.max_new_tokens = limit
        config.do_sample = sampling is not None
        if sampling is not None:
            config.temperature, config.top_p = sampling.temperature, sampling.top_p
            config.top_k = sampling.top_k
            config.rng_seed = _seed(sampling)
        if grammar is not None:
            config.structured_output_config = openvino_genai.StructuredOutputConfig(
                grammar=grammar
            )
        message = [{'role': 'user', 'content': prompt}]
        text = self._tokenizer.apply_chat_template(message, add_generation_prompt=True)
        tokens = self._tokenizer.encode(text + opening, add_special_tokens=False)
        answer = self._pipeline.generate(tokens, config).tokens[0]
        return str(self._tokenizer.decode(answer, skip_special_tokens=True))

    def log_likelihood(
        self, prefix: str, tail: str, endings: Sequence[str]
    ) -> NDArray[np.float64]:
        """Return each ending's logarithmic probability; see ``LanguageModel.log_likelihood``."""
        rows = [self._encode(ending) for ending in endings]
        past = self._recall(prefix)
        tokens = np.array([self._encode(tail)])
        whole = past + tokens.shape[1]
        mask = np.ones((1, whole), np.int64)
        position = np.arange(past, whole)[None]
        logits = self._infer(tokens, mask, position, np.zeros(1, np.int32))[0]
        found = log_softmax(logits)[[row[0] for row in rows]]
        long = [index for index, row in enumerate(rows) if len(row) > 1]
        # ``beam_idx`` of zeros copies the cache behind the tail to every row.
        beam = np.zeros(len(long), np.int32)
        for place in range(max((len(rows[index]) for index in long), default=1) - 1):
            # Rows that have ended repeat their last token, and its answer is not looked at.
            tokens = np.array([[rows[i][min(place, len(rows[i]) - 1)]] for i in long])
            mask = np.ones((len(long), whole + place + 1), np.int64)
            position = np.full((len(long), 1), whole + place)
            likely = log_softmax(self._infer(tokens, mask, position, beam))
            beam = np.arange(len(long), dtype=np.int32)
            for line, index in enumerate(long):
                if place + 1 < len(rows[index]):
                    found[index] += likely[line, rows[index][place + 1]]
        return found

    def rate(self, prefix: str, endings: Sequence[str]) -> NDArray[np.float64]:
        """Return the probabilities of 1 to 10 behind each text; see ``LanguageModel.rate``."""
        past = self._recall(prefix)
        rows = [self._encode(ending) for ending in endings]
        longest = max(map(len, rows))
        # Padding on the left keeps every row's last token in the last column.
        tokens = np.zeros((len(rows), longest), np.int64)
        mask = np.ones((len(rows), past + longest), np.int64)
        position = np.zeros((len(rows), longest), np.int64)
        for index, row in enumerate(rows):
            pad = longest - len(row)
            tokens[index, pad:] = row
            mask[index, past : past + pad] = 0
            position[index, pad:] = past + np.arange(len(row))
        # ``beam_idx`` of zeros copies the prefix's cache to every row.
        first = self._infer(tokens, mask, position, np.zeros(len(rows), np.int32))
        then = None
        if self._answers.zero is not None:
            one = np.full((len(rows), 1), self._answers.digits[0], np.int64)
            longer = np.concatenate([mask, np.ones_like(one)], axis=1)
            order = np.arange(len(rows), dtype=np.int32)
            then = self._infer(one, longer, position[:, -1:] + 1, order)
        return rating_distribution(first, then, self._answers)

    def _recall(self, prefix: str) -> int:
        """Put a prefix into the model's cache, read if it is new; returns its length in tokens."""
        import openvino

        if prefix not in self._prefixes:
            # Whether a text begins with a special token is the tokenizer's own rule.
            tokens = self._tokenizer.encode(prefix, add_special_tokens=True).input_ids.data
            position = np.arange(tokens.shape[1])[None]
            self._request.reset_state()
            self._infer(tokens, np.ones_like(tokens), position, np.zeros(1, np.int32))
            states = [state.state.data.copy() for state in self._request.query_state()]
            while len(self._prefixes) >= PREFIXES_KEPT:
                del self._prefixes[next(iter(self._prefixes))]
            self._prefixes[prefix] = tokens.shape[1], states
        length, states = self._prefixes[prefix]
        # The first use does it too: the cache is kept in 8 bits and every trip rounds it, so that
        # the first words would be rated a little differently from the others.
        self._request.reset_state()
        for state, saved in zip(self._request.query_state(), states, strict=True):
            state.state = openvino.Tensor(saved)
        return length

    @cached_property
    def _request(self) -> Any:
        core = openvino_core()
        model = core.read_model(self._folder / MODEL_XML)
        _keep_last_logits(model)
        return core.compile_model(model, 'CPU', self._options).create_infer_request()

    @cached_property
    def _pipeline(self) -> Any:
        import openvino_genai

        folder, options = str(self._folder), self._options
        return load_apart(lambda: openvino_genai.LLMPipeline(folder, 'CPU', **options))

    @cached_property
    def _answers(self) -> Any:
        return answer_tokens(self._encode)

    def _encode(self, text: str) -> list[int]:
        return self._tokenizer.encode(text, add_special_tokens=False).input_ids.data[0].tolist()

    def _infer(self, tokens: Any, mask: Any, position: Any, beam: Any) -> NDArray[np.float64]:
        result = self._request.infer(
            {
                'input_ids': tokens,
                'attention_mask': mask,
                'position_ids': position,
                'beam_idx': beam,
            }
        )
        return next(iter(result.values()))[:, -1].astype(np.float64)


def _seed(sampling: Sampling) -> int:
    # Without one of ours GenAI would begin every process with the same.
    if sampling.seed is not None:
        return sampling.seed
    return int(np.random.default_rng().integers(2**31))


def _keep_last_logits(model: Any) -> None:
    """Have the model compute the logits of each row's last token only, not of every token."""
    import openvino.opset13 as ops

    head = model.output(0).get_node().input_value(0).get_node()
    if head.get_type_name() != 'MatMul':
        return
    end = np.iinfo(np.int32).max
    last = ops.slice(head.input_value(0), [-1], [end], [1], [1])
    head.input(0).replace_source_output(last.output(0))
    model.validate_nodes_and_infer_types()
