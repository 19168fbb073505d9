# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq evaluate scene-graph``: recall on CamVid, and on a clip judged by a detector."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sageiq_ros.config import SceneGraphConfig
from sageiq_ros.datasets import camvid
from sageiq_ros.datasets.relations import relate
from sageiq_ros.engines.store import find_engine, load_engine, read_manifest, sha256
from sageiq_ros.evaluation.sgdet import entity_recall, mean_recall, triplet_recall
from sageiq_ros.geometry import box_iou
from sageiq_ros.scene_graph.base import SceneGraphGenerator
from sageiq_ros.scene_graph.reltr import RelTRGenerator
from sageiq_ros.scene_graph.yolox import VEHICLES, YoloxDetector
from sageiq_ros.types import Box, Region, SageIQError, SceneGraph, Triplet

TEACHER_SCORE = 0.4
LEAST_IOU = 0.5
EVERYTHING = {'entity_threshold': 0.02, 'relation_threshold': 0.0, 'max_triplets': 200}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument('--engine', default='reltr_nano', help='engine (default reltr_nano)')
    parser.add_argument('--camvid', type=Path, help='folder of CamVid: recall on its val frames')
    parser.add_argument('--clip', type=Path, help='folder of images: vehicles in triplets')
    parser.add_argument(
        '--teacher',
        type=Path,
        help='YOLOX ONNX file: judges --clip; on --camvid it splits cars that touch',
    )
    parser.add_argument('--threads', type=int, default=2, help='processor threads (default 2)')
    parser.add_argument('--json', type=Path, help='file for the raw results')


def run(args: argparse.Namespace) -> int:
    """Measure, print a table, write the raw results."""
    if args.camvid is None and args.clip is None:
        raise SageIQError('Say what to evaluate on: --camvid <folder> or --clip <folder>.')
    generator = RelTRGenerator(load_engine(args.engine, 'reltr', args.threads))
    detector = YoloxDetector(args.teacher, args.threads) if args.teacher else None
    folder = find_engine(args.engine)
    results: dict[str, Any] = {
        'engine': generator.name,
        'sha256': sha256(folder / read_manifest(folder).file),
    }
    if args.camvid is not None:
        results['camvid_val'] = on_camvid(generator, args.camvid, detector)
        _print_camvid(results['camvid_val'])
    if args.clip is not None:
        if detector is None:
            raise SageIQError('--clip needs --teacher <yolox.onnx> to judge where vehicles are.')
        results['clip'] = on_clip(generator, args.clip, detector, SceneGraphConfig())
        clip = results['clip']
        print(
            f'clip: {clip["with_vehicle_triplet"]} of {clip["frames"]} frames carry a triplet on '
            f'a vehicle ({clip["share"]:.1%}); {clip["triplets_mean"]:.1f} triplets a frame'
        )
    if args.json is not None:
        args.json.write_text(json.dumps(results, indent=1) + '\n', encoding='utf-8')
    return 0


def on_camvid(
    generator: SceneGraphGenerator, folder: Path, detector: YoloxDetector | None
) -> dict[str, Any]:
    """Measure triplet and entity recall on the val frames (docs/scene_graph_labels.md)."""
    config = replace(SceneGraphConfig(), **EVERYTHING)
    found, truths = [], []
    for image_path, mask_path in _progress(camvid.frames(folder, 'val')):
        image = camvid.read_image(image_path)
        boxes, names = None, ()
        if detector is not None:
            seen = detector.detect(image, TEACHER_SCORE)
            boxes, names = seen.boxes, seen.labels
        instances = camvid.find_instances(camvid.read_mask(mask_path), boxes, names)
        truths.append(graph_of(instances))
        found.append(generator.generate(image, config))
    pairs = list(zip(found, truths, strict=True))
    return {
        'frames': len(pairs),
        'split_by_detector': detector is not None,
        **{
            f'R@{most}': mean_recall([triplet_recall(a, b, most) for a, b in pairs])
            for most in (20, 50)
        },
        'entities': entity_recall([a.regions for a, _ in pairs], [b.regions for _, b in pairs]),
        'true_triplets_mean': float(np.mean([len(b.triplets) for _, b in pairs])),
    }


def graph_of(instances: camvid.Instances) -> SceneGraph:
    """Turn a frame's entities into the true scene graph."""
    height, width = instances.ids.shape
    boxes, labels, supports = camvid.view(instances, (0, 0, width, height), (1.0, 1.0))
    relations = relate(boxes, labels, supports, (height, width))
    regions = tuple(
        Region(label, 1.0, Box(*(float(edge) for edge in box)))
        for label, box in zip(labels, boxes, strict=True)
    )
    return SceneGraph(regions, tuple(Triplet(s, p, o, 1.0) for s, p, o in relations))


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
        image = camvid.read_image(path)
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


def _progress(items: list[Any]) -> Iterable[Any]:
    from tqdm import tqdm

    return tqdm(items, unit='frame', file=sys.stderr, mininterval=1.0, leave=False)


def _print_camvid(result: dict[str, Any]) -> None:
    print(f'CamVid val, {result["frames"]} frames:')
    print(f'  SGDet R@20 {result["R@20"]:.3f}   R@50 {result["R@50"]:.3f}')
    print('  recall at one false box an image:')
    for label, row in result['entities'].items():
        print(f'    {label:10} {row["recall"]:.3f}  of {row["count"]}')
