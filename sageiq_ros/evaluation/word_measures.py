# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Which words fall on degraded and on clean crops."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import cv2
import numpy as np

from sageiq_ros.datasets.degradations import degrade
from sageiq_ros.datasets.labelled_crops import (
    LEAST_CONTRAST,
    LEAST_SHARPNESS,
    contrast_and_sharpness,
    draw_bounds,
)
from sageiq_ros.scorer.attributes import measure
from sageiq_ros.scorer.findings import THRESHOLDS, find_faults
from sageiq_ros.types import Image

STRENGTHS = (0.25, 0.5, 0.75, 1.0)
SIDE_RANGE_PX = (48, 256)
LEAST_SCALE, LEAST_PICTURE_SIDE_PX = 0.35, 300
TRIES_PER_CROP = 5
# Degradations and the words that are right for them; rain, drops and dirt have none.
RIGHT_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ('motion_blur', ('motion',)),
    ('motion_blur', ('motion', 'blur')),
    ('defocus', ('blur',)),
    ('defocus', ('motion', 'blur')),
    ('gaussian_blur', ('blur',)),
    ('gaussian_blur', ('motion', 'blur')),
    ('gaussian_noise', ('noise',)),
    ('shot_noise', ('noise',)),
    ('salt_and_pepper', ('specks',)),
    ('jpeg', ('blocks',)),
    ('over_exposure', ('overexposure',)),
    ('under_exposure', ('underexposure',)),
    ('fog', ('haze',)),
)
WORDS = tuple(THRESHOLDS)


def clean_crops(pictures: Sequence[Image], count: int, rng: np.random.Generator) -> list[Image]:
    """Draw up to ``count`` square crops of 48 to 256 px in which there is something sharp.

    Pictures large enough are shrunk at random, which hides their own compression. Places without
    contrast, or that the lens left out of focus, are no clean reference and are left out.
    """
    found: list[Image] = []
    for turn in range(count * TRIES_PER_CROP):
        if len(found) == count:
            break
        picture = pictures[turn % len(pictures)]
        least = max(LEAST_SCALE, LEAST_PICTURE_SIDE_PX / min(picture.shape[:2]))
        if least < 1.0:
            scale = rng.uniform(least, 1.0)
            picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        low, high = SIDE_RANGE_PX
        side = round(math.exp(rng.uniform(math.log(low), math.log(high))))
        side = min(side, *picture.shape[:2])
        x, y, w, h = draw_bounds(picture, (side, side), rng)
        crop = picture[y : y + h, x : x + w]
        contrast, sharpness = contrast_and_sharpness(crop)
        if contrast >= LEAST_CONTRAST and sharpness >= LEAST_SHARPNESS:
            found.append(crop)
    return found


def word_shares(crops: Mapping[str, Sequence[Image]], seed: int) -> dict[str, Any]:
    """Return the shares of crops on which words fall.

    ``right``: for each of ``RIGHT_WORDS`` the share of all crops, degraded at each of
    ``STRENGTHS``, that have one of the words. ``clean``: by group and word, untouched; ``any``
    is the share with a word at all. A group without crops has None for shares; there must be a
    crop in one group at least.
    """
    clean = {}
    for name, group in crops.items():
        words = [words_of(crop) for crop in group]
        clean[name] = {word: _share(word in found for found in words) for word in WORDS}
        clean[name]['any'] = _share(bool(found) for found in words)
    every = [crop for group in crops.values() for crop in group]
    degraded = {
        kind: [
            [
                words_of(degrade(crop, kind, strength, np.random.default_rng((seed, place))))
                for place, crop in enumerate(every)
            ]
            for strength in STRENGTHS
        ]
        for kind in dict(RIGHT_WORDS)
    }
    right = [
        {
            'degradation': kind,
            'words': list(words),
            'shares': [
                _share(bool(found & set(words)) for found in row) for row in degraded[kind]
            ],
        }
        for kind, words in RIGHT_WORDS
    ]
    return {'strengths': list(STRENGTHS), 'right': right, 'clean': clean}


def words_of(crop: Image) -> set[str]:
    """Return the faults named of a crop."""
    return {finding.fault for finding in find_faults(measure(crop))}


def _share(outcomes: Iterable[bool]) -> float | None:
    values = list(outcomes)
    return round(sum(values) / len(values), 4) if values else None
