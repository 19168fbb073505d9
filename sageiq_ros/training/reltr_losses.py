# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The whole loss of a RelTR: every decoder layer, and what an anchored one adds."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from sageiq_ros.models.reltr_anchors import cell_centers
from sageiq_ros.training.reltr_matcher import (
    LOSS_WEIGHTS,
    Match,
    TorchTarget,
    corners,
    losses,
    paired_giou,
)

CENTRAL = 0.4
MOST_CELLS = 9


def total_loss(
    output: dict[str, Tensor],
    targets: list[TorchTarget],
    size: tuple[int, int],
    no_object: float,
) -> tuple[Tensor, dict[str, float]]:
    """Sum the weighted losses; ``size`` is the memory's (height, width) in cells.

    Returns the sum and the last layer's terms, for the log.
    """
    last, matches = losses(output, targets, no_object)
    total = _weighted(last)
    for aux in output['aux_outputs']:
        # Anchored queries stay at their places, so that one matching serves all layers.
        shared = matches if 'dense_logits' in output else None
        total = total + _weighted(losses(aux, targets, no_object, shared)[0])
    terms = dict(last)
    if 'dense_logits' in output:
        extra = dense_losses(output['dense_logits'], output['dense_boxes'], targets, size)
        extra['pair'] = pair_loss(output['pair_logits'], targets, matches)
        total = total + 2.0 * extra['dense_ce'] + extra['dense_box'] + extra['pair']
        terms.update(extra)
    return total, {name: float(value.detach()) for name, value in terms.items()}


def _weighted(terms: dict[str, Tensor]) -> Tensor:
    return sum(LOSS_WEIGHTS[name] * value for name, value in terms.items())


def dense_losses(
    logits: Tensor, boxes: Tensor, targets: list[TorchTarget], size: tuple[int, int]
) -> dict[str, Tensor]:
    """Train every cell to name and frame the entities whose middle it lies in.

    The class term is a focal loss towards soft targets, 1 at an entity's central cell.
    """
    centers = cell_centers(size, logits.device)
    wanted = torch.zeros_like(logits)
    weight = torch.ones_like(logits)
    near, real, share = [], [], []
    for i, target in enumerate(targets):
        if target.denied is not None:
            weight[i] *= target.denied[: logits.shape[2]].to(logits.dtype)
            if target.ignored is not None and len(target.ignored):
                away = (centers[:, None] - target.ignored[:, :2]).abs()
                within = (away <= target.ignored[:, 2:] / 2 + 0.02).all(2).any(1)
                weight[i, within] = 0.0
        owner, value = _own_cells(target.boxes, centers)
        for g, label in enumerate(target.labels.tolist()):
            wanted[i, :, label] = torch.maximum(wanted[i, :, label], value[:, g])
            weight[i, value[:, g] > 0, label] = 1.0
        mine = owner >= 0
        near.append(boxes[i, mine])
        real.append(target.boxes[owner[mine]])
        share.append(value[mine, owner[mine]])
    p = logits.sigmoid()
    term = F.binary_cross_entropy_with_logits(logits, wanted, reduction='none')
    count = wanted.sum().clamp(min=1.0)
    near, real, share = torch.cat(near), torch.cat(real), torch.cat(share)
    box = 5.0 * (near - real).abs().sum(1) + 2.0 * (1 - paired_giou(corners(near), corners(real)))
    return {
        'dense_ce': (term * (wanted - p).abs() ** 2 * weight).sum() / count,
        'dense_box': (box * share).sum() / share.sum().clamp(min=1.0),
    }


def _own_cells(boxes: Tensor, centers: Tensor) -> tuple[Tensor, Tensor]:
    """Return each cell's entity (N,), -1 for none, and every entity's share of it (N, G)."""
    owner = torch.full((len(centers),), -1)
    value = torch.zeros(len(centers), len(boxes))
    for g in boxes[:, 2:].prod(1).argsort(descending=True).tolist():
        away = (centers - boxes[g, :2]).abs() / boxes[g, 2:].clamp(min=1e-3)
        far = away.pow(2).sum(1)
        order = far.argsort()[:MOST_CELLS]
        order = order[(away[order] <= CENTRAL / 2).all(1)]
        if not len(order):
            order = far.argmin()[None]
        share = torch.exp(-8.0 * (far[order] - far[order[0]]))
        value[order, g] = share
        owner[order] = g
    return owner, value


def pair_loss(
    logits: Tensor, targets: list[TorchTarget], matches: list[tuple[Match, Match]]
) -> Tensor:
    """Train the pair scorer on which matched entities are related, by a focal loss."""
    wanted = torch.zeros_like(logits)
    weight = torch.ones_like(logits)
    for i, target in enumerate(targets):
        rows, ids = matches[i][0]
        query = torch.full((len(target.labels) + 1,), -1)
        query[ids] = rows
        if target.denied is not None:
            weight[i] = 0.0
            weight[i][rows[:, None], rows] = 1.0
        weight[i].fill_diagonal_(0.0)
        sub, obj = query[target.relations[:, 0]], query[target.relations[:, 1]]
        both = (sub >= 0) & (obj >= 0)
        wanted[i, sub[both], obj[both]] = 1.0
    p = logits.sigmoid()
    term = F.binary_cross_entropy_with_logits(logits, wanted, reduction='none')
    return (term * (wanted - p).abs() ** 2 * weight).sum() / wanted.sum().clamp(min=1.0) * 4.0
