# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What a RelTR learns from: CamVid, frames labelled by a detector, rendered streets; augmented.

Every sample is derived again after cropping, so that boxes, supports and relations are those of
what is left in view.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from sageiq_ros.datasets.camvid import (
    LEAST_AREA,
    LEAST_SIDE,
    Instances,
    find_instances,
    frames,
    read_mask,
    view,
)
from sageiq_ros.datasets.photos import read_picture
from sageiq_ros.datasets.rendered import FIRST_TRAINING, LABELS, labelled_street
from sageiq_ros.relations import relate, support_from_boxes
from sageiq_ros.scene_graph.detections import Detections, suppress
from sageiq_ros.scene_graph.yolox import YoloxDetector
from sageiq_ros.types import Image
from sageiq_ros.vocabulary import OBJECT_INDEX, PREDICATE_INDEX

TEACHER_LABELS = ('person', 'bike', 'car', 'motorcycle', 'bus', 'truck')
SURE, UNSURE = 0.4, 0.08
LEAST_VISIBLE = 0.3


@dataclass(frozen=True, slots=True)
class Target:
    """Hold one image's truth: labels (G,), boxes (G, 4) as cx, cy, w, h in [0, 1], relations
    (R, 3) as subject, object, predicate; ``ignored`` (I, 4) boxes of which nothing is known.

    ``labelled`` holds the classes that were looked for, or None for all.
    """

    labels: NDArray[np.int64]
    boxes: NDArray[np.float32]
    relations: NDArray[np.int64]
    ignored: NDArray[np.float32]
    labelled: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """Hold a picture and what is known of it: entities by pixel, or boxes.

    ``looked_for`` holds the words that were looked for, or None for all.
    """

    image: Image
    instances: Instances | None
    boxes: NDArray[np.float32]
    labels: tuple[str, ...]
    ignored: NDArray[np.float32]
    looked_for: tuple[str, ...] | None = None


Source = Callable[[np.random.Generator], Frame]


def detect_closely(detector: YoloxDetector, image: Image) -> Detections:
    """Detect on the whole image and on four enlarged quarters that overlap."""
    height, width = image.shape[:2]
    views = [(0, 0, width, height)]
    for x in (0, int(width * 0.4)):
        for y in (0, int(height * 0.4)):
            views.append((x, y, int(width * 0.6), int(height * 0.6)))
    boxes, labels, scores = [], [], []
    for x, y, w, h in views:
        found = detector.detect(image[y : y + h, x : x + w], UNSURE)
        whole = w == width
        for box, label, score in zip(found.boxes, found.labels, found.scores, strict=True):
            cut = (box[0] < 2 and x > 0) or (box[1] < 2 and y > 0)
            cut |= (box[2] > w - 2 and x + w < width) or (box[3] > h - 2 and y + h < height)
            if whole or not cut:
                boxes.append(box + [x, y, x, y])
                labels.append(label)
                scores.append(score)
    if not boxes:
        return Detections(np.zeros((0, 4), np.float32), (), np.zeros(0, np.float32))
    stacked, score = np.array(boxes, np.float32), np.array(scores, np.float32)
    kept = suppress(stacked, score, 0.5)
    return Detections(stacked[kept], tuple(labels[i] for i in kept), score[kept])


def camvid_frames(folder: Path, detector: YoloxDetector | None, cache: Path) -> list[Frame]:
    """Read the training frames; a detector splits cars and persons that touch."""
    found = []
    for image_path, mask_path in frames(folder, 'train'):
        image = read_picture(image_path)
        boxes, names = None, ()
        if detector is not None:
            seen = _cached(cache / f'{image_path.stem}.npz', detector, image)
            sure = seen.scores >= SURE
            boxes = seen.boxes[sure]
            names = tuple(n for n, s in zip(seen.labels, sure, strict=True) if s)
        instances = find_instances(read_mask(mask_path), boxes, names)
        none = np.zeros((0, 4), np.float32)
        found.append(Frame(image, instances, none, (), none))
    return found


def pseudo_frames(paths: Sequence[Path], detector: YoloxDetector, cache: Path) -> list[Frame]:
    """Label pictures by the detector; what it is unsure of is ignored, not denied."""
    found = []
    for path in paths:
        image = read_picture(path)
        seen = _cached(cache / f'{path.parent.name}_{path.stem}.npz', detector, image)
        known = np.array([label in TEACHER_LABELS for label in seen.labels], bool)
        sure = (seen.scores >= SURE) & known
        unsure = (seen.scores < SURE) & known
        labels = tuple(label for label, s in zip(seen.labels, sure, strict=True) if s)
        found.append(
            Frame(image, None, seen.boxes[sure], labels, seen.boxes[unsure], TEACHER_LABELS)
        )
    return found


def rendered_frames(count: int, cache: Path) -> list[Frame]:
    """Render streets of the training seeds; those already in ``cache`` are read."""
    from tqdm import tqdm

    found = []
    none = np.zeros((0, 4), np.float32)
    for seed in tqdm(range(FIRST_TRAINING, FIRST_TRAINING + count), 'rendering', mininterval=10.0):
        path = cache / f'{seed}.npz'
        if not path.is_file():
            image, boxes, labels = labelled_street(seed)
            path.parent.mkdir(parents=True, exist_ok=True)
            np.savez(path, image=image, boxes=boxes, labels=np.array(labels, str))
        with np.load(path) as stored:
            boxes = stored['boxes'].astype(np.float32)
            labels = tuple(str(label) for label in stored['labels'])
            found.append(Frame(stored['image'], None, boxes, labels, none, LABELS))
    return found


