# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Wait until somebody subscribes to an image topic of a bag, such as a node that is loading."""

from __future__ import annotations

import argparse
import time

POLL_S = 0.1


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq bag wait``."""
    parser.add_argument('bag', help='rosbag2 folder, or one .mcap or .db3 file')


def run(args: argparse.Namespace) -> int:
    """Return when there is a subscription; Ctrl-C ends it earlier."""
    import rclpy
    from rclpy.signals import SignalHandlerOptions

    from sageiq_ros.bags.reader import BagReader
    from sageiq_ros.bags.recording import choose_image_topic, image_topics

    with BagReader(args.bag) as reader:
        choose_image_topic(reader, None)
        topics = [topic.name for topic in image_topics(reader)]
    rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    try:
        node = rclpy.create_node('sageiq_wait')
        while not any(node.count_subscribers(topic) for topic in topics):
            time.sleep(POLL_S)
    finally:
        rclpy.try_shutdown()
    return 0
