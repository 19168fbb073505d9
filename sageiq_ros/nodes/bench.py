# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Measure the running node: results per second, start, memory, age of results."""

from __future__ import annotations

import argparse
import json
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq bench node``."""
    from sageiq_ros.bags.frames import SOURCE_HELP, STREET

    parser.add_argument('--input', default=STREET, help=f'{SOURCE_HELP} (default: {STREET})')
    parser.add_argument('--repeats', type=int, default=3, metavar='N', help='runs of all (3)')
    parser.add_argument(
        '--seconds', type=float, default=8.0, metavar='S', help='length of each measurement (8)'
    )
    parser.add_argument(
        '--rate', type=float, default=30.0, metavar='HZ', help='rate of the saturated feed (30)'
    )
    parser.add_argument('--config', metavar='FILE', help='parameter file of the node')
    parser.add_argument('--json', metavar='FILE', help='keep every single measurement')


def run(args: argparse.Namespace) -> int:
    """Measure, print the medians, keep the raw numbers."""
    from sageiq_ros.nodes.transport import use_large_messages

    use_large_messages()
    from sageiq_ros.nodes.bench_run import bench_node, describe

    measured = bench_node(
        args.input,
        repeats=args.repeats,
        duration_s=args.seconds,
        rate_hz=args.rate,
        config_file=args.config,
    )
    if args.json:
        Path(args.json).write_text(json.dumps(measured, indent=2) + '\n', encoding='utf-8')
    print(describe(measured))
    return 0
