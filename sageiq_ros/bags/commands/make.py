# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Write a rosbag2 from a folder of images, a video, another bag or the rendered street."""

from __future__ import annotations

import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq bag make``."""
    from sageiq_ros.bags.frames import SOURCE_HELP

    parser.add_argument('source', help=SOURCE_HELP)
    parser.add_argument('out', help='folder of the new bag')
    parser.add_argument('--format', choices=('mcap', 'sqlite3'), default='mcap')
    parser.add_argument(
        '--compressed', action='store_true', help='write JPEG (CompressedImage), not raw images'
    )
    parser.add_argument(
        '--rate',
        type=float,
        metavar='HZ',
        help='rate of images and renderer (default 10); thins a video or bag to at most this',
    )
    parser.add_argument(
        '--topic', help='topic to write (default /image_raw, or /image_raw/compressed)'
    )
    parser.add_argument('--from-topic', help='image topic to read, where the source is a bag')
    parser.add_argument('--frames', type=int, metavar='N', help='stop after N frames')
    parser.add_argument('--seed', type=int, default=0, help='which street to render')


def run(args: argparse.Namespace) -> int:
    """Write the bag and say what is in it."""
    from tqdm import tqdm

    from sageiq_ros.bags.commands.info import describe
    from sageiq_ros.bags.frames import print_faults
    from sageiq_ros.bags.make import make_bag
    from sageiq_ros.bags.reader import BagReader
    from sageiq_ros.bags.sources import open_source

    source = open_source(
        args.source,
        topic=args.from_topic,
        rate_hz=args.rate,
        frames=args.frames,
        seed=args.seed,
    )
    written = make_bag(
        source, args.out, storage=args.format, compressed=args.compressed, topic=args.topic
    )
    for _ in tqdm(written, total=source.count, desc='writing', unit='frame', delay=0.5):
        pass
    print_faults(source)
    with BagReader(args.out) as reader:
        print(describe(reader))
    return 0
