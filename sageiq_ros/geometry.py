# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Rectangles: clipping, overlap, and the pixels that a box covers; images by halves."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from sageiq_ros.types import Box, Image


def clip_box(box: Box, width: float, height: float) -> Box:
    """Cut a box to an image of ``width`` x ``height`` pixels; one outside becomes empty."""
    x1, x2 = (min(max(x, 0.0), width) for x in (box.x1, box.x2))
    y1, y2 = (min(max(y, 0.0), height) for y in (box.y1, box.y2))
    return Box(x1, y1, x2, y2)


def box_iou(a: Box, b: Box) -> float:
    """Measure intersection over union in [0, 1]; two empty boxes have 0."""
    width = min(a.x2, b.x2) - max(a.x1, b.x1)
    height = min(a.y2, b.y2) - max(a.y1, b.y1)
    if width <= 0.0 or height <= 0.0:
        return 0.0
    intersection = width * height
    return intersection / (a.area + b.area - intersection)


def pairwise_iou(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.floating]:
    """Measure the overlap of every box in ``a`` (N, 4) with every one in ``b`` (M, 4).

    Boxes are x1, y1, x2, y2. Returns (N, M) values in [0, 1]; empty boxes overlap nothing.
    """
    # Axis by axis: a last axis of two would make every step slow.
    width, height = (
        np.minimum.outer(a[:, axis + 2], b[:, axis + 2]) - np.maximum.outer(a[:, axis], b[:, axis])
        for axis in (0, 1)
    )
    intersection = np.clip(width, 0.0, None) * np.clip(height, 0.0, None)
    area_a, area_b = (
        (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]) for boxes in (a, b)
    )
    union = np.add.outer(area_a, area_b) - intersection
    return np.divide(intersection, union, out=np.zeros_like(intersection), where=union > 0)


def pixel_bounds(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """Return x, y, width, height of the whole pixels a box touches, at least one pixel.

    The result always lies inside an image of ``width`` x ``height`` pixels, so that
    ``image[y:y + h, x:x + w]`` is never empty.
    """
    clipped = clip_box(box, width, height)
    x1 = min(math.floor(clipped.x1), width - 1)
    y1 = min(math.floor(clipped.y1), height - 1)
    x2 = max(math.ceil(clipped.x2), x1 + 1)
    y2 = max(math.ceil(clipped.y2), y1 + 1)
    return x1, y1, x2 - x1, y2 - y1


def cut(image: Image, boxes: Sequence[Box]) -> list[Image]:
    """Return views of the pixels that boxes cover, clipped to the image, each at least one."""
    height, width = image.shape[:2]
    bounds = (pixel_bounds(box, width, height) for box in boxes)
    return [image[y : y + h, x : x + w] for x, y, w, h in bounds]


def halve(image: Image, least_width: int, least_height: int) -> Image:
    """Halve an image by means of 2 x 2 pixels while it stays at least so large; else return it.

    A last odd row or column is left out. The way to begin a long way down: halving takes a
    quarter of the time of averaging areas of another ratio.
    """
    height, width = image.shape[:2]
    while height >= 2 * least_height and width >= 2 * least_width:
        height, width = height // 2, width // 2
        even = image[: 2 * height, : 2 * width]
        image = cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA)
    return image