def _cached(path: Path, detector: YoloxDetector, image: Image) -> Detections:
    if path.is_file():
        with np.load(path) as stored:
            return Detections(
                stored['boxes'], tuple(str(n) for n in stored['labels']), stored['scores']
            )
    seen = detect_closely(detector, image)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, boxes=seen.boxes, labels=np.array(seen.labels, str), scores=seen.scores)
    return seen


def make_sample(
    frame: Frame, size: tuple[int, int], rng: np.random.Generator | None
) -> tuple[Image, Target]:
    """Crop, mirror, resize to ``size`` (width, height) and alter a frame; derive its truth.

    Without ``rng`` the whole frame is only resized.
    """
    height, width = frame.image.shape[:2]
    x, y, w, h = (0, 0, width, height) if rng is None else _window(width, height, size, rng)
    mirror = rng is not None and rng.random() < 0.5
    image = frame.image[y : y + h, x : x + w]
    if mirror:
        image = image[:, ::-1]
    shrinks = w > size[0]
    image = cv2.resize(image, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    if rng is not None:
        image = _alter(image, rng)
    scale = np.array([size[0] / w, size[1] / h] * 2)
    if frame.instances is not None:
        boxes, labels, supports = view(frame.instances, (x, y, w, h), (scale[0], scale[1]))
        ignored = np.zeros((0, 4))
    else:
        boxes, kept = _clip(frame.boxes, (x, y, w, h), scale)
        labels = [frame.labels[i] for i in kept]
        ignored = _clip(frame.ignored, (x, y, w, h), scale)[0]
        supports = support_from_boxes(boxes, labels)
    relations = relate(boxes, labels, supports, (h, w)) if len(boxes) else []
    boxes = boxes * scale
    ignored = ignored * scale
    if mirror:
        boxes[:, [0, 2]] = size[0] - boxes[:, [2, 0]]
        ignored[:, [0, 2]] = size[0] - ignored[:, [2, 0]]
    words = frame.looked_for
    labelled = None if words is None else tuple(OBJECT_INDEX[word] for word in words)
    target = Target(
        np.array([OBJECT_INDEX[label] for label in labels], np.int64),
        _centered(boxes, size),
        np.array([(s, o, PREDICATE_INDEX[p]) for s, p, o in relations], np.int64).reshape(-1, 3),
        _centered(ignored, size),
        labelled,
    )
    return image, target


def _window(
    width: int, height: int, size: tuple[int, int], rng: np.random.Generator
) -> tuple[int, int, int, int]:
    if rng.random() < 0.2:
        return 0, 0, width, height
    aspect = size[0] / size[1] * np.exp(rng.uniform(-0.3, 0.15))
    largest = min(width, height * aspect)
    w = largest * np.exp(rng.uniform(np.log(0.45), 0.0))
    h = w / aspect
    x = rng.uniform(0, width - w)
    y = rng.uniform(0, height - h)
    return int(x), int(y), max(int(w), 32), max(int(h), 32)


def _alter(image: Image, rng: np.random.Generator) -> Image:
    x = image.astype(np.float32)
    x *= np.exp(rng.normal(0, 0.08, 3)).astype(np.float32)
    grey = x.mean(axis=2, keepdims=True)
    x = grey + (x - grey) * np.float32(rng.uniform(0.4, 1.5))
    mean = grey.mean()
    x = mean + (x - mean) * np.float32(rng.uniform(0.6, 1.4))
    x *= np.float32(np.exp(rng.normal(0, 0.25)))
    if rng.random() < 0.15:
        x = cv2.GaussianBlur(x, (0, 0), rng.uniform(0.4, 1.5))
    if rng.random() < 0.2:
        x += rng.normal(0, rng.uniform(2, 10), x.shape).astype(np.float32)
    return x.clip(0, 255).astype(np.uint8)


def _clip(
    boxes: NDArray[np.floating], window: tuple[int, int, int, int], scale: NDArray[np.floating]
) -> tuple[NDArray[np.floating], NDArray[np.intp]]:
    x, y, w, h = window
    moved = boxes.astype(float) - [x, y, x, y]
    cut = moved.clip(0, [w, h, w, h])
    area = np.prod(moved[:, 2:] - moved[:, :2], axis=1)
    sides = (cut[:, 2:] - cut[:, :2]) * scale[:2]
    left = np.prod(cut[:, 2:] - cut[:, :2], axis=1)
    large = (sides.min(axis=1) >= LEAST_SIDE) & (sides.prod(axis=1) >= LEAST_AREA)
    kept = np.flatnonzero((left >= LEAST_VISIBLE * area) & large)
    return cut[kept], kept


def _centered(boxes: NDArray[np.floating], size: tuple[int, int]) -> NDArray[np.float32]:
    boxes = boxes.reshape(-1, 4) / [size[0], size[1], size[0], size[1]]
    centers = (boxes[:, :2] + boxes[:, 2:]) / 2
    return np.concatenate([centers, boxes[:, 2:] - boxes[:, :2]], axis=1).astype(np.float32)
