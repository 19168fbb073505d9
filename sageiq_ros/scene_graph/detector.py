# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Stage 1 from an object detector: triplets from entities alone (the paper's OD ablation)."""

from __future__ import annotations

from itertools import combinations

from sageiq_ros.config import SceneGraphConfig
from sageiq_ros.relations import relate, support_from_boxes
from sageiq_ros.scene_graph.detections import Detections, Detector
from sageiq_ros.types import Box, Image, Region, SceneGraph, Triplet

NO_RELATION = 'and'


class DetectorGenerator:
    """Generate scene graphs from a detector's entities (paper, section IV-D3, OD).

    The paper hands the bare list of entities to the analyzer. Algorithm 1 needs pairs, so each
    two entities become one triplet: by the geometric rule of docs/scene_graph_labels.md where it
    tells a predicate, else by ``and``, Visual Genome's word for two things side by side. The
    triplet's confidence is the product of the two scores, for no predicate was looked for.
    """

    def __init__(self, detector: Detector) -> None:
        self._detector = detector

    @property
    def name(self) -> str:
        """Name the network and its precision."""
        return self._detector.name

    def generate(self, image: Image, config: SceneGraphConfig) -> SceneGraph:
        """Return the graph of one BGR image; fewer than two entities give no triplet."""
        found = self._detector.detect(image, config.entity_threshold, config.merge_iou)
        return pair_entities(found, image.shape[:2], config)


def pair_entities(
    found: Detections, size: tuple[int, int], config: SceneGraphConfig
) -> SceneGraph:
    """Relate the entities of an image of ``size`` (height, width), the surest pairs first."""
    supports = support_from_boxes(found.boxes, found.labels)
    predicates: dict[frozenset[int], tuple[int, str, int]] = {}
    for relation in relate(found.boxes, found.labels, supports, size):
        predicates.setdefault(frozenset((relation[0], relation[2])), relation)
    triplets = []
    for first, second in combinations(range(len(found.labels)), 2):
        confidence = float(found.scores[first]) * float(found.scores[second])
        if confidence >= config.relation_threshold:
            alone = (first, NO_RELATION, second)
            triplets.append(
                Triplet(*predicates.get(frozenset((first, second)), alone), confidence)
            )
    triplets.sort(key=lambda triplet: -triplet.confidence)
    regions = tuple(
        Region(label, float(score), Box(*(float(edge) for edge in box)))
        for label, score, box in zip(found.labels, found.scores, found.boxes, strict=True)
    )
    return SceneGraph(regions, tuple(triplets[: config.max_triplets]))
