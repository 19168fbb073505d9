# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Token ids with placeholders for images become one sequence of embeddings, as in mPLUG-Owl2."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

IMAGE = -200


@dataclass(frozen=True, slots=True)
class TokenSequence:
    """Hold embeddings (B, L, width), which of them are an image's, and which are seen.

    ``is_image`` is bool (B, L); so is ``seen``, or None where every token is. With a cache
    ``seen`` covers the tokens read before, too.
    """

    embeddings: Tensor
    is_image: Tensor
    seen: Tensor | None = None


def insert(
    embed: nn.Module, ids: Tensor, visual: Tensor | None, attention_mask: Tensor | None = None
) -> TokenSequence:
    """Embed ids (B, L) and put an image's tokens in the place of every ``IMAGE``.

    ``visual`` (images, N, width) are consumed in order over the batch. ``attention_mask`` (B, L)
    is that of the ids: it is extended on the left with ones, as the published code does. Raises
    ValueError where images and placeholders do not agree in number, or rows in length.
    """
    places = ids == IMAGE
    count = 0 if visual is None else visual.shape[0]
    if int(places.sum()) != count:
        raise ValueError(f'There are {int(places.sum())} placeholders for {count} images.')
    embedded = embed(ids.masked_fill(places, 0))
    if visual is None:
        seen = None if attention_mask is None else attention_mask.bool()
        return TokenSequence(embedded, places, seen)
    if len(set(places.sum(dim=1).tolist())) > 1:
        raise ValueError('Every row of a batch must hold as many images as the others.')
    number = visual.shape[1]
    repeats = torch.where(places, number, 1).flatten()
    batch, width = ids.shape[0], embedded.shape[-1]
    is_image = places.flatten().repeat_interleave(repeats).view(batch, -1)
    embeddings = embedded.flatten(0, 1).repeat_interleave(repeats, dim=0)
    embeddings[is_image.flatten()] = visual.flatten(0, 1).to(embeddings.dtype)
    seen = None
    if attention_mask is not None:
        extra = is_image.shape[1] - ids.shape[1]
        seen = torch.cat((attention_mask.new_ones(batch, extra), attention_mask), 1).bool()
    return TokenSequence(embeddings.view(batch, -1, width), is_image, seen)


def causal_mask(past: int, length: int, seen: Tensor | None, device: torch.device | str) -> Tensor:
    """Return bool (B or 1, 1, length - past, length): which keys each new token sees."""
    places = torch.arange(length, device=device)
    mask = (places[None, :] <= places[past:, None])[None, None]
    return mask if seen is None else mask & seen[:, None, None, :]
