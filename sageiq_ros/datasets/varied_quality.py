# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures of varied quality out of any folder: cut to regions and degraded, by a seed.

Clean photographs all have nearly the same quality, and what hardly varies correlates with
nothing. Each sample depends on the seed, its picture's place in the list and its version alone,
so that the same samples can be drawn again instead of being kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sageiq_ros.datasets.degradations import DEGRADATIONS, degrade
from sageiq_ros.datasets.labelled_crops import draw_bounds
from sageiq_ros.datasets.photos import read_picture
from sageiq_ros.types import Image, SageIQError

MARGIN_PX = 16

Bounds = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class DrawRule:
    """Say how samples are drawn from pictures.

    ``side`` bounds a region's width and height in pixels, both included, or is None for whole
    pictures; ``versions`` is how often each picture is used; without ``degraded`` the pictures
    stay as they are.
    """

    side: tuple[int, int] | None
    versions: int
    degraded: bool
    seed: int

    def describe(self) -> str:
        """Tell in words what is done to the pictures."""
        if self.side is None:
            cut = 'taken whole'
        else:
            place = 'preferring what is sharp and textured' if self.degraded else 'anywhere'
            cut = (
                f'cut to a region of {self.side[0]} to {self.side[1]} px in width and height '
                f'(drawn evenly and apart), {place}'
            )
        if self.degraded:
            damage = (
                f'degraded by one of {len(DEGRADATIONS)} kinds at a strength of 0 to 1, '
                'both drawn evenly'
            )
        else:
            damage = 'not degraded'
        times = 'once' if self.versions == 1 else f'{self.versions} times'
        return f'Each picture is used {times}, each time {cut}, and {damage}; seed {self.seed}.'


@dataclass(frozen=True, slots=True)
class Sample:
    """Hold a picture (uint8 BGR) of known making, and the same before it was degraded.

    ``picture`` is the place of its source in the list; ``bounds`` are x, y, width and height in
    it, in pixels; ``kind`` is a name of ``DEGRADATIONS``, or empty, and ``strength`` in [0, 1].
    """

    image: Image
    clean: Image
    picture: int
    version: int
    bounds: Bounds
    kind: str
    strength: float


def draw_samples(
    pictures: Sequence[Path], rule: DrawRule, chosen: Iterable[int] | None = None
) -> Iterator[Sample]:
    """Draw ``rule.versions`` samples of every picture, in order, or of the ``chosen`` places only.

    Raises SageIQError for a file that cannot be read and a picture smaller than its regions.
    """
    for index in range(len(pictures)) if chosen is None else chosen:
        path = pictures[index]
        picture = read_picture(path)
        height, width = picture.shape[:2]
        if rule.side is not None and rule.side[1] > min(height, width):
            raise SageIQError(
                f'{path} has {width}x{height} pixels, too few for regions of up to '
                f'{rule.side[1]}; ask for smaller ones or whole pictures with --side.'
            )
        for version in range(rule.versions):
            yield _sample(picture, index, version, rule)


def _sample(picture: Image, index: int, version: int, rule: DrawRule) -> Sample:
    rng = np.random.default_rng([rule.seed, index, version])
    bounds = _bounds(picture, rule, rng)
    kind, strength = '', 0.0
    if rule.degraded:
        kind = str(rng.choice(list(DEGRADATIONS)))
        strength = float(rng.random())
    x, y, w, h = bounds
    return Sample(
        _degraded_region(picture, bounds, kind, strength, rng),
        picture[y : y + h, x : x + w],
        index,
        version,
        bounds,
        kind,
        strength,
    )


def _bounds(picture: Image, rule: DrawRule, rng: np.random.Generator) -> Bounds:
    height, width = picture.shape[:2]
    if rule.side is None:
        return 0, 0, width, height
    w, h = (int(side) for side in rng.integers(rule.side[0], rule.side[1] + 1, 2))
    if rule.degraded:
        return draw_bounds(picture, (w, h), rng)
    return int(rng.integers(width - w + 1)), int(rng.integers(height - h + 1)), w, h


def _degraded_region(
    picture: Image, bounds: Bounds, kind: str, strength: float, rng: np.random.Generator
) -> Image:
    """Degrade a region with a margin, so that blur brings in what lies around it."""
    x, y, w, h = bounds
    if not kind:
        return picture[y : y + h, x : x + w]
    left, top = max(0, x - MARGIN_PX), max(0, y - MARGIN_PX)
    around = picture[top : y + h + MARGIN_PX, left : x + w + MARGIN_PX]
    return degrade(around, kind, strength, rng)[y - top : y - top + h, x - left : x - left + w]
