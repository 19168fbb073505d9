# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What a region scorer is measured by: agreement, monotonicity, indifference to crop size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np

from sageiq_ros.datasets.degradations import DEGRADATIONS, degrade
from sageiq_ros.datasets.labelled_crops import (
    LEAST_CONTRAST,
    LabelledCrop,
    contrast_and_sharpness,
    draw_bounds,
)
from sageiq_ros.datasets.photos import read_picture
from sageiq_ros.evaluation.correlation import plcc, srcc
from sageiq_ros.types import Image

ScoreCrops = Callable[[Sequence[Image]], Sequence[float]]

STRENGTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
LADDER_SIDE_PX = 160
SIZE_LADDER_PX = (16, 32, 64, 128, 256, 512)
LEAST_PER_KIND = 8
PLACE_TRIES = 40


def agreement(samples: Sequence[LabelledCrop], scores: Sequence[float]) -> dict[str, object]:
    """Correlate scores with full-reference labels: overall, by degradation and by crop size."""
    labels = [sample.label for sample in samples]
    by_kind = {
        kind: [i for i, sample in enumerate(samples) if sample.kinds == (kind,)]
        for kind in DEGRADATIONS
    }
    edges = (0, 32, 64, 128, 256, 10**6)
    sides = [min(sample.image.shape[:2]) for sample in samples]
    by_side = {
        f'{low}..{high - 1}': [i for i, side in enumerate(sides) if low <= side < high]
        for low, high in zip(edges, edges[1:], strict=False)
    }
    return {
        **_correlations(labels, scores, range(len(samples))),
        'by_degradation': _grouped(labels, scores, by_kind),
        'by_smaller_side_px': _grouped(labels, scores, by_side),
    }


def monotonicity(
    pictures: Sequence[Path], score: ScoreCrops, per_kind: int, seed: int
) -> dict[str, object]:
    """Degrade crops of 160 px in five equal steps and count the steps that lower the score."""
    rng = np.random.default_rng(seed)
    falls: dict[str, list[bool]] = {}
    for kind in DEGRADATIONS:
        falls[kind] = []
        for _ in range(per_kind):
            picture = read_picture(pictures[int(rng.integers(len(pictures)))])
            x, y, w, h = draw_bounds(picture, _fitting(picture, LADDER_SIDE_PX), rng)
            crop = picture[y : y + h, x : x + w]
            accident = int(rng.integers(2**32))
            ladder = [degrade(crop, kind, s, np.random.default_rng(accident)) for s in STRENGTHS]
            falls[kind] += list(np.diff(np.asarray(score(ladder))) < 0.0)
    every = [step for steps in falls.values() for step in steps]
    return {
        'falling_steps': float(np.mean(every)),
        'steps': len(every),
        'by_degradation': {kind: float(np.mean(steps)) for kind, steps in falls.items()},
    }


def size_invariance(
    pictures: Sequence[Path], score: ScoreCrops, places: int, seed: int
) -> dict[str, object]:
    """Cut sharp pictures to 16 .. 512 px around one place and see how far the score moves.

    The place's surroundings are as sharp as its centre, so that size is all that changes:
    ``spread_of_means`` is between the mean scores of the sizes, ``spread_mean`` and
    ``spread_p95`` are of each place's own largest difference.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(places):
        picture = read_picture(pictures[int(rng.integers(len(pictures)))])
        # Up to halved, so that the content is sharp whatever the lens and the compression were.
        smaller = min(picture.shape[:2])
        reach = max(side for side in SIZE_LADDER_PX if side <= smaller)
        scale = max(0.5, (reach + 1) / smaller)
        if scale < 1.0:
            picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        centre = _sharp_place(picture, rng)
        sides = [side for side in SIZE_LADDER_PX if side <= min(picture.shape[:2])]
        crops = [_square_around(picture, centre, side) for side in sides]
        values = list(score(crops)) + [np.nan] * (len(SIZE_LADDER_PX) - len(sides))
        rows.append(values)
    table = np.array(rows)
    spread = np.nanmax(table, axis=1) - np.nanmin(table, axis=1)
    seen = np.isfinite(table).any(axis=0)
    means = [float(np.nanmean(column)) for column in table.T[seen]]
    sides = [str(side) for side, is_seen in zip(SIZE_LADDER_PX, seen, strict=True) if is_seen]
    return {
        'mean_score_by_side_px': dict(zip(sides, means, strict=True)),
        'spread_of_means': max(means) - min(means),
        'spread_mean': float(spread.mean()),
        'spread_p95': float(np.percentile(spread, 95)),
        'places': places,
    }


def _sharp_place(picture: Image, rng: np.random.Generator) -> tuple[int, int]:
    """Return the place, x and y, whose crops of all sizes are sharpest at their softest."""
    height, width = picture.shape[:2]
    best, best_rank = (width // 2, height // 2), (False, -1.0)
    for _ in range(PLACE_TRIES):
        centre = int(rng.integers(8, width - 8)), int(rng.integers(8, height - 8))
        sides = [side for side in SIZE_LADDER_PX if side <= min(height, width)]
        found = [contrast_and_sharpness(_square_around(picture, centre, s)) for s in sides]
        rank = (min(c for c, _ in found) >= LEAST_CONTRAST, min(sharp for _, sharp in found))
        if rank > best_rank:
            best, best_rank = centre, rank
    return best


def _grouped(
    labels: Sequence[float], scores: Sequence[float], groups: dict[str, list[int]]
) -> dict[str, dict[str, float]]:
    return {
        name: _correlations(labels, scores, members)
        for name, members in groups.items()
        if len(members) >= LEAST_PER_KIND
    }


def _correlations(
    labels: Sequence[float], scores: Sequence[float], members: Iterable[int]
) -> dict[str, float]:
    chosen = list(members)
    truth, found = ([values[i] for i in chosen] for values in (labels, scores))
    return {
        'srcc': srcc(truth, found),
        'plcc': plcc(truth, found),
        'mean_error': float(np.mean(np.abs(np.subtract(truth, found)))),
        'crops': len(chosen),
    }


def _fitting(picture: Image, side: int) -> tuple[int, int]:
    height, width = picture.shape[:2]
    return min(side, width), min(side, height)


def _square_around(picture: Image, centre: tuple[int, int], side: int) -> Image:
    """Cut a square around a place, moved inside the picture where it reaches out."""
    height, width = picture.shape[:2]
    x = min(max(centre[0] - side // 2, 0), width - side)
    y = min(max(centre[1] - side // 2, 0), height - side)
    return picture[y : y + side, x : x + side]
