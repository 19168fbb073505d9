# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Which pictures SageIQ-M nano learns from, and the ways it sees a crop of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from enum import IntEnum
from pathlib import Path

import numpy as np

from sageiq_ros.datasets.labelled_crops import SIDE_RANGE_PX, LabelledCrop
from sageiq_ros.datasets.photos import list_pictures, read_picture, split_pictures
from sageiq_ros.evaluation.size_bias.reduction import cropped_half, rescaled_half
from sageiq_ros.types import Image

PHOTO_SHARE = 0.5
PART_SHARE = 0.5
# Of this share of the crops that are not too small to be halved.
REDUCED_SHARE = 0.5
# What these do differs from place to place, so that a part has not the whole crop's score.
LOCAL_KINDS = ('rain_streaks', 'lens_drops', 'lens_dirt')


class View(IntEnum):
    """Say how what the network sees came from the crop drawn."""

    WHOLE = 0
    ALTERED = 1  # flipped, or a part with the same label
    RESCALED = 2  # half as wide and high (paper, IV-B)
    CROPPED = 3  # the centre of half the width and height
    INNER = 4  # the centre of a quarter or less


# Not labelled by a measure but by the frozen network's score of the whole.
REDUCED = (View.RESCALED, View.CROPPED, View.INNER)


def picture_groups(
    photos: Path, more: Sequence[Path], roads: Sequence[Path]
) -> tuple[list[list[Path]], list[float]]:
    """Return groups of training pictures and their shares: photographs are half of all crops.

    The held-out pictures of ``photos`` are left out; folders of a half share it by their size.
    """
    photographs = [split_pictures(list_pictures(photos))[0], *(list_pictures(f) for f in more)]
    road_pictures = [list_pictures(road) for road in roads]
    shares = _by_size(photographs, PHOTO_SHARE) + _by_size(road_pictures, 1.0 - PHOTO_SHARE)
    return [*photographs, *road_pictures], shares


def views_of(sample: LabelledCrop, rng: np.random.Generator) -> Iterator[tuple[View, Image]]:
    """Yield a labelled crop as the network is to see it: whole, altered, some reduced."""
    crop = sample.image
    yield View.WHOLE, crop
    yield View.ALTERED, augmented(crop, sample.kinds, rng)
    halvings = int(math.log2(min(crop.shape[:2]) / SIDE_RANGE_PX[0]))
    if halvings > 0 and rng.random() < REDUCED_SHARE:
        yield View.RESCALED, rescaled_half(crop)
        # The paper's recipe, whatever the fault: the centre is held to the score of the whole.
        yield View.CROPPED, cropped_half(crop)
        if halvings > 1 and _is_uniform(sample.kinds):
            for _ in range(int(rng.integers(2, halvings + 1))):
                crop = cropped_half(crop)
            yield View.INNER, crop


def augmented(crop: Image, kinds: Sequence[str], rng: np.random.Generator) -> Image:
    """Return another view of a crop with the same label: flipped, or half the time a part.

    The parts are the cropping half of the paper's scale-consistency training. ``kinds`` are the
    crop's degradations; where one is local, or several are mixed, a part need not have the
    whole's score and the crop is only flipped.
    """
    if _is_uniform(kinds) and rng.random() < PART_SHARE:
        crop = _part(crop, rng)
    return crop[:, ::-1] if rng.random() < 0.5 else crop


def _is_uniform(kinds: Sequence[str]) -> bool:
    return not set(kinds) & set(LOCAL_KINDS) and len(kinds) < 2


def _by_size(groups: Sequence[Sequence[Path]], share: float) -> list[float]:
    sizes = [len(group) * read_picture(group[0])[..., 0].size for group in groups]
    return [share * size / sum(sizes) for size in sizes]


def _part(crop: Image, rng: np.random.Generator) -> Image:
    bounds = []
    for length in crop.shape[:2]:
        least = min(length, max(SIDE_RANGE_PX[0], length // 2))
        part = int(rng.integers(least, length + 1))
        start = int(rng.integers(0, length - part + 1))
        bounds.append(slice(start, start + part))
    return crop[bounds[0], bounds[1]]
