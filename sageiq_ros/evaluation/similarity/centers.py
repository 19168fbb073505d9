# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The feature centre of a data set: the mean of its pictures' features (section IV-B2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.datasets.evenly import evenly
from sageiq_ros.datasets.readers.base import AnnotatedSet
from sageiq_ros.datasets.readers.rendered import RenderedStreets
from sageiq_ros.evaluation.similarity.features import FeatureExtractor
from sageiq_ros.types import SageIQError


@dataclass(frozen=True, slots=True)
class Center:
    """Hold the mean features of one data set and what they were taken from.

    ``vector`` (L) is the mean over ``pictures``; ``halves`` (2, L) are those over the first and
    the second half of them in the order of the keys, NaN for a single picture. ``driving`` says
    whether any picture has an annotated object: sets for image quality have none. ``broken``
    pictures were left out; ``fault`` is what the first of them lacks, empty for none.
    """

    name: str
    driving: bool
    pictures: int
    broken: int
    fault: str
    vector: NDArray[np.float64]
    halves: NDArray[np.float64]

    @property
    def rendered(self) -> bool:
        """Say whether this is the built-in renderer's set, which holds no photographs."""
        return self.driving and self.name == RenderedStreets.name


def find_center(
    data: AnnotatedSet,
    extract: FeatureExtractor,
    most: int | None = None,
    tick: Callable[[], object] = lambda: None,
) -> Center:
    """Average the features of a data set, one picture in memory at a time.

    ``tick`` is called once a picture. Raises SageIQError where no picture can be read.
    """
    keys = evenly(data.keys(), most)
    sums: list[NDArray[np.float64] | None] = [None, None]
    counts, broken, fault, driving = [0, 0], 0, '', False
    for place, key in enumerate(keys):
        try:
            picture = data.read(key)
        except SageIQError as error:
            broken, fault = broken + 1, fault or str(error)
        else:
            features = extract(picture.image).astype(np.float64)
            half = int(2 * place >= len(keys))
            found = sums[half]
            sums[half] = features if found is None else found + features
            counts[half] += 1
            driving = driving or bool(picture.boxes)
        tick()
    known = [one for one in sums if one is not None]
    if not known:
        raise SageIQError(
            f'No picture of the data set {data.name} can be used: {fault or "it has none."}'
        )
    empty = np.full_like(known[0], np.nan)
    halves = [
        empty if one is None else one / count for one, count in zip(sums, counts, strict=True)
    ]
    return Center(
        data.name,
        driving,
        sum(counts),
        broken,
        fault,
        np.sum(known, axis=0) / sum(counts),
        np.array(halves),
    )
