# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""One picture of SageIQ-D: degraded as a whole, its objects laid back clear (section III-C)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from sageiq_ros.datasets.readers.base import AnnotatedBox, AnnotatedImage
from sageiq_ros.geometry import pixel_bounds
from sageiq_ros.sageiq_d.degradations import find_degradation
from sageiq_ros.types import Image, SageIQError

MOST_BOXES = 7
DEFAULT_BOXES = 5
LEAST_SIDE_PX = 16

Bounds = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class BoxRule:
    """Say which annotated boxes become regions: the ``most`` largest of at least ``least_side``.

    The paper takes at most five of a picture and does not say which. A region smaller than 16 px
    shows too little to be scored.
    """

    most: int = DEFAULT_BOXES
    least_side: int = LEAST_SIDE_PX

    def __post_init__(self) -> None:
        if not 1 <= self.most <= MOST_BOXES:
            raise SageIQError(f'A picture has 1 to {MOST_BOXES} regions, not {self.most}.')
        if self.least_side < 1:
            raise SageIQError(f'A region has at least 1 px a side, not {self.least_side}.')


@dataclass(frozen=True, slots=True)
class ClearRegion:
    """Hold a region that stays clear: its label and its pixels x, y, width and height."""

    label: str
    bounds: Bounds


def choose_regions(annotated: AnnotatedImage, rule: BoxRule) -> tuple[ClearRegion, ...]:
    """Choose a picture's regions by a rule, the largest first; equal ones as annotated."""
    height, width = annotated.image.shape[:2]
    found = [
        ClearRegion(box.label, pixel_bounds(box.box, width, height))
        for box in annotated.boxes
        if _least_side(box) >= rule.least_side
    ]
    found.sort(key=lambda region: -region.bounds[2] * region.bounds[3])
    return tuple(found[: rule.most])


def make_hybrid(
    image: Image, regions: tuple[ClearRegion, ...], degradation: str, source: tuple[str, str, int]
) -> Image:
    """Degrade an image and lay its regions back as they were; returns a new image.

    ``source`` is the data set's name, the picture's key and a seed: together with the
    degradation's name they decide what is drawn at random, so that a picture is the same
    whichever order or machine it is made in.
    """
    dataset, key, seed = source
    hybrid = find_degradation(degradation).apply(
        image, seeded(str(seed), dataset, key, degradation)
    )
    for region in regions:
        x, y, w, h = region.bounds
        hybrid[y : y + h, x : x + w] = image[y : y + h, x : x + w]
    return hybrid


def seeded(*words: str) -> np.random.Generator:
    """Return a generator that words decide, the same on every machine."""
    digest = hashlib.sha256('\0'.join(words).encode(errors='surrogatepass')).digest()
    return np.random.default_rng(np.frombuffer(digest, np.uint32))


def clear_crops(image: Image, regions: tuple[ClearRegion, ...]) -> list[Image]:
    """Return views of the regions' pixels."""
    return [image[y : y + h, x : x + w] for x, y, w, h in (r.bounds for r in regions)]


def _least_side(annotated: AnnotatedBox) -> float:
    return min(annotated.box.width, annotated.box.height)
