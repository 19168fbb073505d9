# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A node as a process: it spins until SIGINT or SIGTERM and ends cleanly, in a bounded time."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable
from typing import Protocol

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor

from sageiq_ros.nodes.transport import use_large_messages


class ClosableNode(Protocol):
    """A node that stops what runs beside it when its process ends."""

    def close(self) -> bool:
        """Stop within a bounded time; return whether all threads have ended."""
        ...

    def destroy_node(self) -> None: ...


def start_fault(error: RuntimeError) -> str:
    """Word what rcl finds wrong with the command line or a parameter file in one sentence."""
    words = re.sub(r', at \S+:\d+', '', ' '.join(str(error).split()))
    return f'{words.removeprefix("failed to initialize rcl: ").rstrip(".")}.'


def run_until_signal(make: Callable[[], ClosableNode], args: list[str] | None) -> int:
    """Make a node and spin it until SIGINT or SIGTERM; return the exit status."""
    use_large_messages()
    try:
        rclpy.init(args=args)
    except RuntimeError as error:
        print(f'sageiq: {start_fault(error)}', file=sys.stderr)
        return 2
    node = None
    try:
        node = make()
        executor = SingleThreadedExecutor()
        executor.add_node(node)
        executor.spin()
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    except RuntimeError:
        # A signal in the middle of construction shows as a fault of rcl.
        if rclpy.ok():
            raise
    finally:
        # From here on the end is certain: a second Ctrl-C, or launch's own, must not break it.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        ended = node is None or node.close()
        if node is not None:
            node.destroy_node()
        rclpy.try_shutdown()
        if not ended:
            # The interpreter must not be torn down under a thread that runs an engine.
            os._exit(0)
    return 0
