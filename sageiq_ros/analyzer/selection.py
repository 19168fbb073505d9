# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The rule that turns weights into the triplets that are scored, the best first."""

from __future__ import annotations

from collections.abc import Sequence

from sageiq_ros.config import AnalyzerConfig
from sageiq_ros.types import SceneGraph, WeightedTriplet, WeightSource

Weights = tuple[float, float, WeightSource]
"""Weights of a triplet's subject and object in [1, 10], and where they came from."""

# A triplet's source is that of its less certain entity.
_CERTAINTY = {
    WeightSource.UNKNOWN: 0,
    WeightSource.PRIOR: 1,
    WeightSource.LLM: 2,
    WeightSource.MEMO: 3,
}


def less_certain(first: WeightSource, second: WeightSource) -> WeightSource:
    """Return the source that says less."""
    return first if _CERTAINTY[first] <= _CERTAINTY[second] else second


def relevance(subject_weight: float, object_weight: float) -> float:
    """Return how much a triplet matters: its larger weight, and a tenth of the other."""
    if subject_weight >= object_weight:
        return subject_weight + 0.1 * object_weight
    return object_weight + 0.1 * subject_weight


def select_triplets(
    graph: SceneGraph, weights: Sequence[Weights], config: AnalyzerConfig
) -> tuple[WeightedTriplet, ...]:
    """Select the triplets that matter, the most important first.

    ``weights`` are those of the graph's triplets. The larger of a triplet's two must reach
    ``config.min_weight``; the order is by ``relevance``, then by confidence. Of several triplets
    between the same subject and object only the first stays. Where more are left than
    ``config.max_triplets``, those go first that show a region of weight ``min_weight`` or more
    that no earlier one shows, so that one car with five relations does not hide four others.
    """
    least, most = config.min_weight, config.max_triplets
    triplets = graph.triplets
    keys = []
    for index, (subject, object_, _) in enumerate(weights):
        if subject >= least or object_ >= least:
            keys.append((-relevance(subject, object_), -triplets[index].confidence, index))
    keys.sort()
    pairs: set[tuple[int, int]] = set()
    shown: set[int] = set()
    # Places in ``keys`` of triplets that show something new, and of the others.
    first: list[int] = []
    rest: list[int] = []
    for place, (_, _, index) in enumerate(keys):
        ends = triplets[index].subject, triplets[index].object
        if ends in pairs:
            continue
        pairs.add(ends)
        new = {end for end, weight in zip(ends, weights[index], strict=False) if weight >= least}
        (rest if new <= shown else first).append(place)
        shown |= new
        if len(first) == most:
            break
    return weighted(weights, [keys[place][2] for place in sorted((first + rest)[:most])])


def weighted(weights: Sequence[Weights], chosen: Sequence[int]) -> tuple[WeightedTriplet, ...]:
    """Join the chosen triplets with their weights."""
    return tuple(WeightedTriplet(index, *weights[index]) for index in chosen)
