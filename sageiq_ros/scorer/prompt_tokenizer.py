# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Prompts to token ids as mPLUG-Owl2 splits them, by a SentencePiece model (LLaMA-2's)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from sageiq_ros.scorer.scoring_settings import PLACEHOLDER
from sageiq_ros.types import SageIQError

TOKENIZER = 'tokenizer.model'
CHUNKS_KEPT = 4096


class PromptTokenizer:
    """Read a ``tokenizer.model``; raises SageIQError for a file that is none.

    Control tokens written in a text are text: nothing that a user types ends a prompt.
    """

    def __init__(self, path: Path) -> None:
        try:
            from sentencepiece import SentencePieceProcessor
        except ImportError as error:
            raise SageIQError(
                "The tokenizer needs sentencepiece, which is missing: run 'pip install "
                "sentencepiece'."
            ) from error
        try:
            self._pieces = SentencePieceProcessor(model_proto=path.read_bytes())
        except (OSError, RuntimeError) as error:
            raise SageIQError(
                f'{path} is no SentencePiece model; copy {TOKENIZER} of the checkpoint again.'
            ) from error
        self.begin: int = self._pieces.bos_id()
        self.end: int = self._pieces.eos_id()
        if min(self.begin, self.end) < 0:
            raise SageIQError(f"{path} has no tokens for begin and end; it is not LLaMA-2's.")
        self.encode_text = lru_cache(CHUNKS_KEPT)(self._encode)

    @property
    def size(self) -> int:
        """Count the pieces."""
        return int(self._pieces.vocab_size())

    def prompt(self, text: str, placeholder: int) -> list[int]:
        """Encode a prompt: begin once, each chunk between images by itself.

        ``placeholder`` is the id that stands for an image.
        """
        first, *others = text.split(PLACEHOLDER)
        ids = [self.begin, *self.encode_text(first)]
        for chunk in others:
            ids += [placeholder, *self.encode_text(chunk)]
        return ids

    def word(self, word: str) -> int:
        """Return the id of a word that follows a space; raises SageIQError unless it is one."""
        ids = self.encode_text(word)
        if len(ids) != 1:
            raise SageIQError(
                f'The tokenizer splits the word {word!r} into {len(ids)} pieces, so that it has '
                'no logit of its own; choose another word, or copy the tokenizer again.'
            )
        return ids[0]

    def decode(self, ids: Sequence[int]) -> str:
        """Turn an answer's ids into text.

        Ids beyond the pieces, with which some networks fill up their vocabulary, say nothing.
        """
        known = [token for token in ids if token < self.size]
        return str(self._pieces.decode(known)).strip()

    def _encode(self, text: str) -> tuple[int, ...]:
        return tuple(self._pieces.encode(text))
