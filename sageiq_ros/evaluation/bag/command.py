# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Assess every image of a recorded drive without ROS, and compare with labels if there are any.

sageiq bag evaluate drive --labels labels.csv
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq bag evaluate``."""
    from sageiq_ros.executors.options import add_options

    parser.add_argument('bag', type=Path, help='rosbag2 folder, or one .mcap or .db3 file')
    parser.add_argument('--config', metavar='FILE', help='parameter file, as the node reads it')
    parser.add_argument('--topic', help='image topic (default: the first one with messages)')
    parser.add_argument('--frames', type=int, metavar='N', help='stop after N frames')
    parser.add_argument(
        '--rate',
        type=float,
        metavar='HZ',
        help='thin the bag to at most this rate',
    )
    parser.add_argument(
        '--labels',
        metavar='TOPIC|FILE',
        help='topic of TarQuality or of single floats, or .csv with score and stamp_ns, stamp, '
        'name or frame',
    )
    parser.add_argument(
        '--out',
        type=Path,
        default=Path('bag_evaluation'),
        metavar='FOLDER',
        help='folder for results.csv, summary.json and report.html (bag_evaluation)',
    )
    add_options(parser, default='processes')


def run(args: argparse.Namespace) -> int:
    """Evaluate; what was collected is written even if the rest fails or Ctrl-C comes."""
    from sageiq_ros.config import Config
    from sageiq_ros.evaluation.bag.files import EvaluationFolder
    from sageiq_ros.evaluation.bag.frames import BagFrames
    from sageiq_ros.evaluation.bag.label_source import labels_of
    from sageiq_ros.evaluation.bag.run import BagRun
    from sageiq_ros.evaluation.bag.work import AssessFrames
    from sageiq_ros.executors.options import executor_from
    from sageiq_ros.schema import load_yaml

    config = load_yaml(Config(), args.config) if args.config else Config()
    if args.executor == 'processes' and args.workers is None and config.analyzer.model:
        # Each worker loads that model by itself, however large it is.
        args.workers = 1
    executor = executor_from(args)
    frames = BagFrames(args.bag, args.topic, rate_hz=args.rate, frames=args.frames)
    labels = labels_of(frames, args.labels) if args.labels else None
    folder = EvaluationFolder(args.out)
    drive = BagRun(frames, folder.results)
    try:
        drive.go(executor, AssessFrames.by(executor, config))
    except KeyboardInterrupt:
        drive.end_early('it was interrupted.')
        raise
    except Exception as error:
        drive.end_early(f'it was broken off: {error}')
        raise
    finally:
        for sentence in frames.skipped:
            print(f'sageiq: skipped: {sentence}', file=sys.stderr)
        for sentence in drive.remarks:
            print(f'sageiq: {sentence}', file=sys.stderr)
        if drive.results:
            print(folder.write(drive, labels, config.scorer, args.command_line))
    return 0
