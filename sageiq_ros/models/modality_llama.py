# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""mPLUG-Owl2's language decoder: LLaMA whose norms, keys and values know text from image.

Parameter names are those of the published checkpoints (``...multiway.0`` text, ``.1`` image).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True, slots=True)
class LanguageConfig:
    """Size the decoder; the defaults are LLaMA-2-7B's."""

    vocabulary: int = 32000
    hidden_size: int = 4096
    intermediate_size: int = 11008
    layers: int = 32
    heads: int = 32
    rms_norm_eps: float = 1e-5
    rope_theta: float = 10000.0


class RMSNorm(nn.Module):
    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        scale = torch.rsqrt(x.float().pow(2).mean(-1, keepdim=True) + self.eps)
        return self.weight * (x.float() * scale).to(x.dtype)


@dataclass(frozen=True, slots=True)
class Routes:
    """Tell which places of a flattened batch (B * L) hold text and which an image's tokens.

    With them every token passes one copy of a module only; a mask, which keeps a graph's shapes
    static for export, sends all tokens through both.
    """

    text: Tensor
    image: Tensor

    @classmethod
    def of(cls, is_image: Tensor) -> Routes | None:
        """Sort the places of a bool mask (B, L); None where all are text."""
        flat = is_image.flatten()
        if not bool(flat.any()):
            return None
        return cls((~flat).nonzero().squeeze(1), flat.nonzero().squeeze(1))


# A mask (B or 1, L, 1) of image tokens, their places, or None for text alone.
Kinds: TypeAlias = Tensor | Routes | None


class Multiway(nn.Module):
    """Hold one copy of a module for text and one for image tokens."""

    def __init__(self, make: Callable[[], nn.Module]) -> None:
        super().__init__()
        self.multiway = nn.ModuleList((make(), make()))

    def forward(self, x: Tensor, kinds: Kinds) -> Tensor:
        """Apply to tokens (B, L, D)."""
        text, image = self.multiway
        if kinds is None:
            return text(x)
        if isinstance(kinds, Routes):
            flat = x.flatten(0, 1)
            written = text(flat[kinds.text])
            result = written.new_empty(flat.shape[0], written.shape[1])
            result[kinds.text] = written
            result[kinds.image] = image(flat[kinds.image])
            return result.view(x.shape[0], x.shape[1], -1)
        return torch.where(kinds, image(x), text(x))


class LayerCache:
    """Keep one layer's keys and values (B, heads, L, head width) of the tokens read so far."""

    def __init__(self) -> None:
        self.key: Tensor | None = None
        self.value: Tensor | None = None

    def extend(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Append those of further tokens; returns all."""
        if self.key is not None and self.value is not None:
            key, value = torch.cat((self.key, key), 2), torch.cat((self.value, value), 2)
        self.key, self.value = key, value
        return key, value


def rotary_tables(config: LanguageConfig, length: int) -> tuple[Tensor, Tensor]:
    """Return cosines and sines (length, head width) of positions 0 .. length - 1."""
    width = config.hidden_size // config.heads
    frequency = config.rope_theta ** -(torch.arange(0, width, 2).float() / width)
    angles = torch.arange(length).float()[:, None] * frequency
    angles = torch.cat((angles, angles), dim=1)
    return angles.cos(), angles.sin()


def rotate(x: Tensor, tables: tuple[Tensor, Tensor]) -> Tensor:
    """Turn queries or keys (B, heads, L, head width) by their positions."""
    cosine, sine = tables
    first, second = x.chunk(2, dim=-1)
    return x * cosine + torch.cat((-second, first), dim=-1) * sine


class DecoderAttention(nn.Module):
    def __init__(self, config: LanguageConfig) -> None:
        super().__init__()
        width = config.hidden_size
        self.heads = config.heads
        self.q_proj = nn.Linear(width, width, bias=False)
        self.k_proj = Multiway(lambda: nn.Linear(width, width, bias=False))
        self.v_proj = Multiway(lambda: nn.Linear(width, width, bias=False))
        self.o_proj = nn.Linear(width, width, bias=False)

    def forward(
        self,
        x: Tensor,
        kinds: Kinds,
        tables: tuple[Tensor, Tensor],
        mask: Tensor | None = None,
        cache: LayerCache | None = None,
    ) -> Tensor:
        query = rotate(self._split(self.q_proj(x)), tables)
        key = rotate(self._split(self.k_proj(x, kinds)), tables)
        value = self._split(self.v_proj(x, kinds))
        if cache is not None:
            key, value = cache.extend(key, value)
        attended = F.scaled_dot_product_attention(
            query, key, value, attn_mask=mask, is_causal=mask is None
        )
        return self.o_proj(attended.transpose(1, 2).flatten(2))

    def _split(self, x: Tensor) -> Tensor:
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)


class SwiGLU(nn.Module):
    def __init__(self, config: LanguageConfig) -> None:
        super().__init__()
        width, inner = config.hidden_size, config.intermediate_size
        self.gate_proj = nn.Linear(width, inner, bias=False)
        self.up_proj = nn.Linear(width, inner, bias=False)
        self.down_proj = nn.Linear(inner, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class DecoderLayer(nn.Module):
    def __init__(self, config: LanguageConfig) -> None:
        super().__init__()
        self.self_attn = DecoderAttention(config)
        self.mlp = SwiGLU(config)

        def norm() -> nn.Module:
            return RMSNorm(config.hidden_size, config.rms_norm_eps)

        self.input_layernorm = Multiway(norm)
        self.post_attention_layernorm = Multiway(norm)

    def forward(
        self,
        x: Tensor,
        kinds: Kinds,
        tables: tuple[Tensor, Tensor],
        mask: Tensor | None = None,
        cache: LayerCache | None = None,
    ) -> Tensor:
        """Map tokens (B, L, D) to tokens.

        ``mask`` (B or 1, 1, L, all keys) is True where a query sees a key; without one every
        token sees itself and those before it. ``cache`` holds the tokens read before.
        """
        normed = self.input_layernorm(x, kinds)
        x = x + self.self_attn(normed, kinds, tables, mask, cache)
        return x + self.mlp(self.post_attention_layernorm(x, kinds))
