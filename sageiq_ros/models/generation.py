# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Let SageIQ-M answer in words: greedy or sampled, one token at a time behind a cache."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from sageiq_ros.models.modality_llama import LayerCache
from sageiq_ros.models.sageiq_m import SageIQM
from sageiq_ros.models.token_sequence import TokenSequence


@dataclass(frozen=True, slots=True)
class Sampling:
    """Say how a token is drawn; the defaults are those of the paper's Table IX.

    The most likely token is taken where ``do_sample`` is False. Raises ValueError for values
    that leave nothing to draw from.
    """

    do_sample: bool = True
    temperature: float = 0.9
    top_k: int = 80
    top_p: float = 0.95
    max_new_tokens: int = 256

    def __post_init__(self) -> None:
        if not (self.temperature > 0 and self.top_k >= 1 and 0 < self.top_p <= 1):
            raise ValueError(
                f'Sampling needs temperature > 0, top_k >= 1, top_p in (0, 1]: {self}'
            )
        if self.max_new_tokens < 1:
            raise ValueError(f'max_new_tokens must be at least 1, not {self.max_new_tokens}.')


def generate(
    network: SageIQM,
    sequence: TokenSequence,
    end: Collection[int],
    sampling: Sampling | None = None,
    seed: int | None = None,
) -> list[int]:
    """Return the tokens that answer one prompt (B = 1), without the one of ``end`` that ends it.

    The same ``seed`` gives the same answer on the same machine; without one it is drawn anew.
    Raises ValueError for more than one prompt.
    """
    answer: list[int] = []
    for token, _ in steps(network, sequence, sampling, seed):
        if token in end:
            break
        answer.append(token)
    return answer


def steps(
    network: SageIQM,
    sequence: TokenSequence,
    sampling: Sampling | None = None,
    seed: int | None = None,
) -> Iterator[tuple[int, Tensor]]:
    """Yield at most ``max_new_tokens`` tokens, each with the logits (vocabulary,) behind it."""
    if sequence.embeddings.shape[0] != 1:
        raise ValueError(f'One prompt is answered at a time, not {sequence.embeddings.shape[0]}.')
    sampling = sampling or Sampling()
    generator = torch.Generator()
    generator.manual_seed(generator.seed() if seed is None else seed)
    caches = [LayerCache() for _ in network.model.layers]
    embed = network.model.embed_tokens
    with torch.inference_mode():
        # At full size 0.5 GB, too much to convert for every token.
        head = network.head()
        for _ in range(sampling.max_new_tokens):
            hidden = network.hidden_states(sequence, caches)
            logits = network.logits(hidden[0, -1], head=head)
            token = choose(logits.cpu(), sampling, generator)
            yield token, logits
            ids = torch.tensor([[token]], device=hidden.device)
            seen = sequence.seen
            if seen is not None:
                seen = torch.cat((seen, seen.new_ones(1, 1)), dim=1)
            sequence = TokenSequence(embed(ids), torch.zeros_like(ids, dtype=torch.bool), seen)


def choose(logits: Tensor, sampling: Sampling, generator: torch.Generator) -> int:
    """Pick a token from float logits (vocabulary,): temperature, then top k, then top p.

    Top p keeps the likeliest tokens until their probabilities reach it, the one that does
    included.
    """
    if not sampling.do_sample:
        return int(logits.argmax())
    values, tokens = (logits / sampling.temperature).topk(min(sampling.top_k, len(logits)))
    probabilities = values.softmax(dim=0)
    before = probabilities.cumsum(dim=0) - probabilities
    probabilities = probabilities.masked_fill(before >= sampling.top_p, 0.0)
    return int(tokens[torch.multinomial(probabilities, 1, generator=generator)])
