# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What is waiting for each camera: its newest frame, and the counts that diagnostics report."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any


@dataclass(slots=True)
class Camera:
    """One image topic and what became of its frames.

    ``name`` is the topic as configured, ``topic`` the one it resolves to. Durations come from
    ``perf_counter``.
    """

    name: str
    topic: str
    message_type: str
    received: int = 0
    processed: int = 0
    dropped: int = 0
    bad: Counter[str] = field(default_factory=Counter)
    last_fault: str = ''
    last_received: float | None = None

    @property
    def bad_total(self) -> int:
        return sum(self.bad.values())

    def refuse(self, kind: str, reason: str) -> None:
        """Count a frame that gave no result."""
        self.last_fault = reason
        self.bad[kind] += 1


@dataclass(frozen=True, slots=True)
class Frame:
    """One image message of a camera and when it came (``perf_counter`` seconds)."""

    camera: Camera
    message: Any
    received: float


class NewestFrames:
    """Keep the newest frame of every camera; hand them out in turns.

    A frame that is not taken before the next one comes is dropped and counted, so what is taken
    is never older than one camera period, whatever the load.
    """

    def __init__(self, cameras: Sequence[Camera]) -> None:
        self._waiting: list[Frame | None] = [None] * len(cameras)
        self._index = {id(camera): place for place, camera in enumerate(cameras)}
        self._next = 0
        self._closed = False
        self._changed = threading.Condition()

    def put(self, camera: Camera, message: Any) -> None:
        """Store a camera's newest message in place of the one still waiting."""
        place = self._index[id(camera)]
        now = perf_counter()
        with self._changed:
            if self._closed:
                return
            camera.received += 1
            camera.last_received = now
            if self._waiting[place] is not None:
                camera.dropped += 1
            self._waiting[place] = Frame(camera, message, now)
            self._changed.notify()

    def take(self) -> Frame | None:
        """Wait for a frame, the next camera's first; return None once closed."""
        with self._changed:
            while not self._closed:
                for turn in range(len(self._waiting)):
                    place = (self._next + turn) % len(self._waiting)
                    frame = self._waiting[place]
                    if frame is not None:
                        self._waiting[place] = None
                        self._next = place + 1
                        return frame
                self._changed.wait()
        return None

    def close(self) -> None:
        """Wake the taker for the last time; frames still waiting are forgotten."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
