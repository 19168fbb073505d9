# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The whole loss of a RelTR: every decoder layer, and what an anchored one adds."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from sageiq_ros.models.reltr_anchors import level_centers
from sageiq_ros.training.reltr_matcher import (
    LOSS_WEIGHTS,
    Match,
    TorchTarget,
    corners,
    losses,
    paired_giou,
    pairwise,
)

MOST_CELLS = 10
# Alignment of a cell with an entity: score ** 0.5 * IoU ** 4 (after TOOD, Feng et al. 2021).
SCORE_POWER, IOU_POWER = 0.5, 4.0
LEAST_REACH = 0.75
DENSE_WEIGHT = 2.0


def total_loss(
    output: dict[str, Tensor],
    targets: list[TorchTarget],
    size: tuple[int, int],
    no_object: float,
    anchor_classes: tuple[int, ...] = (),
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
        extra = dense_losses(
            output['dense_logits'], output['dense_boxes'], targets, size, anchor_classes
        )
        extra['pair'] = pair_loss(output['pair_logits'], targets, matches)
        total = total + DENSE_WEIGHT * extra['dense_ce'] + extra['dense_box'] + extra['pair']
        terms.update(extra)
    return total, {name: float(value.detach()) for name, value in terms.items()}


def _weighted(terms: dict[str, Tensor]) -> Tensor:
    return sum(LOSS_WEIGHTS[name] * value for name, value in terms.items())


def dense_losses(
    logits: Tensor,
    boxes: Tensor,
    targets: list[TorchTarget],
    size: tuple[int, int],
    anchor_classes: tuple[int, ...],
) -> dict[str, Tensor]:
    """Train the cells of all levels to name and frame the entities that they see best.

    ``size`` is the middle level's (height, width). The class term is a focal loss towards soft
    targets: an entity's best cell aims at its own IoU.
    """
    centers, sides = level_centers(size, logits.device)
    places = {label: i for i, label in enumerate(anchor_classes)}
    wanted = torch.zeros_like(logits)
    weight = torch.ones_like(logits)
    near, real, share = [], [], []
    for i, target in enumerate(targets):
        if target.denied is not None:
            weight[i] *= target.denied[list(anchor_classes)].to(logits.dtype)
            if target.ignored is not None and len(target.ignored):
                away = (centers[:, None] - target.ignored[:, :2]).abs()
                within = (away <= target.ignored[:, 2:] / 2 + 0.02).all(2).any(1)
                weight[i, within] = 0.0
        known = [g for g, label in enumerate(target.labels.tolist()) if label in places]
        if not known:
            continue
        truth = target.boxes[known]
        labels = torch.tensor([places[int(target.labels[g])] for g in known])
        value = align(logits[i], boxes[i], labels, truth, centers, sides)
        best, owner = value.max(dim=1)
        mine = best > 0
        wanted[i, mine, labels[owner[mine]]] = best[mine]
        weight[i, mine, labels[owner[mine]]] = 1.0
        near.append(boxes[i, mine])
        real.append(truth[owner[mine]])
        share.append(best[mine])
    p = logits.sigmoid()
    term = F.binary_cross_entropy_with_logits(logits, wanted, reduction='none')
    count = wanted.sum().clamp(min=1.0)
    dense_ce = (term * (wanted - p).abs() ** 2 * weight).sum() / count
    if not near:
        return {'dense_ce': dense_ce, 'dense_box': boxes.sum() * 0.0}
    near, real, share = torch.cat(near), torch.cat(real), torch.cat(share)
    box = 5.0 * (near - real).abs().sum(1) + 2.0 * (1 - paired_giou(corners(near), corners(real)))
    return {'dense_ce': dense_ce, 'dense_box': (box * share).sum() / share.sum().clamp(min=1.0)}


@torch.no_grad()
def align(
    logits: Tensor,
    boxes: Tensor,
    labels: Tensor,
    truth: Tensor,
    centers: Tensor,
    sides: Tensor,
) -> Tensor:
    """Return how much each cell (N,) answers for each entity (G,), in [0, 1].

    The cells within an entity that see it best answer for it, at most ``MOST_CELLS``; each cell
    answers for one entity.
    """
    iou, _ = pairwise(corners(boxes), corners(truth))
    score = logits[:, labels].sigmoid()
    reach = torch.maximum(truth[None, :, 2:] / 2, LEAST_REACH * sides[:, None])
    away = (centers[:, None] - truth[None, :, :2]).abs() / reach
    metric = score**SCORE_POWER * iou.clamp(min=1e-3) ** IOU_POWER
    metric = metric * torch.exp(-away.pow(2).sum(2)) * (away <= 1).all(2)
    count = min(MOST_CELLS, len(metric))
    least = metric.topk(count, dim=0).values[-1]
    metric = metric * (metric >= least)
    only = metric == metric.amax(dim=1, keepdim=True)
    metric = metric * only
    peak = metric.amax(dim=0)
    best_iou = (iou * (metric > 0)).amax(dim=0)
    # A box that nothing frames well yet still needs an aim that is not nothing.
    return metric / peak.clamp(min=1e-12) * best_iou.clamp(min=0.3)


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
