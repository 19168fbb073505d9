# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""RelTR's matching of queries to truth, and its losses (Cong et al. 2023; official criterion)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor
from torch.nn import functional as F

ALPHA, GAMMA = 0.25, 2.0
COST_CLASS, COST_BOX, COST_GIOU, COST_PREDICATE = 1.0, 5.0, 2.0, 0.5
GOOD_IOU = 0.7
TRIPLET_WEIGHT = 0.5
# Where a word was not looked for it is doubted, or every query would drift to such words.
DOUBT = 0.3
LOSS_WEIGHTS = {'loss_ce': 1.0, 'loss_bbox': 5.0, 'loss_giou': 2.0, 'loss_rel': 1.0}


@dataclass(frozen=True, slots=True)
class TorchTarget:
    """Hold one image's truth: labels (G,), boxes (G, 4) cx, cy, w, h, relations (R, 3) subject,
    object, predicate; ``denied`` (classes + 1,) False where a class was not looked for;
    ``ignored`` (I, 4) boxes of which nothing is known.
    """

    labels: Tensor
    boxes: Tensor
    relations: Tensor
    denied: Tensor | None = None
    ignored: Tensor | None = None


Match = tuple[Tensor, Tensor]


def corners(box: Tensor) -> Tensor:
    """Turn (cx, cy, w, h) into (x1, y1, x2, y2)."""
    return torch.cat([box[..., :2] - box[..., 2:] / 2, box[..., :2] + box[..., 2:] / 2], dim=-1)


