# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Several varied looks at one frame, merged: against missed detections (paper, section IV-D5).

The paper runs stage 1 five times and unites the answers. The same network gives the same answer
to the same picture, so here the picture varies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sageiq_ros.config import SceneGraphConfig
from sageiq_ros.geometry import box_iou, clip_box
from sageiq_ros.scene_graph.base import SceneGraphGenerator
from sageiq_ros.scene_graph.postprocess import Named, merge
from sageiq_ros.types import Box, Image, Region, SceneGraph, Triplet

EDGE = 0.02
"""Share of a window's side within which a box counts as cut by it."""
TOUCH = 1e-6


@dataclass(frozen=True, slots=True)
class Look:
    """Describe a look: the window as shares of width and height, and whether it is mirrored."""

    name: str
    window: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    mirrored: bool = False

    def pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Return the window's pixel edges x1, y1, x2, y2, at least one pixel wide and high."""
        x1, x2 = (round(share * width) for share in self.window[::2])
        y1, y2 = (round(share * height) for share in self.window[1::2])
        x1, y1 = min(x1, width - 1), min(y1, height - 1)
        return x1, y1, max(x2, x1 + 1), max(y2, y1 + 1)


LOOKS = (
    Look('whole'),
    Look('mirrored', mirrored=True),
    Look('centre', (0.25, 0.25, 0.75, 0.75)),
    Look('left', (0.0, 0.2, 0.6, 0.8)),
    Look('right', (0.4, 0.2, 1.0, 0.8)),
)
"""The looks in the order in which ``scene_graph.looks`` takes them."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Hold what one look saw in a frame of ``size`` (width, height), in the frame's pixels.

    ``window`` are the edges of the look.
    """

    graph: SceneGraph
    window: Box
    size: tuple[int, int]

    def cuts(self, box: Box) -> bool:
        """Tell whether a box comes within ``EDGE`` of a window's edge inside the frame."""
        window, (width, height) = self.window, self.size
        across, along = EDGE * window.width, EDGE * window.height
        return (
            (window.x1 > 0 and box.x1 < window.x1 + across)
            or (window.x2 < width and box.x2 > window.x2 - across)
            or (window.y1 > 0 and box.y1 < window.y1 + along)
            or (window.y2 < height and box.y2 > window.y2 - along)
        )

    def part(self, box: Box) -> Box:
        """Return the part of a box that lies in the window, maybe empty."""
        window = self.window
        moved = Box(box.x1 - window.x1, box.y1 - window.y1, box.x2 - window.x1, box.y2 - window.y1)
        inside = clip_box(moved, window.width, window.height)
        return Box(
            inside.x1 + window.x1,
            inside.y1 + window.y1,
            inside.x2 + window.x1,
            inside.y2 + window.y1,
        )


class EnsembleGenerator:
    """Generate a graph from the first ``config.looks`` of ``LOOKS`` with another generator.

    One look is that generator's own answer, unchanged. Each look costs one run of it.
    """

    def __init__(self, inner: SceneGraphGenerator) -> None:
        self._inner = inner

    @property
    def name(self) -> str:
        """Name the generator that looks."""
        return self._inner.name

    def generate(self, image: Image, config: SceneGraphConfig) -> SceneGraph:
        """Return the merged graph of one BGR image."""
        if config.looks == 1:
            return self._inner.generate(image, config)
        seen = [self._look(image, look, config) for look in LOOKS[: config.looks]]
        return merge_looks(seen, config)

    def _look(self, image: Image, look: Look, config: SceneGraphConfig) -> Seen:
        height, width = image.shape[:2]
        x1, y1, x2, y2 = look.pixels(width, height)
        view = image[y1:y2, x1:x2]
        view = np.ascontiguousarray(view[:, ::-1] if look.mirrored else view)
        graph = map_back(self._inner.generate(view, config), look, width, height)
        window = Box(float(x1), float(y1), float(x2), float(y2))
        return Seen(graph, window, (width, height))


def map_back(graph: SceneGraph, look: Look, width: int, height: int) -> SceneGraph:
    """Turn a graph in a look's pixels into one in the pixels of its frame."""
    x1, y1, x2, _ = look.pixels(width, height)

    def moved(box: Box) -> Box:
        left, right = (x2 - box.x2, x2 - box.x1) if look.mirrored else (x1 + box.x1, x1 + box.x2)
        return Box(left, y1 + box.y1, right, y1 + box.y2)

    regions = tuple(replace(region, box=moved(region.box)) for region in graph.regions)
    return replace(graph, regions=regions)


