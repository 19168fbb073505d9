# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What a RelTR with ``anchor_classes`` has: queries that start from places.

A dense head on three levels of the backbone picks the entity queries and gives each its words
and a first box; a pair scorer picks subject-object pairs of entities; boxes are refined layer by
layer, and cross attention is drawn to the box of its query.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sageiq_ros.models.csp_darknet import HEAD_WIDTH, DenseHead
from sageiq_ros.models.reltr_layers import MLP, sine_code

if TYPE_CHECKING:
    from sageiq_ros.models.reltr import RelTRConfig

PRIOR_SCORE = 0.01
MIN_REACH = 0.04
LEAST_WORD = 3.0
# Candidates for each entity query.
CANDIDATES = 3


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
        bias = -F.softplus(self.strength)[:, None, None] * away[:, None]
        # The exporter loses track of the type, and would refuse the attention.
        return bias.float()


class FusedProjection(nn.Module):
    """Project three stages to width D and add them at stride 16."""

    def __init__(self, channels: tuple[int, ...], hidden: int) -> None:
        super().__init__()
        self.fine = nn.Conv2d(channels[0], hidden, 3, 2, 1)
        self.middle = nn.Conv2d(channels[1], hidden, 1)
        self.coarse = nn.Conv2d(channels[2], hidden, 1)
        self.norm = nn.LayerNorm(hidden)

    def forward(self, maps: list[Tensor]) -> Tensor:
        coarse = F.interpolate(self.coarse(maps[2]), scale_factor=2.0, mode='nearest')
        fused = self.fine(maps[0]) + self.middle(maps[1]) + coarse
        return self.norm(fused.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class AnchorQueries(nn.Module):
    """Pick entity and triplet queries and code where they are."""

    def __init__(self, config: RelTRConfig, channels: tuple[int, ...]) -> None:
        super().__init__()
        hidden = config.hidden
        self.dense = DenseHead(channels, len(config.anchor_classes))
        self.seen = nn.Linear(2 * HEAD_WIDTH, hidden)
        self.place = MLP(2 * hidden, hidden, hidden, 2)
        self.pair_sub = nn.Linear(hidden, hidden)
        self.pair_obj = nn.Linear(hidden, hidden)
        self.entity_prior = BoxAttention(config.heads)
        self.triplet_prior = BoxAttention(config.heads)
        for words in self.dense.words:
            nn.init.constant_(words.bias, -math.log(1 / PRIOR_SCORE - 1))
        spread = F.one_hot(torch.tensor(config.anchor_classes), config.classes + 1)
        self.register_buffer('spread', spread.float(), persistent=False)

    @staticmethod
    def pick_cells(logits: Tensor, boxes: Tensor, count: int, size: tuple[int, int]) -> Tensor:
        """Return ``count`` cells (B, E), each the surest of those that see one entity.

        ``logits`` (B, N, anchor classes) and ``boxes`` (B, N, 4) are those of three levels, of
        which the middle one has ``size`` (height, width). The surest cells that lead their 3x3
        neighbourhood in some class are candidates; the more a candidate's box overlaps that of a
        surer one of its class, the later it comes (as in matrix NMS, Wang et al. 2020).
        """
        shapes = _level_shapes(size)
        peaks = []
        for level, (height, width) in zip(
            logits.detach().split([h * w for h, w in shapes], dim=1), shapes, strict=True
        ):
            score = level.sigmoid().transpose(1, 2).unflatten(2, (height, width))
            peak = score == F.max_pool2d(score, 3, 1, 1)
            peaks.append((score * (0.01 + 0.99 * peak.to(score.dtype))).flatten(2))
        best, word = torch.cat(peaks, dim=2).max(dim=1)
        score, cell = best.topk(CANDIDATES * count, dim=1)
        word = word.gather(1, cell)
        overlap = _self_iou(boxes.detach().gather(1, cell[..., None].expand(-1, -1, 4)))
        same = (word[:, :, None] == word[:, None, :]).to(overlap.dtype).tril(-1)
        score = score * (1.0 - (overlap * same).amax(dim=2)) ** 2
        return cell.gather(1, score.topk(count, dim=1).indices)

    def words(self, logits: Tensor, cells: Tensor) -> Tensor:
        """Return what picked cells (B, E) say of every class, 0 or more: (B, E, classes + 1).

        Added to the class logits of their queries, so that the decoder refines words as it
        refines boxes.
        """
        picked = logits.detach().gather(1, cells[..., None].expand(-1, -1, logits.shape[2]))
        return F.relu(picked + LEAST_WORD) @ self.spread

    def content(
        self, features: Tensor, memory: Tensor, cells: Tensor, size: tuple[int, int]
    ) -> Tensor:
        """Start picked cells (B, E) with what their level and the memory hold there (B, E, D)."""
        own = features.gather(1, cells[..., None].expand(-1, -1, features.shape[2]))
        under = memory_cells(cells, size)
        return self.seen(own) + memory.gather(1, under[..., None].expand(-1, -1, memory.shape[2]))

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


def _self_iou(boxes: Tensor) -> Tensor:
    low, high = boxes[..., :2] - boxes[..., 2:] / 2, boxes[..., :2] + boxes[..., 2:] / 2
    first = torch.maximum(low[:, :, None], low[:, None])
    last = torch.minimum(high[:, :, None], high[:, None])
    inter = (last - first).clamp(min=0).prod(3)
    area = boxes[..., 2] * boxes[..., 3]
    return inter / (area[:, :, None] + area[:, None] - inter).clamp(min=1e-9)


def _level_shapes(size: tuple[int, int]) -> list[tuple[int, int]]:
    height, width = size
    return [(2 * height, 2 * width), (height, width), (height // 2, width // 2)]


def level_centers(size: tuple[int, int], device: torch.device) -> tuple[Tensor, Tensor]:
    """Return the centers (N, 2) of all levels' cells and their sides (N, 2), in [0, 1].

    ``size`` (height, width) is that of the middle level.
    """
    centers, sides = [], []
    for height, width in _level_shapes(size):
        centers.append(cell_centers((height, width), device))
        side = torch.tensor([1 / width, 1 / height], device=device)
        sides.append(side.expand(height * width, 2))
    return torch.cat(centers), torch.cat(sides)


def memory_cells(cells: Tensor, size: tuple[int, int]) -> Tensor:
    """Return the cell of the middle level under the center of each level's cell, both (B, E).

    Arithmetic, and no table: an exported network then takes any batch.
    """
    height, width = size
    fine, middle = 4 * height * width, height * width
    row, column = _row(cells, 2 * width), cells % (2 * width)
    above = _row(row, 2) * width + _row(column, 2)
    coarse = cells - fine - middle
    row, column = _row(coarse, width // 2), coarse % (width // 2)
    below = (2 * row + 1) * width + 2 * column + 1
    return torch.where(
        cells < fine, above, torch.where(cells < fine + middle, cells - fine, below)
    )


def _row(cells: Tensor, width: int) -> Tensor:
    return torch.div(cells, width, rounding_mode='floor')


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
