# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A language model that rates by likelihood: one pass over many prompts with a common prefix."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.analyzer.model_files import MODEL_XML

RATINGS = 10


class LikelihoodRater:
    """Give the distribution of a language model over the answers 1 to 10.

    ``folder`` holds an OpenVINO IR with a stateful key–value cache and its tokenizer, as
    OpenVINO GenAI writes them.
    """

    def __init__(self, folder: Path, threads: int = 1) -> None:
        import openvino
        import openvino_genai

        self._tokenizer = openvino_genai.Tokenizer(str(folder))
        core = openvino.Core()
        model = core.read_model(folder / MODEL_XML)
        _keep_last_logits(model)
        options = {'INFERENCE_NUM_THREADS': threads, 'NUM_STREAMS': 1}
        self._request = core.compile_model(model, 'CPU', options).create_infer_request()
        self._digits = [self._encode(str(digit))[0] for digit in range(10)]
        self._prefix = ''
        self._prefix_length = 0
        self._prefix_state: list[NDArray[np.float32]] = []

    def rate(self, prefix: str, endings: Sequence[str]) -> NDArray[np.float64]:
        """Return probabilities (len(endings), 10) of the answers 1 to 10, each row summing to 1.

        The prefix is read once and its cache shared. The tokenizer splits numbers into digits, so
        10 is the digit 1 followed by 0, and 1 is the digit 1 followed by anything else.
        """
        past = self._recall_prefix(prefix)
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
        one = np.full((len(rows), 1), self._digits[1], np.int64)
        longer = np.concatenate([mask, np.ones_like(one)], axis=1)
        order = np.arange(len(rows), dtype=np.int32)
        second = self._infer(one, longer, position[:, -1:] + 1, order)
        return rating_distribution(first[:, self._digits], second, self._digits[0])

    def _recall_prefix(self, prefix: str) -> int:
        """Put a prefix into the model's cache, read only if it is new; returns its length."""
        import openvino

        if prefix != self._prefix or not self._prefix_state:
            tokens = np.array([self._encode(prefix)], np.int64)
            length = tokens.shape[1]
            self._request.reset_state()
            self._infer(
                tokens, np.ones_like(tokens), np.arange(length)[None], np.zeros(1, np.int32)
            )
            self._prefix, self._prefix_length = prefix, length
            self._prefix_state = [state.state.data.copy() for state in self._request.query_state()]
        # The first use restores it too: the cache is kept in 8 bits and every trip rounds it, so
        # that the first words would be rated a little differently from the others.
        self._request.reset_state()
        for state, saved in zip(self._request.query_state(), self._prefix_state, strict=True):
            state.state = openvino.Tensor(saved)
        return self._prefix_length

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


def rating_distribution(
    digits: NDArray[np.float64], after_one: NDArray[np.float64], zero: int
) -> NDArray[np.float64]:
    """Turn logits into probabilities of the strings 1 to 10, normalised over these ten.

    ``digits`` (n, 10) are the first token's logits of the digits 0 to 9, ``after_one`` (n,
    vocabulary) the next token's logits after the digit 1, in which ``zero`` indexes the digit 0.
    """
    first = np.exp(digits - digits.max(axis=1, keepdims=True))
    peak = after_one.max(axis=1)
    total = np.exp(after_one - peak[:, None]).sum(axis=1)
    then_zero = np.exp(after_one[:, zero] - peak) / total
    chances = np.empty((len(digits), RATINGS))
    chances[:, :9] = first[:, 1:]
    chances[:, 9] = first[:, 1] * then_zero
    chances[:, 0] = first[:, 1] * (1.0 - then_zero)
    return chances / chances.sum(axis=1, keepdims=True)
