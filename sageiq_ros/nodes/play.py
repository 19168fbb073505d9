# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Play a rosbag2 onto its topics in real time."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sageiq_ros.nodes.player import Player


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq bag play``."""
    parser.add_argument('bag', help='rosbag2 folder, or one .mcap or .db3 file')
    parser.add_argument('--rate', type=float, default=1.0, help='speed: 2 plays twice as fast')
    parser.add_argument('--loop', action='store_true', help='start over until interrupted')
    parser.add_argument('--clock', action='store_true', help='publish the bag time on /clock')
    parser.add_argument(
        '--topic',
        action='append',
        default=[],
        metavar='NAME[:=NEW]',
        help='play this topic only, under a new name if one is given; may be repeated',
    )
    parser.add_argument(
        '--exclude',
        nargs='+',
        default=[],
        metavar='NAME',
        help='without --topic: topics not to play, whether the bag has them or not',
    )
    parser.add_argument(
        '--wait',
        type=float,
        default=2.0,
        metavar='S',
        help='longest wait for a subscriber before the first message (default 2)',
    )


def run(args: argparse.Namespace) -> int:
    """Play until the end, or until Ctrl-C."""
    from sageiq_ros.nodes.transport import use_large_messages

    use_large_messages()
    import rclpy
    from rclpy.signals import SignalHandlerOptions

    from sageiq_ros.bags.reader import BagReader
    from sageiq_ros.nodes.player import Player, select_topics

    with BagReader(args.bag) as reader:
        # There is one clock: that of the bag is another's.
        excluded = [*args.exclude, '/clock'] if args.clock else args.exclude
        names, left_out = select_topics(reader, args.topic, excluded)
        for sentence in filter(None, (reader.remark, *left_out)):
            print(f'sageiq: {sentence}', file=sys.stderr)
        rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
        try:
            player = Player(
                rclpy.create_node('sageiq_player'),
                reader,
                names,
                speed=args.rate,
                clock=args.clock,
            )
            _play(player, wait_s=args.wait, loop=args.loop)
        finally:
            rclpy.try_shutdown()
    return 0


def _play(player: Player, *, wait_s: float, loop: bool) -> None:
    if not player.wait_for_subscriber(wait_s):
        print('sageiq: nobody has subscribed yet; playing anyway.', file=sys.stderr)
    try:
        player.play()
        while loop:
            player.play()
        player.flush()
    except KeyboardInterrupt:
        pass
    print(player.summary())
