# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""mPLUG-Owl2's visual abstractor: learned queries gather an image's tokens into a few.

Parameter names are those of the published checkpoints. Size queries (the paper's LSQ) enter as
an argument, so that the abstractor itself stays the published one.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

POSITION_TABLES = ('q_pos_embed', 'k_pos_embed')


@dataclass(frozen=True, slots=True)
class AbstractorConfig:
    """Size the abstractor; the defaults are mPLUG-Owl2's.

    Its tokens are the class token and ``views`` squares of ``grid`` x ``grid`` patches, one below
    another.
    """

    queries: int = 64
    layers: int = 6
    heads: int = 16
    hidden_size: int = 1024
    intermediate_size: int = 2816
    encoder_hidden_size: int = 1024
    grid: int = 32
    layer_norm_eps: float = 1e-6
    views: int = 1


def sincos_1d(width: int, positions: Tensor) -> Tensor:
    """Return (len(positions), width): sines of all frequencies, then their cosines."""
    omega = 10000.0 ** -(torch.arange(width // 2, dtype=torch.float64) / (width / 2))
    angles = positions.double()[:, None] * omega
    return torch.cat((angles.sin(), angles.cos()), dim=1)


def sincos_2d(width: int, grid: int, views: int) -> Tensor:
    """Return (1 + views * grid^2, width): zeros for the class token, then column and row codes."""
    row, column = torch.arange(views * grid), torch.arange(grid)
    rows, columns = torch.meshgrid(row, column, indexing='ij')
    codes = (sincos_1d(width // 2, axis.flatten()) for axis in (columns, rows))
    table = torch.cat(tuple(codes), dim=1)
    return torch.cat((torch.zeros(1, width, dtype=torch.float64), table))


def position_tables(config: AbstractorConfig) -> dict[str, Tensor]:
    """Return the fixed position codes of a layer's queries and keys by their names, float32."""
    queries = sincos_1d(config.hidden_size, torch.arange(config.queries))
    keys = sincos_2d(config.hidden_size, config.grid, config.views)
    return dict(zip(POSITION_TABLES, (queries.float(), keys.float()), strict=True))


class CrossAttention(nn.Module):
    def __init__(self, config: AbstractorConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.query = nn.Linear(config.hidden_size, config.hidden_size)
        self.key = nn.Linear(config.encoder_hidden_size, config.hidden_size)
        self.value = nn.Linear(config.encoder_hidden_size, config.hidden_size)
        for name, table in position_tables(config).items():
            self.register_buffer(name, table)

    def forward(self, queries: Tensor, context: Tensor) -> Tensor:
        positions = torch.cat((self.q_pos_embed, self.k_pos_embed))
        query = self._split(self.query(queries + self.q_pos_embed))
        key = self._split(self.key(context + positions))
        value = self._split(self.value(context))
        attended = F.scaled_dot_product_attention(query, key, value)
        return attended.transpose(1, 2).flatten(2)

    def _split(self, x: Tensor) -> Tensor:
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def _load_from_state_dict(self, state_dict, prefix, *args, **kwargs):  # type: ignore[no-untyped-def]
        # Checkpoints hold the analytic position tables or leave them out; both are complete.
        for name in POSITION_TABLES:
            state_dict.setdefault(prefix + name, getattr(self, name))
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)


class GatedMLP(nn.Module):
    """Gate with SiLU and normalise inside, as mPLUG-Owl2 does."""

    def __init__(self, config: AbstractorConfig) -> None:
        super().__init__()
        self.w1 = nn.Linear(config.hidden_size, config.intermediate_size)
        self.w2 = nn.Linear(config.intermediate_size, config.hidden_size)
        self.w3 = nn.Linear(config.hidden_size, config.intermediate_size)
        self.ffn_ln = nn.LayerNorm(config.intermediate_size, config.layer_norm_eps)

    def forward(self, x: Tensor) -> Tensor:
        return self.w2(self.ffn_ln(F.silu(self.w1(x)) * self.w3(x)))


class CrossOutput(nn.Module):
    def __init__(self, config: AbstractorConfig) -> None:
        super().__init__()
        self.out_proj = nn.Linear(config.hidden_size, config.hidden_size)
        self.norm2 = nn.LayerNorm(config.hidden_size)
        self.mlp = GatedMLP(config)

    def forward(self, residual: Tensor, attended: Tensor) -> Tensor:
        x = residual + self.out_proj(attended)
        return x + self.mlp(self.norm2(x))


class CrossLayer(nn.Module):
    def __init__(self, config: AbstractorConfig) -> None:
        super().__init__()
        self.attention = CrossAttention(config)
        self.output = CrossOutput(config)
        self.norm1 = nn.LayerNorm(config.hidden_size)
        self.normk = nn.LayerNorm(config.encoder_hidden_size)

    def forward(self, queries: Tensor, tokens: Tensor) -> Tensor:
        # The residual branch is the normalised query, as in the published code.
        queries = self.norm1(queries)
        context = torch.cat((queries, self.normk(tokens)), dim=1)
        return self.output(queries, self.attention(queries, context))


class AbstractorLayer(nn.Module):
    def __init__(self, config: AbstractorConfig) -> None:
        super().__init__()
        self.crossattention = CrossLayer(config)

    def forward(self, queries: Tensor, tokens: Tensor) -> Tensor:
        return self.crossattention(queries, tokens)


class AbstractorEncoder(nn.Module):
    def __init__(self, config: AbstractorConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(AbstractorLayer(config) for _ in range(config.layers))

    def forward(self, queries: Tensor, tokens: Tensor) -> Tensor:
        for layer in self.layers:
            queries = layer(queries, tokens)
        return queries


class VisualAbstractor(nn.Module):
    """Gather tokens (B, 1 + patches, encoder_hidden_size) into (B, queries + 1, output_size)."""

    def __init__(self, config: AbstractorConfig, output_size: int) -> None:
        super().__init__()
        self.query_embeds = nn.Parameter(torch.randn(1, config.queries, config.hidden_size) * 0.02)
        self.vit_eos = nn.Parameter(torch.randn(1, 1, output_size) * 0.02)
        self.encoder = AbstractorEncoder(config)
        self.visual_fc = nn.Linear(config.hidden_size, output_size)

    def forward(self, tokens: Tensor, size_queries: Tensor | None = None) -> Tensor:
        """Return the gathered tokens, ``vit_eos`` last; ``size_queries`` (1, queries, hidden)."""
        queries = self.query_embeds
        if size_queries is not None:
            queries = queries + size_queries
        batch = tokens.shape[0]
        gathered = self.encoder(queries.expand(batch, -1, -1), tokens)
        return torch.cat((self.visual_fc(gathered), self.vit_eos.expand(batch, -1, -1)), dim=1)
