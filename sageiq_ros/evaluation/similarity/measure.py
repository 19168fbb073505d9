# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Measure how similar data sets are to a network: the paper's section IV-B2, equations 3 to 7."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.datasets.evenly import evenly
from sageiq_ros.datasets.readers.base import AnnotatedSet
from sageiq_ros.evaluation.similarity.centers import Center, find_center
from sageiq_ros.evaluation.similarity.divergence import (
    SIGNED,
    Contrast,
    Divergence,
    contrast,
    diverge,
    kl,
    mean_to_others,
    signed_shares,
)
from sageiq_ros.evaluation.similarity.features import RESNET50_LENGTH, FeatureExtractor
from sageiq_ros.evaluation.similarity.projection import (
    Distortion,
    Draws,
    distort,
    draw,
    draw_others,
)
from sageiq_ros.types import SageIQError

# Fig. 8 names peaks and valleys in dimensions 1 to 7; how many there are is not said.
DIMENSIONS = 8
# As many as the paper's features have; a projection is to fewer.
MOST_DIMENSIONS = RESNET50_LENGTH


@dataclass(frozen=True, slots=True)
class Similarity:
    """Hold the centres of N data sets, their projection and their divergences.

    ``projected`` is C' (N, L') with R as printed; ``full`` is D of C and ``reduced`` D' of C'.
    ``within`` (N) is the divergence between a set's own halves, NaN for a single picture.
    """

    extractor: str
    resnet50: bool
    seed: int
    centers: tuple[Center, ...]
    projected: NDArray[np.float64]
    full: Divergence
    reduced: Divergence
    within: tuple[float, ...]
    distortions: tuple[Distortion, ...]
    draws: Draws

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(center.name for center in self.centers)

    @property
    def driving(self) -> tuple[bool, ...]:
        return tuple(center.driving for center in self.centers)

    def contrasts(self, *, photographs: bool = False) -> tuple[Contrast, Contrast]:
        """Summarise D and D' by kinds of data sets; if asked, without rendered streets."""
        kept = [not (photographs and center.rendered) for center in self.centers]
        driving = [kind for kind, keep in zip(self.driving, kept, strict=True) if keep]
        square = np.ix_(kept, kept)
        full, reduced = (
            contrast(found.matrix[square], driving) for found in (self.full, self.reduced)
        )
        return full, reduced

    def unsure(self) -> tuple[str, ...]:
        """Name the sets that differ from themselves at least as much as from some other set."""
        others = self.full.matrix + np.where(np.eye(len(self.centers)), np.inf, 0)
        least = np.minimum(others.min(axis=0), others.min(axis=1))
        return tuple(
            name
            for name, within, other in zip(self.names, self.within, least, strict=True)
            if within >= other
        )

    def farthest(self) -> str | None:
        """Name the set with the largest mean divergence in D; None where one is undefined."""
        means = mean_to_others(self.full.matrix)
        return None if np.isnan(means).any() else self.names[int(means.argmax())]


def measure(
    sets: Sequence[AnnotatedSet],
    extract: FeatureExtractor,
    *,
    pictures: int | None = None,
    dimensions: int = DIMENSIONS,
    seed: int = 7,
    divergence: str = SIGNED,
    tick: Callable[[], object] = lambda: None,
) -> Similarity:
    """Compare data sets by their feature centres.

    At most ``pictures`` of each are taken, evenly by key; ``tick`` is called once a picture.
    Raises SageIQError for fewer than two sets, two of one name, counts out of range, a set
    without a readable picture and an unknown divergence.
    """
    names = [data.name for data in sets]
    if len(names) < 2 or len(set(names)) < len(names):
        raise SageIQError(
            'Similarity is measured between at least two data sets of different names, not '
            f'{", ".join(names) or "none"}.'
        )
    if not 1 <= dimensions <= MOST_DIMENSIONS:
        raise SageIQError(
            f'Features are projected to 1 to {MOST_DIMENSIONS} dimensions, not {dimensions}.'
        )
    # An unknown kind must show before the pictures are read.
    diverge(np.ones((2, 1)), divergence)
    centers = tuple(find_center(data, extract, pictures, tick) for data in sets)
    matrix = np.array([center.vector for center in centers])
    projected = matrix @ draw(matrix.shape[1], dimensions, seed)
    driving = [center.driving for center in centers]
    return Similarity(
        extractor=extract.name,
        resnet50=extract.resnet50,
        seed=seed,
        centers=centers,
        projected=projected,
        full=diverge(matrix, divergence),
        reduced=diverge(projected, divergence),
        within=tuple(_within(center) for center in centers),
        distortions=distort(matrix, projected),
        draws=draw_others(matrix, driving, dimensions, seed),
    )


def count_pictures(sets: Sequence[AnnotatedSet], pictures: int | None) -> int:
    """Tell how many pictures ``measure`` will read."""
    return sum(len(evenly(data.keys(), pictures)) for data in sets)


def _within(center: Center) -> float:
    if np.isnan(center.halves).any():
        return np.nan
    matrix = kl(signed_shares(center.halves))
    return float((matrix[0, 1] + matrix[1, 0]) / 2)
