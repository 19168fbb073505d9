# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What every measurement of the running node needs around it: frames, and ROS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import rclpy
from rclpy.signals import SignalHandlerOptions
from tqdm import tqdm

from sageiq_ros.bags.frames import BagError, Frame
from sageiq_ros.bags.sources import open_source

FRAMES = 30


def load_frames(source: str) -> list[Frame]:
    """Load the first frames of a source, which are then sent over and over."""
    opened = open_source(source, frames=FRAMES)
    frames = list(tqdm(opened, total=opened.count, desc='frames', unit='frame', disable=None))
    if not frames:
        raise BagError(f'{opened.name} holds no frame that could be read.')
    return frames


@contextmanager
def ros() -> Iterator[None]:
    """Initialise rclpy without handlers of signals, and shut it down."""
    rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    try:
        yield
    finally:
        rclpy.try_shutdown()
