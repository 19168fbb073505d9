# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""From a RelTR's logits and boxes to a scene graph: thresholds, merging, ranking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.config import SceneGraphConfig
from sageiq_ros.geometry import pairwise_iou
from sageiq_ros.probability import softmax
from sageiq_ros.types import Box, Region, SceneGraph, Triplet
from sageiq_ros.vocabulary import OBJECTS, PREDICATES

Array = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Named:
    """Hold N queries' best classes: ``labels``, ``scores`` (N,), ``boxes`` (N, 4) in pixels."""

    labels: NDArray[np.intp]
    scores: Array
    boxes: Array


def name_entities(logits: Array, boxes: Array, width: float, height: float) -> Named:
    """Name queries by logits (N, classes + 1) and boxes (N, 4) as cx, cy, w, h in [0, 1].

    The dummy class 0 and the last column, no object, take part in the softmax and never win.
    Boxes come out as x1, y1, x2, y2 inside the image.
    """
    scores = softmax(logits)[:, 1:-1]
    labels = scores.argmax(axis=1)
    half = boxes[:, 2:] / 2
    corners = np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], axis=1)
    corners = corners.clip(0.0, 1.0) * [width, height, width, height]
    return Named(labels + 1, scores[np.arange(len(labels)), labels], corners)


def name_predicates(logits: Array) -> tuple[NDArray[np.intp], Array]:
    """Return predicate indices and scores (T,) of logits (T, predicates + 1).

    The dummy class 0 is left out of the softmax; the last column, no relation, lowers the
    scores and never wins.
    """
    scores = softmax(logits[:, 1:])[:, :-1]
    labels = scores.argmax(axis=1)
    return labels + 1, scores[np.arange(len(labels)), labels]


def build_graph(
    outputs: Mapping[str, Array], width: float, height: float, config: SceneGraphConfig
) -> SceneGraph:
    """Build the graph of one image of ``width`` x ``height`` pixels from a RelTR's outputs.

    ``outputs`` holds, with a leading axis of 1, ``pred_logits``, ``pred_boxes``, ``sub_logits``,
    ``sub_boxes``, ``obj_logits``, ``obj_boxes`` and ``rel_logits``. An entity counts from
    ``entity_threshold`` on; a triplet needs two such entities and a confidence (the product of
    the three scores) from ``relation_threshold`` on. Boxes of one label that overlap by more
    than ``merge_iou`` are one region, the surest; a pair of regions keeps its surest predicate.
    The surest ``max_triplets`` are kept.
    """
    entity, sub, obj = (
        name_entities(outputs[f'{role}_logits'][0], outputs[f'{role}_boxes'][0], width, height)
        for role in ('pred', 'sub', 'obj')
    )
    predicates, relation_scores = name_predicates(outputs['rel_logits'][0])
    least = config.entity_threshold
    confidence = sub.scores * obj.scores * relation_scores
    kept = np.flatnonzero(
        (sub.scores >= least) & (obj.scores >= least) & (confidence >= config.relation_threshold)
    )
    alone = np.flatnonzero(entity.scores >= least)
    found = Named(
        np.concatenate([entity.labels[alone], sub.labels[kept], obj.labels[kept]]),
        np.concatenate([entity.scores[alone], sub.scores[kept], obj.scores[kept]]),
        np.concatenate([entity.boxes[alone], sub.boxes[kept], obj.boxes[kept]]),
    )
    owner, surest = merge(found, config.merge_iou)
    subjects = owner[len(alone) : len(alone) + len(kept)]
    objects = owner[len(alone) + len(kept) :]
    best: dict[tuple[int, int], tuple[float, int]] = {}
    for position in np.argsort(-confidence[kept], kind='stable'):
        pair = int(subjects[position]), int(objects[position])
        if pair[0] != pair[1]:
            index = kept[position]
            best.setdefault(pair, (float(confidence[index]), int(predicates[index])))
    triplets = tuple(
        Triplet(pair[0], PREDICATES[predicate], pair[1], score)
        for pair, (score, predicate) in list(best.items())[: config.max_triplets]
    )
    regions = tuple(
        Region(
            OBJECTS[found.labels[index]],
            float(found.scores[index]),
            Box(*(float(edge) for edge in found.boxes[index])),
        )
        for index in surest
    )
    return SceneGraph(regions, triplets)


def merge(found: Named, least_iou: float) -> tuple[NDArray[np.intp], list[int]]:
    """Group boxes of one label that overlap the group's surest box by ``least_iou``.

    Returns each box's group (N,) and the surest box of every group, the surest group first.
    """
    same = pairwise_iou(found.boxes, found.boxes) >= least_iou
    same &= found.labels[:, None] == found.labels
    owner = np.full(len(found.labels), -1, np.intp)
    surest: list[int] = []
    for index in np.argsort(-found.scores, kind='stable').tolist():
        if owner[index] < 0:
            owner[same[index] & (owner < 0)] = owner[index] = len(surest)
            surest.append(index)
    return owner, surest
