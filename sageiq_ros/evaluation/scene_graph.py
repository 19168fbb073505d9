# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq evaluate scene-graph``: recall on CamVid, on rendered streets, and on a judged clip."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from sageiq_ros.config import SceneGraphConfig
from sageiq_ros.engines.store import BACKENDS, find_engine, read_manifest, sha256
from sageiq_ros.evaluation.scene_graph_sets import on_camvid, on_clip, on_rendered
from sageiq_ros.output import check_writable
from sageiq_ros.scene_graph.build import build_generator
from sageiq_ros.scene_graph.detr import is_transformers_detr
from sageiq_ros.scene_graph.yolox import YoloxDetector
from sageiq_ros.schema import updated
from sageiq_ros.types import SageIQError


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument('--engine', default='reltr_nano', help='engine (default reltr_nano)')
    parser.add_argument('--camvid', type=Path, help='folder of CamVid: recall on its val frames')
    parser.add_argument(
        '--rendered', type=int, default=0, help='recall on so many rendered streets, 60 say'
    )
    parser.add_argument('--clip', type=Path, help='folder of images: vehicles in triplets')
    parser.add_argument(
        '--teacher',
        type=Path,
        help='YOLOX ONNX file: judges --clip; on --camvid it splits cars that touch',
    )
    parser.add_argument(
        '--looks', type=int, default=1, help='looks at each frame, 1 to 5, united (default 1)'
    )
    parser.add_argument(
        '--backend', choices=('auto', *BACKENDS), default='auto', help='runtime (default auto)'
    )
    parser.add_argument('--threads', type=int, default=2, help='processor threads (default 2)')
    parser.add_argument('--json', type=Path, help='file for the raw results')


def run(args: argparse.Namespace) -> int:
    """Measure, print a table, write the raw results."""
    if args.camvid is None and args.clip is None and args.rendered < 1:
        raise SageIQError(
            'Say what to evaluate on: --camvid <folder>, --rendered <count> or --clip <folder>.'
        )
    check_writable(args.json)
    settings = updated(SceneGraphConfig(), {'engine': args.engine, 'looks': args.looks})
    generator = build_generator(settings, args.threads, args.backend)
    detector = YoloxDetector(args.teacher, args.threads) if args.teacher else None
    results: dict[str, Any] = {
        'engine': generator.name,
        'backend': args.backend,
        'looks': args.looks,
    }
    if not is_transformers_detr(Path(args.engine)):
        folder = find_engine(args.engine)
        results['sha256'] = sha256(folder / read_manifest(folder).file)
    if args.camvid is not None:
        results['camvid_val'] = on_camvid(generator, args.camvid, detector, settings)
        _print_recalls('CamVid val', results['camvid_val'])
    if args.rendered > 0:
        results['rendered'] = on_rendered(generator, args.rendered, settings)
        _print_recalls('rendered hold-out', results['rendered'])
    if args.clip is not None:
        if detector is None:
            raise SageIQError('--clip needs --teacher <yolox.onnx> to judge where vehicles are.')
        results['clip'] = on_clip(generator, args.clip, detector, settings)
        clip = results['clip']
        print(
            f'clip: {clip["with_vehicle_triplet"]} of {clip["frames"]} frames carry a triplet on '
            f'a vehicle ({clip["share"]:.1%}); {clip["triplets_mean"]:.1f} triplets a frame'
        )
    if args.json is not None:
        args.json.write_text(json.dumps(results, indent=1) + '\n', encoding='utf-8')
    return 0


def _print_recalls(name: str, result: dict[str, Any]) -> None:
    print(f'{name}, {result["frames"]} frames, {result["true_triplets_mean"]:.1f} triplets each:')
    for most in (20, 50):
        print(f'  SGDet R@{most} {result[f"R@{most}"]:.3f} of {result[f"most_R@{most}"]:.3f}')
    print('  recall at one false box an image:')
    for label, row in result['entities'].items():
        print(f'    {label:10} {row["recall"]:.3f}  of {row["count"]}')
