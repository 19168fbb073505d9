# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Frames on a picture with a number beside each, to be told what they are below the picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import cv2

from sageiq_ros.geometry import box_iou, pixel_bounds
from sageiq_ros.overlay import DARK, FONT, Color
from sageiq_ros.types import Box, Image

# Makes digits a 24th of the picture high, which is still read where pictures stand side by side.
SCALE_PER_PX = 1.0 / 500.0


def number_frames(image: Image, boxes: Sequence[Box], colors: Sequence[Color]) -> Image:
    """Return a copy of a BGR image with ``boxes`` framed in ``colors`` and numbered from 1."""
    canvas = image.copy()
    height, width = canvas.shape[:2]
    scale = SCALE_PER_PX * width
    thickness = max(1, round(2 * scale))
    pad = max(1, round(5 * scale))
    frames, sizes = [], []
    for number, (box, color) in enumerate(zip(boxes, colors, strict=True), 1):
        x, y, w, h = pixel_bounds(box, width, height)
        cv2.rectangle(canvas, (x, y), (x + w - 1, y + h - 1), color, thickness)
        frames.append(Box(x, y, x + w, y + h))
        (wide, tall), _ = cv2.getTextSize(str(number), FONT, scale, thickness)
        sizes.append((wide + 2 * pad, tall + 2 * pad))
    # Tags come after all frames, so that no frame cuts through a tag.
    for number, (tag, color) in enumerate(
        zip(place_tags(frames, sizes, (width, height)), colors, strict=True), 1
    ):
        left, top, right, bottom = (round(edge) for edge in (tag.x1, tag.y1, tag.x2, tag.y2))
        cv2.rectangle(canvas, (left, top), (right - 1, bottom - 1), color, cv2.FILLED)
        foot = (left + pad, bottom - pad - 1)
        cv2.putText(canvas, str(number), foot, FONT, scale, DARK, thickness, cv2.LINE_AA)
    return canvas


def place_tags(
    frames: Sequence[Box], sizes: Sequence[tuple[int, int]], picture: tuple[int, int]
) -> list[Box]:
    """Return a tag of its size (width, height) at each frame, inside the picture.

    Tags come one after the other. Each covers as little as it can of earlier tags, then stands as
    near to its frame as it can, then covers as little as it can of all frames.
    """
    tags: list[Box] = []
    for frame, size in zip(frames, sizes, strict=True):

        def cost(place: Box, frame: Box = frame) -> tuple[float, float, float]:
            return _covered(place, tags), _gap(place, frame), _covered(place, frames)

        tags.append(min(_places(frame, size, picture, tags), key=cost))
    return tags


def _places(
    frame: Box, size: tuple[int, int], picture: tuple[int, int], tags: Sequence[Box]
) -> Iterator[Box]:
    """Yield where a tag touches its frame, above it first, or earlier tags."""
    width, height = size
    lefts = [frame.x1, frame.x2 - width, frame.x1 - width, frame.x2]
    tops = [frame.y1 - height, frame.y2, frame.y1, frame.y2 - height]
    for tag in tags:
        lefts += [tag.x1 - width, tag.x2]
        tops += [tag.y1 - height, tag.y2]
    for left, top in product(lefts, tops):
        x = min(max(left, 0.0), max(picture[0] - width, 0.0))
        y = min(max(top, 0.0), max(picture[1] - height, 0.0))
        yield Box(x, y, x + width, y + height)


def _covered(place: Box, others: Sequence[Box]) -> float:
    return sum(box_iou(place, other) for other in others)


def _gap(place: Box, frame: Box) -> float:
    """Return how far a place is from a frame, along both axes together."""
    x = max(frame.x1 - place.x2, place.x1 - frame.x2, 0.0)
    y = max(frame.y1 - place.y2, place.y1 - frame.y2, 0.0)
    return x + y
