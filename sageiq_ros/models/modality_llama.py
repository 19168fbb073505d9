# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""mPLUG-Owl2's language decoder: LLaMA whose norms, keys and values know text from image.

Parameter names are those of the published checkpoints (``...multiway.0`` text, ``.1`` image).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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


class Multiway(nn.Module):
    """Hold one copy of a module for text and one for image tokens."""

    def __init__(self, make: Callable[[], nn.Module]) -> None:
        super().__init__()
        self.multiway = nn.ModuleList((make(), make()))

    def forward(self, x: Tensor, is_image: Tensor) -> Tensor:
        """Apply to tokens (B, L, D); ``is_image`` is bool (B or 1, L, 1)."""
        text, image = self.multiway
        return torch.where(is_image, image(x), text(x))


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

    def forward(self, x: Tensor, is_image: Tensor, tables: tuple[Tensor, Tensor]) -> Tensor:
        query = rotate(self._split(self.q_proj(x)), tables)
        key = rotate(self._split(self.k_proj(x, is_image)), tables)
        value = self._split(self.v_proj(x, is_image))
        attended = F.scaled_dot_product_attention(query, key, value, is_causal=True)
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

    def forward(self, x: Tensor, is_image: Tensor, tables: tuple[Tensor, Tensor]) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x, is_image), is_image, tables)
        return x + self.mlp(self.post_attention_layernorm(x, is_image))
