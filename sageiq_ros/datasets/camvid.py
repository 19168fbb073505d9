# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""CamVid frames with class masks, read as entities (docs/scene_graph_labels.md)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sageiq_ros.datasets.photos import files_among, read_picture
from sageiq_ros.relations import support_of
from sageiq_ros.types import SageIQError

# class of the mask: VG150 label, side of the closing in pixels, least area in pixels
ENTITY_CLASSES = {
    1: ('building', 9, 600),
    2: ('pole', 5, 150),
    3: ('street', 9, 300),
    4: ('sidewalk', 9, 150),
    5: ('tree', 9, 400),
    6: ('sign', 3, 80),
    7: ('fence', 9, 150),
    8: ('car', 3, 80),
    9: ('person', 3, 80),
    10: ('bike', 5, 100),
}
VOID = 11
IMAGES = ('.jpg', '.png')
MASKS = ('_masks', 'annot')
LEAST_SIDE = 3.0
LEAST_AREA = 60.0
LEAST_VISIBLE = 0.2
SPLIT = {'car': ('car', 'truck', 'bus'), 'person': ('person',)}


@dataclass(frozen=True, slots=True)
class Instances:
    """Hold which entity each pixel belongs to: ``ids`` (H, W) int16, 0 for none.

    ``labels[i - 1]`` names entity i.
    """

    ids: NDArray[np.int16]
    labels: tuple[str, ...]


def frames(folder: str | Path, split: str) -> list[tuple[Path, Path]]:
    """List (image, mask) of ``train``, ``val`` or ``test`` by name; not every mask need be there.

    Raises SageIQError for a folder without any, by these names or by those of SegNet's tutorial.
    """
    root = Path(folder)
    images = files_among(path for path in (root / split).glob('*') if path.suffix in IMAGES)
    for ending in MASKS:
        pairs = [(path, root / f'{split}{ending}' / f'{path.stem}.png') for path in images]
        if any(mask.is_file() for _, mask in pairs):
            return pairs
    raise SageIQError(
        f'No CamVid frames in {root}; it must hold {split}/*.jpg or *.png, and their masks '
        f'{split}_masks/*.png or {split}annot/*.png.'
    )


def read_mask(path: Path) -> NDArray[np.uint8]:
    """Read a class mask (H, W); raises SageIQError for a file that is none of CamVid's 11."""
    mask = read_picture(path, cv2.IMREAD_UNCHANGED)
    if mask.ndim != 2 or mask.dtype != np.uint8:
        raise SageIQError(f'{path} is not a mask of one channel of 8 bits.')
    if mask.max() > VOID:
        raise SageIQError(
            f'{path} holds the class {mask.max()}; use masks of CamVid with the 11 classes from '
            f'0, the sky, to {VOID - 1}, and {VOID} for the rest.'
        )
    return mask


def find_instances(
    mask: NDArray[np.uint8],
    boxes: NDArray[np.floating] | None = None,
    names: tuple[str, ...] = (),
) -> Instances:
    """Cut a class mask into entities: connected components of each closed class.

    ``boxes`` (N, 4) and ``names`` are a detector's finds, the best first; where two or more of
    them lie on one component of cars or persons, they split it.
    """
    ids = np.zeros(mask.shape, np.int16)
    labels: list[str] = []
    for value, (label, side, least) in ENTITY_CLASSES.items():
        own = (mask == value).astype(np.uint8)
        if not own.any():
            continue
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        closed = cv2.morphologyEx(own, cv2.MORPH_CLOSE, kernel)
        if label == 'street':
            count, parts = 2, closed.astype(np.int32)
        else:
            count, parts = cv2.connectedComponents(closed, connectivity=8)
        for part in range(1, count):
            pixels = (parts == part) & (own > 0)
            for piece, name in _split(pixels, label, boxes, names):
                if piece.sum() >= least:
                    labels.append(name)
                    ids[piece] = len(labels)
    return Instances(ids, tuple(labels))


def view(
    instances: Instances, window: tuple[int, int, int, int], scale: tuple[float, float]
) -> tuple[NDArray[np.float64], list[str], list[int | None]]:
    """Read the entities seen through a window x, y, width, height of the image.

    Left out are those of which less than ``LEAST_VISIBLE`` is in the window, and those that are
    too small after scaling the window by ``scale`` (x, y). Returns boxes (N, 4) in pixels of the
    window, labels, and each entity's ground (``relations.support_of``).
    """
    x, y, w, h = window
    ids = instances.ids[y : y + h, x : x + w]
    count = len(instances.labels)
    whole = np.bincount(instances.ids.ravel(), minlength=count + 1)
    left = np.bincount(ids.ravel(), minlength=count + 1)
    renumber = np.zeros(count + 1, np.int16)
    boxes, labels = [], []
    for number, label in enumerate(instances.labels, 1):
        if left[number] == 0 or left[number] < LEAST_VISIBLE * whole[number]:
            continue
        box_x, box_y, wide, tall = cv2.boundingRect((ids == number).astype(np.uint8))
        wide_scaled, tall_scaled = wide * scale[0], tall * scale[1]
        if min(wide_scaled, tall_scaled) < LEAST_SIDE or wide_scaled * tall_scaled < LEAST_AREA:
            continue
        boxes.append((box_x, box_y, box_x + wide, box_y + tall))
        labels.append(label)
        renumber[number] = len(labels)
    stacked = np.array(boxes, np.float64).reshape(-1, 4)
    return stacked, labels, support_of(renumber[ids], stacked, labels)


def _split(
    pixels: NDArray[np.bool_],
    label: str,
    boxes: NDArray[np.floating] | None,
    names: tuple[str, ...],
) -> list[tuple[NDArray[np.bool_], str]]:
    if boxes is None or label not in SPLIT:
        return [(pixels, label)]
    found = []
    for box, name in zip(boxes, names, strict=True):
        if name not in SPLIT[label]:
            continue
        x1, y1, x2, y2 = box.round().astype(int)
        inside = np.zeros_like(pixels)
        inside[max(y1, 0) : y2, max(x1, 0) : x2] = True
        filled = (inside & pixels).sum()
        if filled >= 0.5 * max(inside.sum(), 1):
            found.append((float(box[3]), inside, name))
    if not found:
        return [(pixels, label)]
    found.sort(key=lambda item: -item[0])
    rest, pieces = pixels.copy(), []
    for _, inside, name in found:
        pieces.append((rest & inside, name))
        rest &= ~inside
    if len(pieces) == 1 and rest.sum() < pixels.sum() / 3:
        return [(pixels, pieces[0][1])]
    if rest.sum() >= pixels.sum() / 3:
        pieces.append((rest, label))
    return pieces
