# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What every measurement of the running node needs around it: frames, and ROS."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import rclpy
from rclpy.signals import SignalHandlerOptions
from tqdm import tqdm

from sageiq_ros.bags.frames import BagError, Frame
from sageiq_ros.bags.sources import open_source
from sageiq_ros.nodes.process import RESULTS
from sageiq_ros.types import SageIQError

FRAMES = 30
# Long enough to be told of what runs on this network.
DISCOVERY_S = 1.0
POLL_S = 0.05


def load_frames(source: str) -> list[Frame]:
    """Load the first frames of a source, which are then sent over and over."""
    opened = open_source(source, frames=FRAMES)
    frames = list(tqdm(opened, total=opened.count, desc='frames', unit='frame', disable=None))
    if not frames:
        raise BagError(f'{opened.name} holds no frame that could be read.')
    return frames


@contextmanager
def ros() -> Iterator[None]:
    """Initialise rclpy and shut it down; SIGTERM meanwhile is KeyboardInterrupt, as Ctrl-C is.

    Raises SageIQError where somebody publishes results of a node already.
    """
    before = signal.signal(signal.SIGTERM, _interrupt)
    rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    try:
        _require_alone()
        yield
    finally:
        rclpy.try_shutdown()
        signal.signal(signal.SIGTERM, before)


def _interrupt(number: int, frame: FrameType | None) -> None:
    # timeout(1) signals twice: the second must not break off the ending of what was started.
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _require_alone() -> None:
    """Look for other nodes, whose results would be taken for those of the one measured."""
    node = rclpy.create_node('sageiq_alone')
    try:
        until_s = time.monotonic() + DISCOVERY_S
        while time.monotonic() < until_s:
            if node.count_publishers(RESULTS):
                raise SageIQError(
                    f'Somebody publishes {RESULTS} already; stop that node, or set another '
                    'ROS_DOMAIN_ID.'
                )
            time.sleep(POLL_S)
    finally:
        node.destroy_node()