def pairwise(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Return IoU and generalised IoU (N, M) of corner boxes."""
    area_a = (a[:, 2:] - a[:, :2]).clamp(min=0).prod(1)
    area_b = (b[:, 2:] - b[:, :2]).clamp(min=0).prod(1)
    inter = _span(a, b, torch.max, torch.min)
    union = area_a[:, None] + area_b - inter
    hull = _span(a, b, torch.min, torch.max)
    iou = inter / union.clamp(min=1e-9)
    return iou, iou - (hull - union) / hull.clamp(min=1e-9)


def _span(a: Tensor, b: Tensor, low, high) -> Tensor:
    first = low(a[:, None, :2], b[None, :, :2])
    last = high(a[:, None, 2:], b[None, :, 2:])
    return (last - first).clamp(min=0).prod(2)


def paired_giou(a: Tensor, b: Tensor) -> Tensor:
    """Return the generalised IoU (N,) of corner boxes, one to one."""
    low, high = torch.max(a[:, :2], b[:, :2]), torch.min(a[:, 2:], b[:, 2:])
    inter = (high - low).clamp(min=0).prod(1)
    union = (a[:, 2:] - a[:, :2]).prod(1) + (b[:, 2:] - b[:, :2]).prod(1) - inter
    low, high = torch.min(a[:, :2], b[:, :2]), torch.max(a[:, 2:], b[:, 2:])
    hull = (high - low).clamp(min=0).prod(1)
    return inter / union.clamp(min=1e-9) - (hull - union) / hull.clamp(min=1e-9)


def class_cost(logits: Tensor, ids: Tensor) -> Tensor:
    """Return the focal cost (N, M) of giving N queries the classes ``ids`` (M,)."""
    p = logits[:, ids].sigmoid()
    miss = (1 - ALPHA) * p**GAMMA * -(1 - p + 1e-8).log()
    hit = ALPHA * (1 - p) ** GAMMA * -(p + 1e-8).log()
    return hit - miss


def _place_cost(logits: Tensor, boxes: Tensor, ids: Tensor, truth: Tensor) -> Tensor:
    far = torch.cdist(boxes, truth, p=1)
    _, giou = pairwise(corners(boxes), corners(truth))
    return COST_CLASS * class_cost(logits, ids) + COST_BOX * far - COST_GIOU * giou


@torch.no_grad()
def match(output: dict[str, Tensor], targets: list[TorchTarget]) -> list[tuple[Match, Match]]:
    """Match entities and triplets of each image: pairs of (query, truth) indices."""
    matches = []
    for i, target in enumerate(targets):
        cost = _place_cost(
            output['pred_logits'][i], output['pred_boxes'][i], target.labels, target.boxes
        )
        entity = _assign(cost)
        sub, obj, predicate = target.relations.unbind(1)
        cost = COST_PREDICATE * class_cost(output['rel_logits'][i], predicate)
        for role, index in (('sub', sub), ('obj', obj)):
            cost = cost + _place_cost(
                output[f'{role}_logits'][i],
                output[f'{role}_boxes'][i],
                target.labels[index],
                target.boxes[index],
            )
        matches.append((entity, _assign(cost)))
    return matches


def _assign(cost: Tensor) -> Match:
    rows, columns = linear_sum_assignment(torch.nan_to_num(cost, nan=1e4).cpu().numpy())
    return torch.as_tensor(rows), torch.as_tensor(columns)


@torch.no_grad()
def background_weights(
    output: dict[str, Tensor], targets: list[TorchTarget], matches: list[tuple[Match, Match]]
) -> tuple[Tensor, Tensor]:
    """Return weights (B, T) of the subjects' and objects' class terms.

    An unmatched one that found some entity (its label, IoU >= 0.7) has 0, all others 1.
    """
    weights = []
    for role in ('sub', 'obj'):
        weight = torch.ones(output[f'{role}_logits'].shape[:2])
        for i, target in enumerate(targets):
            best = output[f'{role}_logits'][i, :, :-1].argmax(1)
            iou, _ = pairwise(corners(output[f'{role}_boxes'][i]), corners(target.boxes))
            good = ((iou >= GOOD_IOU) & (best[:, None] == target.labels)).any(1)
            good[matches[i][1][0]] = False
            weight[i, good] = 0.0
        weights.append(weight)
    return weights[0], weights[1]


def losses(
    output: dict[str, Tensor],
    targets: list[TorchTarget],
    no_object: float = 0.1,
    matches: list[tuple[Match, Match]] | None = None,
) -> tuple[dict[str, Tensor], list[tuple[Match, Match]]]:
    """Return the four losses of one decoder layer, not weighted, and the matches.

    ``matches`` are those of another layer, else they are made. ``no_object`` weighs the
    background classes. On an image whose classes were looked for only in part, a background
    query pays for the classes that were, and none within ``ignored``.
    """
    matches = match(output, targets) if matches is None else matches
    weights = dict(zip(('sub', 'obj'), background_weights(output, targets, matches), strict=True))
    background = output['pred_logits'].shape[2] - 1
    terms, norms, predicted, truth = [], [], [], []
    for role in ('pred', 'sub', 'obj'):
        logits, boxes = output[f'{role}_logits'], output[f'{role}_boxes']
        wanted = torch.full(logits.shape[:2], background)
        for i, target in enumerate(targets):
            (entity_rows, entity_ids), (rows, ids) = matches[i]
            if role == 'pred':
                rows, found = entity_rows, entity_ids
            else:
                found = target.relations[ids, 0 if role == 'sub' else 1]
            wanted[i, rows] = target.labels[found]
            predicted.append(boxes[i, rows])
            truth.append(target.boxes[found])
        scale = torch.where(wanted == background, no_object, 1.0)
        norms.append(scale)
        if role != 'pred':
            scale = scale * TRIPLET_WEIGHT * weights[role]
        terms.append(_class_terms(logits, boxes, wanted, targets) * scale)
    norm = sum(scale.sum() for scale in norms)
    count = max(sum(len(t.labels) + len(t.relations) for t in targets), 1)
    near, real = torch.cat(predicted), torch.cat(truth)
    rel = output['rel_logits']
    nothing = rel.shape[2] - 1
    wanted = torch.full(rel.shape[:2], nothing)
    for i, target in enumerate(targets):
        rows, ids = matches[i][1]
        wanted[i, rows] = target.relations[ids, 2]
    scale = torch.where(wanted == nothing, no_object, 1.0)
    for i, target in enumerate(targets):
        if target.denied is not None:
            scale[i, wanted[i] == nothing] = 0.0
    term = F.cross_entropy(rel.flatten(0, 1), wanted.flatten(), reduction='none').view_as(scale)
    return {
        'loss_ce': sum(term.sum() for term in terms) / norm,
        'loss_bbox': (near - real).abs().sum() / count,
        'loss_giou': (1 - paired_giou(corners(near), corners(real))).sum() / count,
        'loss_rel': (term * scale).sum() / scale.sum().clamp(min=1e-6),
    }, matches


def _class_terms(
    logits: Tensor, boxes: Tensor, wanted: Tensor, targets: list[TorchTarget]
) -> Tensor:
    terms = F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), reduction='none')
    terms = terms.view_as(wanted)
    background = logits.shape[2] - 1
    for i, target in enumerate(targets):
        if target.denied is None:
            continue
        allowed = logits[i].masked_fill(target.denied, float('-inf'))
        free = logits[i].logsumexp(1) - allowed.logsumexp(1)
        if target.ignored is not None and len(target.ignored):
            iou, _ = pairwise(corners(boxes[i].detach()), corners(target.ignored))
            known = iou.amax(1) < 0.4
            free, doubted = free * known, terms[i] * known
        else:
            doubted = terms[i]
        free = free + DOUBT * doubted
        terms = terms.clone()
        terms[i] = torch.where(wanted[i] == background, free, terms[i])
    return terms
