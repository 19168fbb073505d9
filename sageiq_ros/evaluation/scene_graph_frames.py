# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Find the scene graphs of images, a video or a bag: one line of JSON a frame."""

from __future__ import annotations

import argparse
import json
import re
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from sageiq_ros.types import SageIQError

if TYPE_CHECKING:
    from sageiq_ros.bags.frames import Frame
    from sageiq_ros.types import Image, SceneGraph

LINES = 'graphs.jsonl'
OVERLAYS = 'overlays'
SUFFIXES = ('.json', '.jsonl')
# Settings that have an option by their last word.
SETTINGS = (
    'scene_graph.engine',
    'scene_graph.rules',
    'scene_graph.entity_threshold',
    'scene_graph.relation_threshold',
    'scene_graph.merge_iou',
    'scene_graph.max_triplets',
    'scene_graph.looks',
    'runtime.threads',
    'runtime.backend',
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq scene-graph``; each setting brings its own sentence."""
    from sageiq_ros.bags.frames import SOURCE_HELP
    from sageiq_ros.config import Config
    from sageiq_ros.schema import settings

    parser.add_argument('input', nargs='+', help=f'image files, or {SOURCE_HELP}')
    parser.add_argument(
        '--out',
        type=Path,
        metavar='PATH',
        help=f'{" or ".join(SUFFIXES)} file, else folder of {LINES} (default: the terminal)',
    )
    parser.add_argument(
        '--overlays', action='store_true', help=f'draw every frame into {OVERLAYS}/ of --out'
    )
    parser.add_argument('--config', metavar='FILE', help='parameter file, as the node reads it')
    known = {name: (value, meta) for name, value, meta in settings(Config())}
    for name in SETTINGS:
        default, meta = known[name]
        parser.add_argument(
            _option(name),
            dest=name,
            type=type(default),
            metavar='VALUE',
            help=f'{meta["description"].rstrip(".")} ({default})',
        )
    parser.add_argument('--topic', help='image topic, where the input is a bag with several')
    parser.add_argument('--frames', type=int, metavar='N', help='stop after N frames')
    parser.add_argument(
        '--rate', type=float, metavar='HZ', help='thin a video or bag to at most this'
    )
    parser.add_argument('--quiet', action='store_true', help='show no progress')


def run(args: argparse.Namespace) -> int:
    """Write every frame's graph; returns 1 where a frame could not be read."""
    from time import perf_counter

    from tqdm import tqdm

    from sageiq_ros.bags.frames import print_faults
    from sageiq_ros.bags.reader import is_bag
    from sageiq_ros.bags.sources import open_sources
    from sageiq_ros.config import Config
    from sageiq_ros.scene_graph.build import build_generator
    from sageiq_ros.schema import load_yaml, updated

    config = load_yaml(Config(), args.config) if args.config else Config()
    given = {name: value for name in SETTINGS if (value := getattr(args, name)) is not None}
    config = updated(config, given)
    source = open_sources(args.input, topic=args.topic, rate_hz=args.rate, frames=args.frames)
    folder = _folder(args.out, args.overlays)
    has_clock = len(args.input) == 1 and is_bag(Path(args.input[0]))
    generator = build_generator(config.scene_graph, config.runtime.threads, config.runtime.backend)
    count = 0
    with ExitStack() as stack:
        output = _output(args.out, folder, stack)
        for frame in tqdm(
            source,
            total=source.count,
            unit='frame',
            file=sys.stderr,
            disable=True if args.quiet else None,
        ):
            start = perf_counter()
            graph = generator.generate(frame.image, config.scene_graph)
            milliseconds = 1e3 * (perf_counter() - start)
            line = {
                'source': source.name,
                'name': frame.name,
                'stamp_ns': frame.stamp_ns if has_clock else None,
                **record(frame.image, graph),
                'scene_graph': generator.name,
                'ms': round(milliseconds, 3),
            }
            print(json.dumps(line), file=output, flush=True)
            if args.overlays:
                _draw(frame, graph, folder / OVERLAYS, count)
            count += 1
    print_faults(source)
    if source.skipped:
        print(f'sageiq: {count} frames written, {len(source.skipped)} skipped.', file=sys.stderr)
    return int(bool(source.skipped))


def record(image: Image, graph: SceneGraph) -> dict[str, Any]:
    """Return one picture's size and graph as JSON values; boxes are x1, y1, x2, y2 in pixels."""
    height, width = image.shape[:2]
    return {
        'width': width,
        'height': height,
        'regions': [
            {
                'label': region.label,
                'confidence': round(region.confidence, 6),
                'box': [
                    round(edge, 3)
                    for edge in (region.box.x1, region.box.y1, region.box.x2, region.box.y2)
                ],
            }
            for region in graph.regions
        ],
        'triplets': [
            {
                'subject': triplet.subject,
                'object': triplet.object,
                'words': [
                    graph.regions[triplet.subject].label,
                    triplet.predicate,
                    graph.regions[triplet.object].label,
                ],
                'confidence': round(triplet.confidence, 6),
            }
            for triplet in graph.triplets
        ],
    }


def _option(setting: str) -> str:
    return f'--{setting.rpartition(".")[2].replace("_", "-")}'


def _folder(out: Path | None, overlays: bool) -> Path | None:
    """Return the folder to write into, made if need be; None for a file or the terminal."""
    if out is None or (out.suffix in SUFFIXES and not out.is_dir()):
        if overlays:
            raise SageIQError('--overlays needs a folder to draw into; name it by --out FOLDER.')
        return None
    try:
        (out / OVERLAYS if overlays else out).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SageIQError(f'Cannot make the folder {out}: {error.strerror}.') from error
    return out


def _output(out: Path | None, folder: Path | None, stack: ExitStack) -> TextIO:
    if out is None:
        return sys.stdout
    path = out if folder is None else folder / LINES
    try:
        return stack.enter_context(path.open('w', encoding='utf-8'))
    except OSError as error:
        raise SageIQError(f'Cannot write {path}: {error.strerror}.') from error


def _draw(frame: Frame, graph: SceneGraph, folder: Path, number: int) -> None:
    import cv2

    from sageiq_ros.graph_overlay import draw_graph

    name = re.sub(r'[^\w.-]+', '_', Path(frame.name).stem)
    path = folder / f'{number:06d}_{name}.jpg'
    head = f'{len(graph.regions)} regions, {len(graph.triplets)} triplets'
    if not cv2.imwrite(str(path), draw_graph(frame.image, graph, head)):
        raise SageIQError(f'Cannot write {path}; is there room on the disk?')
