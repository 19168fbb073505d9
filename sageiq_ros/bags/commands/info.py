# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Tell what a rosbag2 holds: topics, types, counts, duration and size."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sageiq_ros.bags.reader import BagReader


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq bag info``."""
    parser.add_argument('bag', help='rosbag2 folder, or one .mcap or .db3 file')


def run(args: argparse.Namespace) -> int:
    """Print the description."""
    from sageiq_ros.bags.reader import BagReader

    with BagReader(args.bag) as reader:
        print(describe(reader))
    return 0


def describe(reader: BagReader) -> str:
    """Lay out a bag's contents as aligned text."""
    duration_s = (reader.end_ns - reader.start_ns) / 1e9
    made_from = [f'source    {reader.source}'] if reader.source else []
    lines = [
        f'bag       {reader.path}',
        *made_from,
        f'size      {_size(reader.size_bytes)}',
        f'messages  {reader.message_count}',
    ]
    if reader.remark:
        lines.append(f'remark    {reader.remark}')
    if reader.message_count:
        lines += [
            f'duration  {duration_s:.3f} s',
            f'first     {_instant(reader.start_ns)}',
            f'last      {_instant(reader.end_ns)}',
        ]
    width = max((len(topic.name) for topic in reader.topics), default=0)
    for number, topic in enumerate(reader.topics):
        rated = duration_s > 0.0 and topic.count > 1
        rate = f'{(topic.count - 1) / duration_s:.2f} Hz' if rated else ''
        lead = 'topics    ' if number == 0 else ' ' * 10
        lines.append(f'{lead}{topic.name:{width}}  {topic.count:7}  {topic.type}{rate:>14}')
    return '\n'.join(lines)


def _size(count: int) -> str:
    return f'{count / 1e6:.1f} MB' if count >= 100_000 else f'{count / 1e3:.1f} kB'


def _instant(stamp_ns: int) -> str:
    seconds, nanoseconds = divmod(stamp_ns, 1_000_000_000)
    moment = datetime.fromtimestamp(seconds, UTC)
    return f'{moment:%Y-%m-%d %H:%M:%S}.{nanoseconds:09} UTC ({seconds}.{nanoseconds:09})'
