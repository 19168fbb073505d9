# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Measure the running node: start, idling, its own cost, one camera, several cameras."""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

PARTS = ('one', 'own', 'several')


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq bench node``."""
    configure_cameras(parser)
    parser.add_argument(
        '--seconds', type=float, default=60.0, metavar='S', help='length of part several (60)'
    )
    parser.add_argument(
        '--turn', type=float, default=8.0, metavar='S', help='each measurement of part one (8)'
    )
    parser.add_argument(
        '--repeats', type=int, default=3, metavar='N', help='turns of parts one and own (3)'
    )
    parser.add_argument(
        '--parts', nargs='+', choices=PARTS, default=PARTS, help='what to measure (default: all)'
    )
    parser.add_argument('--json', type=Path, metavar='FILE', help='keep every measurement')


def configure_cameras(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that say what the cameras send, and to which node."""
    from sageiq_ros.bags.frames import SOURCE_HELP, STREET

    parser.add_argument('--input', default=STREET, help=f'{SOURCE_HELP} (default: {STREET})')
    parser.add_argument('--cameras', type=int, default=3, metavar='N', help='cameras (3)')
    parser.add_argument(
        '--size', type=parse_size, default=(1280, 720), metavar='WxH', help='images (1280x720)'
    )
    parser.add_argument(
        '--rate', type=float, default=30.0, metavar='HZ', help='frames a second a camera (30)'
    )
    parser.add_argument('--config', metavar='FILE', help='parameter file of the node')


def parse_size(text: str) -> tuple[int, int]:
    """Read a size as ``1280x720``; raises ArgumentTypeError for anything else."""
    sides = text.split('x')
    if len(sides) != 2 or not all(side.isdecimal() and int(side) > 0 for side in sides):
        raise argparse.ArgumentTypeError(
            f'must be WIDTHxHEIGHT in pixels such as 1280x720, not {text!r}'
        )
    width, height = map(int, sides)
    return width, height


def run(args: argparse.Namespace) -> int:
    """Measure, print the table, keep the raw numbers."""
    from sageiq_ros.nodes.transport import use_large_messages
    from sageiq_ros.output import check_writable
    from sageiq_ros.types import SageIQError

    counts = (args.cameras, args.rate, args.turn, args.repeats)
    if not (all(0 < count < math.inf for count in counts) and 2.0 <= args.seconds < math.inf):
        raise SageIQError(
            '--cameras, --rate, --turn and --repeats must be finite numbers above 0 and --seconds '
            'at least 2.'
        )
    check_writable(args.json)
    use_large_messages()
    from sageiq_ros.nodes.load.bench_run import bench_node
    from sageiq_ros.nodes.load.bench_table import table

    measured = bench_node(args)
    if args.json:
        args.json.write_text(json.dumps(measured, indent=1) + '\n', encoding='utf-8')
    print('\n'.join(table(measured)))
    return 0
