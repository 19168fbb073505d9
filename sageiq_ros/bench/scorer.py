# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Measure stage 3: eight regions at once or one by one, the SA cache, precisions, scorers."""

from __future__ import annotations

import argparse
import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sageiq_ros.bench.runner import Load

PARTS = ('nano', 'full')
BASELINE = 'one by one'


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq bench scorer``."""
    parser.add_argument(
        '--parts',
        nargs='+',
        choices=PARTS,
        default=PARTS[:1],
        help='nano: eight regions of a frame; full: the 8.2 B shape of random weights, which '
        'needs torch and a GPU (default: nano)',
    )
    parser.add_argument(
        '--engine', default='sageiq_m_nano', help='SageIQ-M nano: shipped name or store folder'
    )
    parser.add_argument(
        '--single', metavar='FOLDER', help='the same network as an engine of one crop a run'
    )
    parser.add_argument(
        '--scorer', action='append', default=[], metavar='NAME', help='another scorer to time'
    )
    parser.add_argument('--repeats', type=int, default=15, metavar='N', help='turns (15)')
    parser.add_argument(
        '--seconds', type=float, default=0.5, metavar='S', help='length of a turn (0.5)'
    )
    parser.add_argument('--threads', type=int, default=2, metavar='N', help='of a scorer (2)')
    parser.add_argument(
        '--shape',
        choices=('full', 'tiny'),
        default='full',
        help="full: the paper's, or a tiny one",
    )
    parser.add_argument('--json', type=Path, metavar='FILE', help='keep every measurement')


def run(args: argparse.Namespace) -> int:
    """Measure, print, keep; returns 0."""
    from sageiq_ros.bench.machine import machine
    from sageiq_ros.output import check_writable
    from sageiq_ros.types import SageIQError

    if args.repeats < 1 or args.seconds <= 0.0 or args.threads < 1:
        raise SageIQError('--repeats, --seconds and --threads must be positive.')
    check_writable(args.json)
    results: dict[str, Any] = {
        'command': 'bench scorer',
        'settings': {
            'repeats': args.repeats,
            'seconds': args.seconds,
            'threads': args.threads,
        },
        'machine': machine(),
    }
    if 'nano' in args.parts:
        results['nano'] = measure_nano(args)
        print('\n'.join(table(results['nano'], args.threads)))
    if 'full' in args.parts:
        from sageiq_ros.bench.random_sageiq_m import describe, measure_full

        results['full'] = measure_full(args.shape, args.threads, args.repeats)
        print('\n'.join(describe(results['full'])))
    if args.json is not None:
        args.json.write_text(json.dumps(results, indent=1) + '\n', encoding='utf-8')
    return 0


def measure_nano(args: argparse.Namespace) -> dict[str, Any]:
    """Time the ways of scoring eight regions of one rendered frame by turns."""
    from sageiq_ros.bench.scorer_loads import (
        REGIONS,
        load_one_by_one,
        load_scorer,
        load_uncached,
        regions,
    )
    from sageiq_ros.bench.stage import Settings, described, measure
    from sageiq_ros.datasets.street import render_drive

    frame = next(iter(render_drive(0, 1, size=(960, 540)))).image
    crops = regions(frame)
    engine, threads = args.engine, args.threads
    _, size = described(engine)
    loads: dict[str, Load] = {
        BASELINE: partial(load_one_by_one, engine, threads, crops),
        'at once': partial(load_scorer, engine, threads, crops),
        'at once, SA cache off': partial(load_uncached, engine, threads, crops),
    }
    if args.single:
        loads['one by one, engine of one crop'] = partial(
            load_one_by_one, args.single, threads, crops
        )
    for name in args.scorer:
        loads[f'at once, {name}'] = partial(load_scorer, name, threads, crops)
    settings = Settings(args.repeats, args.seconds, threads)
    found = measure(loads, settings, 'scorer', baselines=[BASELINE])
    rows = found['runners']
    return {
        'engine': size,
        'regions': REGIONS,
        'sides_px': [list(crop.shape[:2]) for crop in crops],
        'regions_per_second': {name: REGIONS * row['fps']['median'] for name, row in rows.items()},
        'cache_ratio': rows['at once']['faster']['median']
        / rows['at once, SA cache off']['faster']['median'],
        **found,
    }


def table(part: dict[str, Any], threads: int) -> list[str]:
    """Lay the nano part out as text, ratios first."""
    engine = part['engine']
    width = max(map(len, part['runners']))
    lines = [
        f'{engine["name"]} {engine["precision"]}, {engine["megabytes"]:.1f} MB: '
        f'{part["regions"]} regions of a frame, {threads} threads',
        f'  {"":{width}} {"faster":>8} {"regions/s":>10} {"ms":>9} {"peak MB":>8}',
    ]
    for name, row in part['runners'].items():
        mark = '  (baseline)' if name == part['baseline'] else ''
        lines.append(
            f'  {name:{width}} {row["faster"]["median"]:7.2f}x '
            f'{part["regions_per_second"][name]:10.1f} {row["ms"]["median"]:9.2f} '
            f'{row["peak_mb"]:8.0f}{mark}'
        )
    lines.append(f'  SA cache on against off: {part["cache_ratio"]:.2f}x')
    return lines
