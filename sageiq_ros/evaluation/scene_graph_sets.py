# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What scene graphs are measured on: CamVid val, rendered streets, a clip judged by a detector."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.config import SceneGraphConfig
from sageiq_ros.datasets import camvid, rendered
from sageiq_ros.datasets.photos import read_picture
from sageiq_ros.evaluation.sgdet import entity_recall, mean_recall, triplet_recall
from sageiq_ros.geometry import box_iou
from sageiq_ros.relations import Relation, relate, support_from_boxes
from sageiq_ros.scene_graph.base import SceneGraphGenerator
from sageiq_ros.scene_graph.yolox import VEHICLES, YoloxDetector
from sageiq_ros.types import Box, Region, SageIQError, SceneGraph, Triplet

TEACHER_SCORE = 0.4
LEAST_IOU = 0.5
EVERYTHING = {'entity_threshold': 0.02, 'relation_threshold': 0.0, 'max_triplets': 200}


def on_camvid(
    generator: SceneGraphGenerator,
    folder: Path,
    detector: YoloxDetector | None,
    settings: SceneGraphConfig | None = None,
) -> dict[str, Any]:
    """Measure triplet and entity recall on the val frames (docs/scene_graph_labels.md)."""
    config = replace(settings or SceneGraphConfig(), **EVERYTHING)
    found, truths = [], []
    for image_path, mask_path in _progress(camvid.frames(folder, 'val')):
        image = read_picture(image_path)
        boxes, names = None, ()
        if detector is not None:
            seen = detector.detect(image, TEACHER_SCORE)
            boxes, names = seen.boxes, seen.labels
        instances = camvid.find_instances(camvid.read_mask(mask_path), boxes, names)
        truths.append(graph_of(instances))
        found.append(generator.generate(image, config))
    return {'split_by_detector': detector is not None, **_recalls(found, truths)}


def on_rendered(
    generator: SceneGraphGenerator, count: int, settings: SceneGraphConfig | None = None
) -> dict[str, Any]:
    """Measure the same on ``count`` rendered streets that no training has seen.

    Only the words of which the rendering holds the truth are asked for.
    """
    config = replace(settings or SceneGraphConfig(), **EVERYTHING)
    found, truths = [], []
    first = rendered.FIRST_HOLDOUT
    for seed in _progress(range(first, first + count)):
        image, boxes, labels = rendered.labelled_street(seed)
        relations = relate(boxes, labels, support_from_boxes(boxes, labels), image.shape[:2])
        truths.append(_graph(boxes, labels, relations))
        found.append(restricted(generator.generate(image, config), rendered.LABELS))
    return {'first_seed': first, **_recalls(found, truths)}


def graph_of(instances: camvid.Instances) -> SceneGraph:
    """Turn a frame's entities into the true scene graph."""
    height, width = instances.ids.shape
    boxes, labels, supports = camvid.view(instances, (0, 0, width, height), (1.0, 1.0))
    return _graph(boxes, labels, relate(boxes, labels, supports, (height, width)))


def restricted(graph: SceneGraph, words: Sequence[str]) -> SceneGraph:
    """Return the part of a graph whose regions are called by ``words``."""
    kept = [i for i, region in enumerate(graph.regions) if region.label in words]
    place = {index: new for new, index in enumerate(kept)}
    return SceneGraph(
        tuple(graph.regions[i] for i in kept),
        tuple(
            replace(t, subject=place[t.subject], object=place[t.object])
            for t in graph.triplets
            if t.subject in place and t.object in place
        ),
    )


def on_clip(
    generator: SceneGraphGenerator,
    folder: Path,
    detector: YoloxDetector,
    config: SceneGraphConfig,
) -> dict[str, Any]:
    """Count frames with a triplet of which a region lies on a vehicle that the detector sees."""
    paths = sorted(p for p in folder.glob('*') if p.suffix.lower() in ('.jpg', '.jpeg', '.png'))
    if not paths:
        raise SageIQError(f'There are no images in {folder}.')
    frames = []
    for path in _progress(paths):
        image = read_picture(path)
        seen = detector.detect(image, TEACHER_SCORE)
        vehicles = [
            Box(*(float(edge) for edge in box))
            for box, label in zip(seen.boxes, seen.labels, strict=True)
            if label in VEHICLES
        ]
        graph = generator.generate(image, config)
        used = {index for t in graph.triplets for index in (t.subject, t.object)}
        best = max(
            (box_iou(graph.regions[i].box, box) for i in used for box in vehicles), default=0.0
        )
        frames.append(
            {
                'frame': path.name,
                'vehicles': len(vehicles),
                'triplets': len(graph.triplets),
                'best_iou': round(best, 4),
            }
        )
    hits = sum(frame['best_iou'] >= LEAST_IOU for frame in frames)
    return {
        'frames': len(frames),
        'with_vehicle_triplet': hits,
        'share': hits / len(frames),
        'triplets_mean': float(np.mean([frame['triplets'] for frame in frames])),
        'per_frame': frames,
    }


def _graph(
    boxes: NDArray[np.floating], labels: Sequence[str], relations: Sequence[Relation]
) -> SceneGraph:
    regions = tuple(
        Region(label, 1.0, Box(*(float(edge) for edge in box)))
        for label, box in zip(labels, boxes, strict=True)
    )
    return SceneGraph(regions, tuple(Triplet(s, p, o, 1.0) for s, p, o in relations))


def _recalls(found: Sequence[SceneGraph], truths: Sequence[SceneGraph]) -> dict[str, Any]:
    pairs = list(zip(found, truths, strict=True))
    counts = [len(truth.triplets) for truth in truths if truth.triplets]
    results: dict[str, Any] = {'frames': len(pairs), 'true_triplets_mean': float(np.mean(counts))}
    for most in (20, 50):
        results[f'R@{most}'] = mean_recall([triplet_recall(a, b, most) for a, b in pairs])
        # With more true triplets than guesses, even a perfect network stays below 1.
        results[f'most_R@{most}'] = float(np.mean([min(most, n) / n for n in counts]))
    results['entities'] = entity_recall([a.regions for a in found], [b.regions for b in truths])
    return results


def _progress(items: Sequence[Any]) -> Iterable[Any]:
    from tqdm import tqdm

    return tqdm(items, unit='frame', file=sys.stderr, mininterval=1.0, leave=False)
