# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Queries that start from places: what an ``anchored`` RelTR has instead of learned queries.

A dense head on the memory picks the entity queries and gives each a first box; a pair scorer picks
subject-object pairs of entities; boxes are refined layer by layer, and cross attention is drawn to
the box of its query.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sageiq_ros.models.reltr_layers import MLP, sine_code

PRIOR_SCORE = 0.01
MIN_REACH = 0.04
FIRST_SIZE = 0.15
LEAST_WORD = 3.0


class BoxAttention(nn.Module):
    """Lower attention scores with the distance from the query's box, one strength a head."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.strength = nn.Parameter(torch.linspace(-2.0, 1.0, heads))

    def forward(self, box: Tensor, size: tuple[int, int]) -> Tensor:
        """Map boxes (B, Q, 4) on h x w cells to a bias (B, heads, Q, h * w)."""
        grid = cell_centers(size, box.device)
        reach = box[..., None, 2:].clamp(min=MIN_REACH) / 2
        away = (((grid - box[..., None, :2]) / reach) ** 2).sum(dim=3).clamp(max=50.0)
        return -F.softplus(self.strength)[:, None, None] * away[:, None]


class AnchorQueries(nn.Module):
    """Pick entity and triplet queries and code where they are."""

    def __init__(self, hidden: int, heads: int, classes: int) -> None:
        super().__init__()
        self.dense_conv = nn.Conv2d(hidden, hidden, 3, 1, 1)
        self.dense_class = nn.Linear(hidden, classes)
        self.dense_box = MLP(hidden, hidden, 4, 2)
        self.place = MLP(2 * hidden, hidden, hidden, 2)
        self.pair_sub = nn.Linear(hidden, hidden)
        self.pair_obj = nn.Linear(hidden, hidden)
        self.entity_prior = BoxAttention(heads)
        self.triplet_prior = BoxAttention(heads)
        nn.init.constant_(self.dense_class.bias, -math.log(1 / PRIOR_SCORE - 1))
        nn.init.zeros_(self.dense_box.layers[-1].weight)
        nn.init.zeros_(self.dense_box.layers[-1].bias)

    def dense(self, memory: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
        """Return class logits (B, N, classes) and boxes (B, N, 4) of every cell."""
        x = memory.transpose(1, 2).unflatten(2, size)
        x = F.relu(self.dense_conv(x)).flatten(2).transpose(1, 2) + memory
        centers = cell_centers(size, memory.device)
        first = torch.cat([centers, torch.full_like(centers, FIRST_SIZE)], dim=1)
        return self.dense_class(x), refine(self.dense_box(x), first[None])

    @staticmethod
    def pick_cells(logits: Tensor, count: int, size: tuple[int, int]) -> Tensor:
        """Return the ``count`` cells (B, E) that lead their 3x3 neighbourhood in some class."""
        score = logits.detach().sigmoid().transpose(1, 2).unflatten(2, size)
        peak = score == F.max_pool2d(score, 3, 1, 1)
        best = (score * (0.01 + 0.99 * peak.to(score.dtype))).amax(dim=1).flatten(1)
        return best.topk(count, dim=1).indices

    @staticmethod
    def words(logits: Tensor, cells: Tensor) -> Tensor:
        """Return what picked cells (B, E) say of every class, 0 or more: (B, E, classes + 1).

        Added to the class logits of their queries, so that the decoder refines words as it
        refines boxes.
        """
        picked = logits.detach().gather(1, cells[..., None].expand(-1, -1, logits.shape[2]))
        return F.pad(F.relu(picked + LEAST_WORD), (0, 1))

    def position(self, box: Tensor) -> Tensor:
        """Code boxes (B, Q, 4) as (B, Q, D)."""
        channels = self.place.layers[0].in_features // 4
        return self.place(sine_code(box, channels).flatten(2))

    def pairs(self, entity: Tensor, position: Tensor) -> Tensor:
        """Score every ordered pair of entities: logits (B, E, E)."""
        at = entity + position
        sub, obj = self.pair_sub(at), self.pair_obj(at)
        return sub @ obj.transpose(1, 2) / math.sqrt(self.pair_sub.out_features) - 2.0

    @staticmethod
    def pick_pairs(pair_logits: Tensor, logits: Tensor, count: int) -> tuple[Tensor, Tensor]:
        """Return subject and object indices (B, T) of the best pairs of likely entities."""
        known = logits.detach().softmax(dim=2)[..., :-1].amax(dim=2)
        score = pair_logits.detach().sigmoid() * known[:, :, None] * known[:, None, :]
        entities = known.shape[1]
        other = 1.0 - torch.eye(entities, device=score.device, dtype=score.dtype)
        best = (score * other).flatten(1).topk(count, dim=1).indices
        return torch.div(best, entities, rounding_mode='floor'), best % entities


def cell_centers(size: tuple[int, int], device: torch.device) -> Tensor:
    """Return the centers (h * w, 2) of cells as x, y in [0, 1]."""
    height, width = size
    y = (torch.arange(height, device=device) + 0.5) / height
    x = (torch.arange(width, device=device) + 0.5) / width
    return torch.stack([x.repeat(height), y.repeat_interleave(width)], dim=1)


def logit(x: Tensor, eps: float = 1e-4) -> Tensor:
    """Invert the sigmoid on [eps, 1 - eps]."""
    x = x.clamp(eps, 1 - eps)
    return torch.log(x / (1 - x))


def refine(delta: Tensor, box: Tensor) -> Tensor:
    """Move boxes (…, 4) by ``delta`` in logit space."""
    return (delta + logit(box)).sigmoid()