def merge_looks(seen: Sequence[Seen], config: SceneGraphConfig) -> SceneGraph:
    """Unite what several looks saw.

    Regions of one label that overlap by ``merge_iou`` are one, with the surest one's box. A
    region that a window cuts is not taken; it stands for the region of its label whose part
    inside the window it overlaps by ``merge_iou``, so that its triplets are kept, and is dropped
    where there is none. A pair of regions keeps its surest predicate.

    Confidences are means over the looks that could see the whole region, or both of a triplet; a
    look that could and did not counts as 0. So what one look alone saw is kept, behind what all
    agree on; the thresholds have acted on each look before.
    """
    regions, place, voters = _unite_regions(seen, config.merge_iou)
    votes: dict[tuple[int, int], dict[str, dict[int, float]]] = {}
    for look, one in enumerate(seen):
        for triplet in one.graph.triplets:
            subject, object_ = place[look, triplet.subject], place[look, triplet.object]
            if subject is None or object_ is None or subject == object_:
                continue
            predicates = votes.setdefault((subject, object_), {})
            _vote(predicates.setdefault(triplet.predicate, {}), look, triplet.confidence)
    triplets = []
    for (subject, object_), predicates in votes.items():
        could = voters[subject] & voters[object_]
        means = {predicate: _mean(found, could) for predicate, found in predicates.items()}
        surest = max(means, key=means.__getitem__)
        triplets.append(Triplet(subject, surest, object_, means[surest]))
    triplets.sort(key=lambda triplet: -triplet.confidence)
    return SceneGraph(regions, tuple(triplets[: config.max_triplets]))


def _unite_regions(
    seen: Sequence[Seen], least_iou: float
) -> tuple[tuple[Region, ...], dict[tuple[int, int], int | None], list[set[int]]]:
    """Return the united regions, each (look, index)'s place among them, and who could see each."""
    found = [
        (look, index, region)
        for look, one in enumerate(seen)
        for index, region in enumerate(one.graph.regions)
    ]
    whole = [entry for entry in found if not seen[entry[0]].cuts(entry[2].box)]
    numbers = {label: number for number, label in enumerate({r.label: None for *_, r in whole})}
    edges = [(r.box.x1, r.box.y1, r.box.x2, r.box.y2) for *_, r in whole]
    owner, surest = merge(
        Named(
            np.array([numbers[region.label] for *_, region in whole], np.intp),
            np.array([region.confidence for *_, region in whole]),
            np.array(edges, float).reshape(-1, 4),
        ),
        least_iou,
    )
    heads = [whole[index][2] for index in surest]
    place: dict[tuple[int, int], int | None] = {
        (look, index): int(group) for (look, index, _), group in zip(whole, owner, strict=True)
    }
    votes: list[dict[int, float]] = [{} for _ in heads]
    for look, index, region in found:
        if (look, index) not in place:
            place[look, index] = _stands_for(region, seen[look], heads, least_iou)
        group = place[look, index]
        if group is not None:
            _vote(votes[group], look, region.confidence)
    could = [{look for look, one in enumerate(seen) if not one.cuts(head.box)} for head in heads]
    regions = tuple(
        replace(head, confidence=_mean(found, voters))
        for head, found, voters in zip(heads, votes, could, strict=True)
    )
    return regions, place, could


def _stands_for(
    region: Region, one: Seen, heads: Sequence[Region], least_iou: float
) -> int | None:
    """Return which region a cut one is the visible part of."""
    overlaps = [
        box_iou(region.box, one.part(head.box)) if head.label == region.label else 0.0
        for head in heads
    ]
    best = max(range(len(heads)), key=overlaps.__getitem__, default=None)
    return best if best is not None and overlaps[best] >= max(least_iou, TOUCH) else None


def _vote(votes: dict[int, float], look: int, confidence: float) -> None:
    votes[look] = max(votes.get(look, 0.0), confidence)


def _mean(votes: dict[int, float], could: set[int]) -> float:
    """Average a look's surest vote over those that voted and those that could have."""
    return sum(votes.values()) / len(could | votes.keys())
