# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Copy-paste augmentation: entities cut from masked frames stand in other frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sageiq_ros.datasets.camvid import Instances
from sageiq_ros.types import Image

# How often each word is pasted: those that are few or small.
SHARES = {'person': 0.25, 'car': 0.35, 'bike': 0.15, 'sign': 0.25}
LEAST_PIXELS = 150
MOST_PASTED = 4
EDGE_BLUR = 0.8


@dataclass(frozen=True, slots=True)
class Cutout:
    """Hold an entity's pixels, its mask (H, W) in [0, 1] and its lower edge in its own frame."""

    label: str
    image: Image
    mask: NDArray[np.float32]
    foot: int


def cut_out(image: Image, instances: Instances) -> list[Cutout]:
    """Cut the entities worth pasting, those that touch no side, out of one frame."""
    height, width = instances.ids.shape
    found = []
    for number, label in enumerate(instances.labels, 1):
        if label not in SHARES:
            continue
        own = (instances.ids == number).astype(np.uint8)
        x, y, w, h = cv2.boundingRect(own)
        inside = x > 0 and y > 0 and x + w < width and y + h < height
        if inside and np.count_nonzero(own) >= LEAST_PIXELS:
            part = np.s_[y : y + h, x : x + w]
            found.append(Cutout(label, image[part], own[part].astype(np.float32), y + h))
    return found


def paste(
    image: Image,
    instances: Instances,
    cutouts: dict[str, Sequence[Cutout]],
    rng: np.random.Generator,
) -> tuple[Image, Instances]:
    """Stand one to four cutouts in a frame, at about the height that they had in theirs."""
    image, ids, labels = image.copy(), instances.ids.copy(), list(instances.labels)
    words = [word for word in SHARES if cutouts.get(word)]
    if not words:
        return image, instances
    shares = np.array([SHARES[word] for word in words])
    for _ in range(rng.integers(1, MOST_PASTED + 1)):
        chosen = cutouts[words[rng.choice(len(words), p=shares / shares.sum())]]
        cutout = chosen[rng.integers(len(chosen))]
        piece, mask = _varied(cutout, rng)
        height, width = mask.shape
        foot = cutout.foot + rng.integers(-6, 7)
        x = int(rng.integers(-width // 3, ids.shape[1] - 2 * width // 3))
        y = int(foot - height)
        left, top = max(x, 0), max(y, 0)
        right, bottom = min(x + width, ids.shape[1]), min(y + height, ids.shape[0])
        if right - left < 2 or bottom - top < 2:
            continue
        here = np.s_[top:bottom, left:right]
        there = np.s_[top - y : bottom - y, left - x : right - x]
        alpha = mask[there][..., None]
        image[here] = (alpha * piece[there] + (1 - alpha) * image[here]).astype(np.uint8)
        labels.append(cutout.label)
        ids[here][mask[there] > 0.5] = len(labels)
    return image, Instances(ids, tuple(labels))


def _varied(
    cutout: Cutout, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    scale = float(np.exp(rng.uniform(-0.3, 0.3)))
    height, width = (max(3, round(side * scale)) for side in cutout.mask.shape)
    piece = cv2.resize(cutout.image, (width, height), interpolation=cv2.INTER_AREA)
    mask = cv2.resize(cutout.mask, (width, height), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.5:
        piece, mask = piece[:, ::-1], mask[:, ::-1]
    bright = np.float32(np.exp(rng.normal(0, 0.15)))
    mask = cv2.GaussianBlur(np.ascontiguousarray(mask), (0, 0), EDGE_BLUR)
    return (piece.astype(np.float32) * bright).clip(0, 255), mask
