# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The strings 1 to 10 as answers, whether a tokenizer has 10 as one token or as two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.analyzer.language_models.base import LanguageModelError

RATINGS = 10


@dataclass(frozen=True, slots=True)
class AnswerTokens:
    """The first token of each of the strings 1 to 9, and the one or two tokens of 10."""

    digits: tuple[int, ...]
    ten: tuple[int, ...]

    @property
    def zero(self) -> int | None:
        """The token that turns 1 into 10, None where 10 is a token of its own."""
        return self.ten[1] if len(self.ten) == 2 else None


def answer_tokens(encode: Callable[[str], Sequence[int]]) -> AnswerTokens:
    """Look up how a tokenizer writes 1 to 10; ``encode`` adds no special tokens.

    Raises LanguageModelError for a tokenizer that writes them in another way.
    """
    written = [tuple(encode(str(value))) for value in range(1, RATINGS + 1)]
    digits, ten = written[:-1], written[-1]
    if (
        any(len(tokens) != 1 for tokens in digits)
        or len({tokens[0] for tokens in digits}) != RATINGS - 1
        or not (len(ten) == 1 or (len(ten) == 2 and ten[0] == digits[0][0]))
    ):
        raise LanguageModelError(
            'The tokenizer of the language model writes the numbers 1 to 10 in a way that cannot '
            "be rated; set analyzer.mode to 'constrained' or 'paper'."
        )
    return AnswerTokens(tuple(tokens[0] for tokens in digits), ten)


def rating_distribution(
    first: NDArray[np.float64], then: NDArray[np.float64] | None, tokens: AnswerTokens
) -> NDArray[np.float64]:
    """Turn logits into probabilities (n, 10) of the strings 1 to 10, normalised over these ten.

    ``first`` (n, vocabulary) are the next token's logits; ``then`` (n, vocabulary) those behind
    the digit 1, where 10 is written as two tokens: a 10 is a 1 followed by 0, and a 1 is a 1
    followed by anything else.
    """
    starts = first[:, [*tokens.digits, *(tokens.ten if tokens.zero is None else ())]]
    weights = np.exp(starts - starts.max(axis=1, keepdims=True))
    if then is not None:
        peak = then.max(axis=1)
        total = np.exp(then - peak[:, None]).sum(axis=1)
        zero = np.exp(then[:, tokens.zero] - peak) / total
        weights = np.column_stack([weights, weights[:, 0] * zero])
        weights[:, 0] *= 1.0 - zero
    return weights / weights.sum(axis=1, keepdims=True)


def log_softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the natural logarithms of the probabilities along the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
