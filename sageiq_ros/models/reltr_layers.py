# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""RelTR's building blocks: attention, encoder and decoder layers, MLP, sine position code."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

if TYPE_CHECKING:
    from sageiq_ros.models.reltr import RelTRConfig

TEMPERATURE = 10000.0


class Attention(nn.Module):
    """Attend with several heads, batch first; keys as ``torch.nn.MultiheadAttention``."""

    def __init__(self, hidden: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.dropout = dropout
        self.in_proj_weight = nn.Parameter(torch.empty(3 * hidden, hidden))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * hidden))
        self.out_proj = nn.Linear(hidden, hidden)
        nn.init.xavier_uniform_(self.in_proj_weight)
        nn.init.zeros_(self.out_proj.bias)

    def forward(
        self, query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None = None
    ) -> Tensor:
        """Return what Q queries (B, Q, D) read from K keys.

        ``bias`` is added to the scores: a float tensor that broadcasts to (B, heads, Q, K), or a
        bool one, True where a key is blocked.
        """
        q, k, v = self._project(query, key, value)
        if bias is not None and bias.dtype == torch.bool:
            bias = ~bias
        dropout = self.dropout if self.training else 0.0
        read = F.scaled_dot_product_attention(q, k, v, bias, dropout)
        return self.out_proj(read.transpose(1, 2).flatten(2))

    def look(
        self, query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Do as ``forward`` and return the head-averaged weights (B, Q, K) too."""
        q, k, v = self._project(query, key, value)
        scores = (q * q.shape[-1] ** -0.5) @ k.transpose(2, 3)
        if bias is not None:
            if bias.dtype == torch.bool:
                scores = scores.masked_fill(bias, -math.inf)
            else:
                scores = scores + bias
        weights = scores.softmax(dim=3)
        read = F.dropout(weights, self.dropout, self.training) @ v
        return self.out_proj(read.transpose(1, 2).flatten(2)), weights.mean(dim=1)

    def _project(self, query: Tensor, key: Tensor, value: Tensor) -> list[Tensor]:
        return [
            F.linear(x, weight, b).unflatten(2, (self.heads, -1)).transpose(1, 2)
            for x, weight, b in zip(
                (query, key, value),
                self.in_proj_weight.chunk(3),
                self.in_proj_bias.chunk(3),
                strict=True,
            )
        ]


class EncoderLayer(nn.Module):
    """Mix the memory cells with each other (post-norm)."""

    def __init__(self, config: RelTRConfig) -> None:
        super().__init__()
        d = config.hidden
        self.self_attn = Attention(d, config.heads, config.dropout)
        self.linear1 = nn.Linear(d, config.feedforward)
        self.linear2 = nn.Linear(config.feedforward, d)
        self.norm1 = nn.LayerNorm(d)
        self.norm2 = nn.LayerNorm(d)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, pos: Tensor, blocked: Tensor | None) -> Tensor:
        at = x + pos
        x = self.norm1(x + self.dropout(self.self_attn(at, at, x, blocked)))
        inner = self.dropout(F.relu(self.linear1(x)))
        return self.norm2(x + self.dropout(self.linear2(inner)))


class DecoderLayer(nn.Module):
    """Update entities, then subjects and objects, from the memory (post-norm)."""

    def __init__(self, config: RelTRConfig) -> None:
        super().__init__()
        d = config.hidden
        for name in (
            'self_attn_entity',
            'cross_attn_entity',
            'self_attn_so',
            'cross_attn_sub',
            'cross_sub_entity',
            'cross_attn_obj',
            'cross_obj_entity',
        ):
            setattr(self, name, Attention(d, config.heads, config.dropout))
        for role in ('entity', 'sub', 'obj'):
            setattr(self, f'linear1_{role}', nn.Linear(d, config.feedforward))
            setattr(self, f'linear2_{role}', nn.Linear(config.feedforward, d))
            for index in (1, 2, 3):
                setattr(self, f'norm{index}_{role}', nn.LayerNorm(d))
        self.norm2_so = nn.LayerNorm(d)
        self.dropout = nn.Dropout(config.dropout)

    def entity(
        self, x: Tensor, x_pos: Tensor, memory: Tensor, pos: Tensor, bias: Tensor | None
    ) -> Tensor:
        """Update entities (B, E, D)."""
        at = x + x_pos
        x = self.norm2_entity(x + self.dropout(self.self_attn_entity(at, at, x)))
        read = self.cross_attn_entity(x + x_pos, memory + pos, memory, bias)
        x = self.norm1_entity(x + self.dropout(read))
        return self._feed_forward(x, 'entity')

    def triplet(
        self,
        sub: Tensor,
        obj: Tensor,
        sub_pos: Tensor,
        obj_pos: Tensor,
        so_pos: Tensor,
        entity: Tensor,
        memory: Tensor,
        pos: Tensor,
        bias: Tensor | None,
        obj_bias: Tensor | None = None,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Update subjects and objects (B, T, D); return them and their maps (B, T, N).

        ``bias`` acts on both branches unless the object branch has its own.
        """
        count = sub.shape[1]
        both = torch.cat([sub, obj], dim=1)
        at = both + torch.cat([sub_pos + so_pos[0], obj_pos + so_pos[1]], dim=1)
        both = self.norm2_so(both + self.dropout(self.self_attn_so(at, at, both)))
        sub, obj = both[:, :count], both[:, count:]
        sub, sub_map = self._role(sub, sub_pos, entity, memory, pos, bias, 'sub')
        obj_bias = bias if obj_bias is None else obj_bias
        obj, obj_map = self._role(obj, obj_pos, entity, memory, pos, obj_bias, 'obj')
        return sub, obj, sub_map, obj_map

    def _role(
        self,
        x: Tensor,
        x_pos: Tensor,
        entity: Tensor,
        memory: Tensor,
        pos: Tensor,
        bias: Tensor | None,
        role: str,
    ) -> tuple[Tensor, Tensor]:
        see, ask = getattr(self, f'cross_attn_{role}'), getattr(self, f'cross_{role}_entity')
        norm1, norm2 = getattr(self, f'norm1_{role}'), getattr(self, f'norm2_{role}')
        read, weights = see.look(x + x_pos, memory + pos, memory, bias)
        x = norm1(x + self.dropout(read))
        x = norm2(x + self.dropout(ask(x + x_pos, entity, entity)))
        return self._feed_forward(x, role), weights

    def _feed_forward(self, x: Tensor, role: str) -> Tensor:
        first, second = getattr(self, f'linear1_{role}'), getattr(self, f'linear2_{role}')
        inner = self.dropout(F.relu(first(x)))
        return getattr(self, f'norm3_{role}')(x + self.dropout(second(inner)))


class MLP(nn.Module):
    """Stack linear layers with ReLU between them."""

    def __init__(self, inputs: int, hidden: int, outputs: int, depth: int) -> None:
        super().__init__()
        sizes = [inputs, *[hidden] * (depth - 1), outputs]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers[:-1]:
            x = F.relu(layer(x))
        return self.layers[-1](x)


def sine_position(blocked: Tensor, hidden: int) -> Tensor:
    """Code the place of cells: mask (B, h, w), True on padding, to (B, hidden, h, w).

    The first half of the channels codes y, the second x; each is the count of valid cells over
    its last value, times two pi.
    """
    valid = ~blocked
    y = valid.cumsum(1, dtype=torch.float32)
    x = valid.cumsum(2, dtype=torch.float32)
    y = y / (y[:, -1:, :] + 1e-6)
    x = x / (x[:, :, -1:] + 1e-6)
    half = hidden // 2
    return torch.cat([sine_code(y, half), sine_code(x, half)], dim=3).permute(0, 3, 1, 2)


def sine_code(value: Tensor, channels: int) -> Tensor:
    """Code numbers in [0, 1] as (..., channels) interleaved sines and cosines."""
    index = torch.arange(channels, dtype=torch.float32, device=value.device)
    period = TEMPERATURE ** (2 * torch.div(index, 2, rounding_mode='floor') / channels)
    angle = (value * (2 * math.pi))[..., None] / period
    return torch.stack([angle[..., 0::2].sin(), angle[..., 1::2].cos()], dim=-1).flatten(-2)
