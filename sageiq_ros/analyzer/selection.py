# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The rule that turns entity weights into the triplets that are scored, the best first."""

from __future__ import annotations

from collections.abc import Callable

from sageiq_ros.config import AnalyzerConfig
from sageiq_ros.types import SceneGraph, WeightedTriplet, WeightSource

Weigh = Callable[[str], tuple[float, WeightSource]]

# A triplet's source is that of its less certain entity.
_CERTAINTY = (WeightSource.UNKNOWN, WeightSource.PRIOR, WeightSource.LLM, WeightSource.MEMO)


def select_triplets(
    graph: SceneGraph, weigh: Weigh, config: AnalyzerConfig
) -> tuple[WeightedTriplet, ...]:
    """Select the triplets that matter, the most important first.

    ``weigh`` gives a label's weight in [1, 10] and where it came from. A triplet's relevance is
    the larger weight of its two entities and must reach ``config.min_weight``; the order is by
    relevance, then by confidence. Of several triplets between the same subject and object only
    the first stays. Where more are left than ``config.max_triplets``, those go first that show
    a region of weight ``min_weight`` or more that no earlier one shows, so that one car with five
    relations does not hide four others.
    """
    weights = [weigh(region.label) for region in graph.regions]

    def relevance(index: int) -> float:
        triplet = graph.triplets[index]
        return max(weights[triplet.subject][0], weights[triplet.object][0])

    relevant = [i for i in range(len(graph.triplets)) if relevance(i) >= config.min_weight]
    relevant.sort(key=lambda i: (-relevance(i), -graph.triplets[i].confidence, i))
    pairs: set[tuple[int, int]] = set()
    shown: set[int] = set()
    first: list[int] = []
    rest: list[int] = []
    for index in relevant:
        pair = graph.triplets[index].subject, graph.triplets[index].object
        if pair in pairs:
            continue
        pairs.add(pair)
        new = {region for region in pair if weights[region][0] >= config.min_weight} - shown
        (first if new else rest).append(index)
        shown |= new
    chosen = (first + rest)[: config.max_triplets]
    chosen.sort(key=relevant.index)
    return tuple(
        WeightedTriplet(
            triplet=index,
            subject_weight=weights[graph.triplets[index].subject][0],
            object_weight=weights[graph.triplets[index].object][0],
            source=min(
                weights[graph.triplets[index].subject][1],
                weights[graph.triplets[index].object][1],
                key=_CERTAINTY.index,
            ),
        )
        for index in chosen
    )
