# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""SIGINT and SIGTERM as a request, for processes that have something to say before they end."""

from __future__ import annotations

import signal
from types import FrameType


class StopRequest:
    """Be told by SIGINT and SIGTERM that the end has come; a second signal breaks nothing.

    rclpy's own handlers must be off (``SignalHandlerOptions.NO``): they shut the context down at
    once, and nothing can be published any more.
    """

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
