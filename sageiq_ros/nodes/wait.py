# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Wait until somebody subscribes to an image topic of a bag, such as a node that is loading."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

import yaml

from sageiq_ros.bags.frames import BagError
from sageiq_ros.nodes.process import NAMESPACE
from sageiq_ros.quoting import quoted
from sageiq_ros.schema import ConfigError

if TYPE_CHECKING:
    from rclpy.node import Node

POLL_S = 0.1
WORD_EVERY_S = 10.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq bag wait``."""
    parser.add_argument('bag', help='rosbag2 folder, or one .mcap or .db3 file')
    parser.add_argument(
        '--cameras',
        default='',
        metavar='LIST',
        help="the node's cameras as in sageiq.launch.py, such as '[/front, /rear]', in the "
        f'namespace {NAMESPACE}; only those are waited for (default: all images of the bag)',
    )


def run(args: argparse.Namespace) -> int:
    """Return when there is a subscription; Ctrl-C ends it earlier.

    Raises BagError where the bag has none of the cameras.
    """
    import rclpy
    from rclpy.signals import SignalHandlerOptions

    from sageiq_ros.bags.reader import BagReader
    from sageiq_ros.bags.recording import choose_image_topic, image_topics
    from sageiq_ros.nodes.camera import resolve_cameras

    with BagReader(args.bag) as reader:
        choose_image_topic(reader, None)
        topics = [topic.name for topic in image_topics(reader)]
    names = parse_cameras(args.cameras)
    rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    try:
        node = rclpy.create_node('sageiq_wait', namespace=NAMESPACE)
        if names:
            cameras = [camera.topic for camera in resolve_cameras(names, node.resolve_topic_name)]
            if set(cameras).isdisjoint(topics):
                raise BagError(
                    f'{args.bag} has no images of {" or ".join(cameras)}; name cameras among its '
                    f'image topics: {", ".join(topics)}.'
                )
            topics = [topic for topic in topics if topic in cameras]
        _wait(node, topics)
    finally:
        rclpy.try_shutdown()
    return 0


def parse_cameras(text: str) -> list[str]:
    """Return the names in a YAML list, none of an empty text.

    Raises ConfigError for anything else, at which the node itself stops too.
    """
    try:
        names = yaml.safe_load(text) if text else []
    except (yaml.YAMLError, ValueError):
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ConfigError(
            f'cameras must be a list of image topics, such as [/front, /rear], not {quoted(text)}.'
        )
    return names


def _wait(node: Node, topics: list[str]) -> None:
    told_s = time.monotonic()
    while not any(node.count_subscribers(topic) for topic in topics):
        if time.monotonic() - told_s >= WORD_EVERY_S:
            told_s = time.monotonic()
            print(f'Waiting for a subscription to {" or ".join(topics)}.', flush=True)
        time.sleep(POLL_S)
