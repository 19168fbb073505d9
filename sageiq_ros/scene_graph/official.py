# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The official rules from RelTR's outputs to a scene graph, for comparison by name.

Both make two regions a triplet, its own subject and object: nothing is merged and no entity
stands alone. Boxes are not clamped and may leave the image. The dummy class 0 can win.
Sources: inference.py and engine.py (evaluate_rel_batch) with lib/evaluation/sg_eval.py of the
official repository.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.config import SceneGraphConfig
from sageiq_ros.probability import softmax
from sageiq_ros.types import Box, Region, SceneGraph, Triplet
from sageiq_ros.vocabulary import OBJECTS, PREDICATES

DEMO_THRESHOLD = 0.3
DEMO_TRIPLETS = 10

Array = NDArray[np.floating]
Outputs = Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Hold the T triplet queries' classes and scores, subject, object, predicate: (T, 3) each.

    ``order`` (K,) lists the queries that count, the best first.
    """

    labels: NDArray[np.intp]
    scores: Array
    order: NDArray[np.intp]


def rank_demo(outputs: Outputs) -> Ranked:
    """Rank the triplet queries of one image as the official demo does.

    Softmax over all columns, the last one dropped; subject, object and predicate must each be
    above 0.3, and the ten of the highest product are kept.
    """
    logits = (outputs[name][0] for name in ('sub_logits', 'obj_logits', 'rel_logits'))
    labels, scores = _best(*(softmax(values)[:, :-1] for values in logits))
    kept = np.flatnonzero((scores > DEMO_THRESHOLD).all(axis=1))
    order = kept[np.argsort(-scores[kept].prod(axis=1), kind='stable')]
    return Ranked(labels, scores, order[:DEMO_TRIPLETS])


def rank_evaluation(outputs: Outputs) -> Ranked:
    """Rank the triplet queries of one image as the official evaluation does: all of them.

    Predicates are a softmax over their real columns alone; subjects and objects as in the demo.
    """
    entities = (softmax(outputs[name][0])[:, :-1] for name in ('sub_logits', 'obj_logits'))
    labels, scores = _best(*entities, softmax(outputs['rel_logits'][0][:, 1:-1]))
    labels[:, 2] += 1
    return Ranked(labels, scores, np.argsort(-scores.prod(axis=1), kind='stable'))


def demo_graph(
    outputs: Outputs, width: float, height: float, config: SceneGraphConfig
) -> SceneGraph:
    """Build the graph of one image of ``width`` x ``height`` pixels by ``rank_demo``.

    ``outputs`` as for ``build_graph``; of ``config`` only ``max_triplets`` counts.
    """
    return _graph(outputs, width, height, rank_demo(outputs), config.max_triplets)


def evaluation_graph(
    outputs: Outputs, width: float, height: float, config: SceneGraphConfig
) -> SceneGraph:
    """Build the graph of one image of ``width`` x ``height`` pixels by ``rank_evaluation``.

    ``outputs`` as for ``build_graph``; of ``config`` only ``max_triplets`` counts, the K of
    recall at K.
    """
    return _graph(outputs, width, height, rank_evaluation(outputs), config.max_triplets)


def _best(*tables: Array) -> tuple[NDArray[np.intp], Array]:
    labels = np.stack([table.argmax(axis=1) for table in tables], axis=1)
    return labels, np.stack([table.max(axis=1) for table in tables], axis=1)


def _graph(outputs: Outputs, width: float, height: float, ranked: Ranked, most: int) -> SceneGraph:
    regions: list[Region] = []
    triplets: list[Triplet] = []
    for query in ranked.order[:most]:
        for column, name in enumerate(('sub_boxes', 'obj_boxes')):
            x, y, w, h = (float(value) for value in outputs[name][0][query])
            left, top, right, bottom = x - w / 2, y - h / 2, x + w / 2, y + h / 2
            regions.append(
                Region(
                    OBJECTS[ranked.labels[query, column]],
                    float(ranked.scores[query, column]),
                    Box(left * width, top * height, right * width, bottom * height),
                )
            )
        subject = len(regions) - 2
        predicate = PREDICATES[ranked.labels[query, 2]]
        confidence = float(ranked.scores[query].prod())
        triplets.append(Triplet(subject, predicate, subject + 1, confidence))
    return SceneGraph(tuple(regions), tuple(triplets))
