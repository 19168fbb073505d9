# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The pictures of a training: LIVE-itw or any folder, split, and halved as the recipe draws."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.datasets.live_itw import is_live_itw, read_live_itw, split_at_random
from sageiq_ros.datasets.photos import list_pictures, read_picture
from sageiq_ros.evaluation.size_bias.reduction import cropped_half, rescaled_half
from sageiq_ros.training.scale_consistency.recipe import Recipe
from sageiq_ros.types import Image, SageIQError

HALVES: dict[str, Callable[[Image], Image]] = {
    'rescaled': rescaled_half,
    'cropped': cropped_half,
}
# Three of them validate: fewer would correlate at 1, at -1 or not at all.
LEAST_PICTURES = 15


@dataclass(frozen=True, slots=True)
class Picture:
    """Name a picture's file and the SHA-256 of its content."""

    path: Path
    sha256: str


def find_pictures(folder: Path, seed: int) -> tuple[list[Picture], list[Picture]]:
    """Return the (training, test) pictures of a LIVE-itw release or of any folder, 80 to 20 %.

    Opinion scores are not read: the teacher's scores are the labels (paper, IV-B 3). Raises
    SageIQError for fewer than fifteen pictures.
    """
    live = is_live_itw(folder)
    paths = list(read_live_itw(folder).pictures) if live else list_pictures(folder)
    if len(paths) < LEAST_PICTURES:
        raise SageIQError(
            f'{folder} holds {len(paths)} pictures; at least {LEAST_PICTURES} are needed to train '
            'on 80 % and to test on the rest.'
        )
    found = [Picture(path, hashlib.sha256(path.read_bytes()).hexdigest()) for path in paths]
    return split_at_random(found, seed)


def steps_per_epoch(pictures: int, recipe: Recipe, processes: int) -> int:
    """Return how many steps take every picture once."""
    return -(-pictures // (recipe.batch * processes))


def drawn(
    pictures: int, recipe: Recipe, epoch: int, step: int, rank: int, processes: int
) -> list[int]:
    """Return the indices of the pictures that process ``rank`` takes at a step of an epoch.

    Seed, epoch and step decide, so that a resumed training draws what an unbroken one would. An
    epoch's last step is filled from its beginning: every process takes as many as the others.
    """
    order: NDArray[np.int64] = np.random.default_rng((recipe.seed, epoch)).permutation(pictures)
    first = (step * processes + rank) * recipe.batch
    return [int(order[i % pictures]) for i in range(first, first + recipe.batch)]


def halved(picture: Picture, recipe: Recipe, epoch: int, index: int) -> Image:
    """Read a picture at half its width and height, in the way drawn for it in this epoch."""
    rng = np.random.default_rng((recipe.seed, epoch, index))
    way = recipe.reductions[int(rng.integers(len(recipe.reductions)))]
    return HALVES[way](read_picture(picture.path))
