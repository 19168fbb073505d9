# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the analyzer asks of a language model, whatever runs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.types import SageIQError

PREFIXES_KEPT = 8
"""Texts whose reading a model keeps: as many as there are evaluations, and a few more."""


class LanguageModelError(SageIQError):
    """A language model that is missing or that cannot be read."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is drawn; without a ``seed`` no two answers need be the same."""

    temperature: float
    top_k: int
    top_p: float
    seed: int | None = None


class LanguageModel(Protocol):
    """A chat model of the LLaMA architecture, or any other that can do the same."""

    def complete(
        self,
        prompt: str,
        limit: int,
        *,
        opening: str = '',
        sampling: Sampling | None = None,
        grammar: str | None = None,
    ) -> str:
        """Return the answer to a user's message, at most ``limit`` tokens, without ``opening``.

        The message is put into the model's own chat template; ``opening`` is the beginning of the
        answer that the model has to go on from. Without ``sampling`` the likeliest token is taken
        each time. ``grammar`` (EBNF as of xgrammar and llama.cpp, its start is ``root``) allows
        nothing else.
        """
        ...

    def log_likelihood(
        self, prefix: str, tail: str, endings: Sequence[str]
    ) -> NDArray[np.float64]:
        """Return the natural logarithm of each ending's probability behind ``prefix + tail`` (n,).

        The text is taken as it is, without a chat template. The prefix is read once and kept for
        later calls, the tail once a call.
        """
        ...

    def rate(self, prefix: str, endings: Sequence[str]) -> NDArray[np.float64]:
        """Return the probabilities (len(endings), 10) of the strings 1 to 10 behind each text.

        A text is ``prefix + ending`` as it is, without a chat template. The prefix is read once
        and kept for later calls. Each row sums to 1.
        """
        ...


def reason_of(error: BaseException) -> str:
    """Return the line that says why, of what an error of some library says."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    # OpenVINO begins with the places in its sources and ends with the reason.
    line = lines[-1] if lines[0].startswith(('Exception from', 'Check ')) else lines[0]
    return line.rstrip('.')
