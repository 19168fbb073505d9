# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""SageIQ-M nano's training batches: made once from pictures, then drawn at random."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.datasets.degradations import DEGRADATIONS
from sageiq_ros.datasets.labelled_crops import (
    INDEX_FILE,
    SIDE_RANGE_PX,
    CropStore,
    draw_crops,
    write_crops,
)
from sageiq_ros.datasets.photos import list_pictures, read_picture, split_pictures
from sageiq_ros.models.size_prompt import size_prompt
from sageiq_ros.scorer.preparation import normalise, prepare_crop, rounded_size
from sageiq_ros.types import Image

PHOTO_SHARE = 0.5
PART_SHARE = 0.5
TONED_SHARE = 0.5
PART_SEEDS = (101, 102)
VALIDATION_SEED = 1001
# What these do differs from place to place, so that a part has not the whole crop's score.
LOCAL_KINDS = ('rain_streaks', 'lens_drops', 'lens_dirt')


def picture_groups(photos: Path, roads: Sequence[Path]) -> tuple[list[list[Path]], list[float]]:
    """Return groups of training pictures and their shares: photographs are half of all crops.

    Held-out photographs are left out; road folders share the other half by their size.
    """
    groups = [split_pictures(list_pictures(photos))[0], *(list_pictures(road) for road in roads)]
    megapixels = [len(group) * read_picture(group[0])[..., 0].size / 1e6 for group in groups[1:]]
    total = sum(megapixels)
    return groups, [PHOTO_SHARE, *((1.0 - PHOTO_SHARE) * m / total for m in megapixels)]


def open_or_make_crops(folder: Path, photos: Path, roads: Sequence[Path], count: int) -> CropStore:
    """Open the training crops in ``folder``, making them first where there are none.

    They are made in as many processes as there are ``PART_SEEDS``, one part each.
    """
    groups, shares = picture_groups(photos, roads)
    parts = [folder / f'part_{seed}' for seed in PART_SEEDS]
    missing = [part for part in parts if not (part / INDEX_FILE).is_file()]
    with ProcessPoolExecutor(len(parts), mp_context=get_context('spawn')) as pool:
        jobs = [
            pool.submit(_make_part, part, groups, shares, count // len(parts)) for part in missing
        ]
        for job in jobs:
            job.result()
    return CropStore(*parts)


def _make_part(folder: Path, groups: list[list[Path]], shares: list[float], count: int) -> None:
    import cv2
    from tqdm import tqdm

    cv2.setNumThreads(1)
    seed = int(folder.name.rpartition('_')[2])
    samples = draw_crops(groups, shares, count, seed, toned=TONED_SHARE)
    progress = tqdm(samples, total=count, desc=f'labelling crops, seed {seed}', unit='crop')
    info = {'seed': seed, 'shares': shares, 'groups': [len(group) for group in groups]}
    write_crops(folder, iter(progress), info)


@dataclass(frozen=True, slots=True)
class Batch:
    """Hold prepared crops (B, 3, 2 S, S), size prompts (B, 14), rounded sizes, labels (B,)."""

    images: NDArray[np.float32]
    prompts: NDArray[np.int64]
    sizes: tuple[tuple[int, int], ...]
    labels: NDArray[np.float32]


def make_batch(crops: Sequence[Image], labels: NDArray[np.float32], side: int) -> Batch:
    """Prepare crops as the scorer does."""
    shapes = [crop.shape[:2] for crop in crops]
    return Batch(
        images=np.stack([normalise(prepare_crop(crop, side)) for crop in crops]),
        prompts=np.stack([size_prompt(width, height) for height, width in shapes]),
        sizes=tuple(rounded_size(height, width) for height, width in shapes),
        labels=labels,
    )


def augmented(crop: Image, kind: int, rng: np.random.Generator) -> Image:
    """Return another view of a crop with the same label: flipped, or half the time a part.

    The parts are the cropping half of the paper's scale-consistency training. ``kind`` is the
    crop's number in ``CropStore.kinds``; where a degradation is local, or several are mixed, a
    part need not have the whole's score and the crop is only flipped.
    """
    local = [list(DEGRADATIONS).index(name) for name in LOCAL_KINDS]
    if kind >= 0 and kind not in local and rng.random() < PART_SHARE:
        crop = _part(crop, rng)
    return crop[:, ::-1] if rng.random() < 0.5 else crop


def _part(crop: Image, rng: np.random.Generator) -> Image:
    bounds = []
    for length in crop.shape[:2]:
        least = min(length, max(SIDE_RANGE_PX[0], length // 2))
        part = int(rng.integers(least, length + 1))
        start = int(rng.integers(0, length - part + 1))
        bounds.append(slice(start, start + part))
    return crop[bounds[0], bounds[1]]
