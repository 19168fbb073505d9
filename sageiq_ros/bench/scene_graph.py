# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Measure stage 1: frames per second, memory, agreement of batches and runs, cost of looks."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sageiq_ros.bench.stage import Settings
    from sageiq_ros.types import Image

PARTS = ('nano', 'looks', 'batch', 'full')
DEFAULT_PARTS = PARTS[:3]
FRAMES = 15
# Pictures a second of the source: enough for them to differ.
RATE_HZ = 1.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq bench scene-graph``."""
    from sageiq_ros.bags.frames import SOURCE_HELP, STREET

    parser.add_argument(
        '--parts',
        nargs='+',
        choices=PARTS,
        default=DEFAULT_PARTS,
        metavar='PART',
        help='nano: speed of the engine; looks: cost of the looks; batch: agreement of batches '
        'and runs; full: the full-size RelTR, which needs torch, NNCF, minutes and 1 GB '
        f'(default: {" ".join(DEFAULT_PARTS)})',
    )
    parser.add_argument('--input', default=STREET, help=f'{SOURCE_HELP} (default: {STREET})')
    parser.add_argument(
        '--engine', default='reltr_nano', help='shipped name or store folder (reltr_nano)'
    )
    parser.add_argument(
        '--detector', type=Path, metavar='FILE', help='nano: ONNX file timed as a yardstick'
    )
    parser.add_argument(
        '--checkpoint',
        metavar='FOLDER',
        help='full: what "sageiq models import" wrote (default: seeded random weights)',
    )
    parser.add_argument(
        '--size', default='800x480', metavar='WxH', help='full: input size in pixels (800x480)'
    )
    parser.add_argument(
        '--work', type=Path, metavar='FOLDER', help='full: keeps what is made (cache folder)'
    )
    parser.add_argument('--repeats', type=int, default=15, metavar='N', help='turns (15)')
    parser.add_argument(
        '--seconds', type=float, default=0.5, metavar='S', help='length of a turn (0.5)'
    )
    parser.add_argument('--threads', type=int, default=2, metavar='N', help='of a network (2)')
    parser.add_argument('--json', type=Path, metavar='FILE', help='keep every measurement')


def run(args: argparse.Namespace) -> int:
    """Measure, print, keep; returns 1 where batches or runs disagree."""
    from sageiq_ros.bench.report import describe
    from sageiq_ros.bench.stage import Settings
    from sageiq_ros.types import SageIQError

    if args.repeats < 1 or args.seconds <= 0.0 or args.threads < 1:
        raise SageIQError('--repeats, --seconds and --threads must be positive.')
    _check(args)
    measured = bench(args, Settings(args.repeats, args.seconds, args.threads))
    if args.json is not None:
        try:
            args.json.write_text(json.dumps(measured, indent=1) + '\n', encoding='utf-8')
        except OSError as error:
            raise SageIQError(f'Cannot write {args.json}: {error.strerror}.') from error
    print(describe(measured))
    found = measured.get('batch')
    return 0 if found is None or (found['same_triplets'] and found['deterministic']) else 1


def _check(args: argparse.Namespace) -> None:
    """Refuse what would fail only after minutes of measuring."""
    from sageiq_ros.deployment.import_reltr import parse_size
    from sageiq_ros.engines.store import find_engine
    from sageiq_ros.types import SageIQError

    find_engine(args.engine)
    if args.detector is not None and not args.detector.is_file():
        raise SageIQError(f'There is no detector at {args.detector}; give an ONNX file.')
    if args.json is not None and not args.json.absolute().parent.is_dir():
        raise SageIQError(f'There is no folder {args.json.parent} to write {args.json.name} in.')
    if 'full' in args.parts:
        from sageiq_ros.bench.full_size import check_packages

        check_packages()
        parse_size(args.size)
        if args.checkpoint:
            find_engine(args.checkpoint)


def bench(args: argparse.Namespace, settings: Settings) -> dict[str, Any]:
    """Run the parts that ``args`` names; returns everything measured."""
    from sageiq_ros.bench import agreement, stage
    from sageiq_ros.bench.machine import machine

    results: dict[str, Any] = {
        'command': 'bench scene-graph',
        'settings': {
            'repeats': settings.repeats,
            'seconds': settings.seconds,
            'threads': settings.threads,
        },
        'machine': machine(),
    }
    images = _images(args.input)
    height, width = images[0].shape[:2]
    results['input'] = {
        'source': args.input,
        'pictures': len(images),
        'width': width,
        'height': height,
    }
    # First, for it alone can refuse an engine, and that must not cost what was measured.
    if 'batch' in args.parts:
        results['batch'] = agreement.batch(args.engine, images, settings.threads)
    if 'nano' in args.parts:
        results['nano'] = stage.nano(args.engine, args.detector, images, settings)
    if 'looks' in args.parts:
        results['looks'] = stage.looks(args.engine, images, settings)
    if 'full' in args.parts:
        from sageiq_ros.bench.full_size import full
        from sageiq_ros.cache import cache_folder
        from sageiq_ros.deployment.import_reltr import parse_size

        work = args.work or cache_folder() / 'bench'
        results['full'] = full(args.checkpoint, parse_size(args.size), images, settings, work)
    return results


def _images(source: str) -> list[Image]:
    from tqdm import tqdm

    from sageiq_ros.bags.sources import open_source

    opened = open_source(source, frames=FRAMES, rate_hz=RATE_HZ)
    frames = tqdm(opened, total=opened.count, desc='pictures', leave=False, disable=None)
    return [frame.image for frame in frames]
