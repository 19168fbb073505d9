# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Metrics of scene graphs: triplet recall (SGDet) and recall of entities at a false-box rate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sageiq_ros.geometry import box_iou
from sageiq_ros.types import Region, SceneGraph

LEAST_IOU = 0.5


def same(a: Region, b: Region) -> bool:
    """Tell whether two regions agree in label and overlap by at least 0.5."""
    return a.label == b.label and box_iou(a.box, b.box) >= LEAST_IOU


def triplet_recall(found: SceneGraph, truth: SceneGraph, most: int) -> float:
    """Measure the share of true triplets among the ``most`` surest found, in [0, 1].

    A triplet is found when its three words agree and both boxes overlap by at least 0.5; one
    prediction can account for one truth only. Returns NaN where there is no truth.
    """
    if not truth.triplets:
        return float('nan')
    left = list(truth.triplets)
    for guess in found.triplets[:most]:
        for real in left:
            if (
                guess.predicate == real.predicate
                and same(found.regions[guess.subject], truth.regions[real.subject])
                and same(found.regions[guess.object], truth.regions[real.object])
            ):
                left.remove(real)
                break
    return 1.0 - len(left) / len(truth.triplets)


def mean_recall(values: Sequence[float]) -> float:
    """Average recalls over the images that have a truth; NaN without one."""
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float('nan')


def entity_recall(
    found: Sequence[Sequence[Region]], truth: Sequence[Sequence[Region]], false_boxes: float = 1.0
) -> dict[str, dict[str, float]]:
    """Measure, per label, recall at no more than ``false_boxes`` false boxes an image.

    Both sequences hold one entry an image. Boxes are taken surest first over all images; each
    may account for one truth (IoU >= 0.5). Returns ``recall``, the ``threshold`` of confidence
    that reaches it, and ``count`` of truths.
    """
    results: dict[str, dict[str, float]] = {}
    for label in sorted({region.label for regions in truth for region in regions}):
        left = [[r for r in regions if r.label == label] for regions in truth]
        count = sum(len(regions) for regions in left)
        guesses = sorted(
            (
                (region.confidence, image, region)
                for image, regions in enumerate(found)
                for region in regions
                if region.label == label
            ),
            key=lambda item: -item[0],
        )
        hits = misses = 0
        threshold = 1.0
        for confidence, image, region in guesses:
            overlaps = [box_iou(region.box, real.box) for real in left[image]]
            if overlaps and max(overlaps) >= LEAST_IOU:
                left[image].pop(int(np.argmax(overlaps)))
                hits += 1
            else:
                misses += 1
                if misses > false_boxes * len(truth):
                    break
            threshold = confidence
        results[label] = {'recall': hits / count, 'threshold': threshold, 'count': count}
    return results
