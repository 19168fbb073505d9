# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What is waiting for each camera: its newest frame, and the counts that diagnostics report."""

from __future__ import annotations

import math
import threading
from collections import Counter, deque
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from sageiq_ros.images import image_type
from sageiq_ros.quoting import quoted, shortened
from sageiq_ros.schema import ConfigError
from sageiq_ros.scorer.reuse import KeptQualities

# How much earlier than its turn a frame may come and still be taken, in periods of max_rate: a
# camera at just that rate would else lose every frame that comes a little early.
EARLY = 0.1


@dataclass(slots=True)
class Stamps:
    """Count what is wrong with the stamps of a camera's images: none, or earlier than before."""

    missing: int = 0
    backward: int = 0
    _last_ns: int = 0

    def add(self, stamp: Any) -> None:
        """Look at the stamp of the next image."""
        stamp_ns = stamp.sec * 1_000_000_000 + stamp.nanosec
        if stamp_ns == 0:
            self.missing += 1
        elif stamp_ns < self._last_ns:
            self.backward += 1
        self._last_ns = stamp_ns


@dataclass(slots=True, eq=False)
class Camera:
    """One image topic and what became of its frames.

    ``name`` is the topic as configured, ``topic`` the one it resolves to, ``place`` its number
    among the cameras. At most ``max_rate`` frames a second are taken; 0 takes all. Durations come
    from ``perf_counter``.
    """

    name: str
    topic: str
    message_type: str
    place: int = 0
    max_rate: float = 0.0
    received: int = 0
    processed: int = 0
    dropped: int = 0
    skipped: int = 0
    bad: Counter[str] = field(default_factory=Counter)
    last_fault: str = ''
    last_received: float | None = None
    stamps: Stamps = field(default_factory=Stamps)
    kept: KeptQualities = field(default_factory=KeptQualities)
    _due: float = field(default=-math.inf, init=False)

    @property
    def bad_total(self) -> int:
        return sum(self.bad.values())

    def refuse(self, kind: str, reason: str) -> None:
        """Count a frame that gave no result."""
        self.last_fault = reason
        self.bad[kind] += 1

    def limit(self, max_rate: float) -> None:
        """Set ``max_rate``; a new one counts from the next frame on."""
        if max_rate != self.max_rate:
            self.max_rate, self._due = max_rate, -math.inf

    def receive(self, message: Any, now: float) -> bool:
        """Count a message that came; tell whether ``max_rate`` lets it be taken."""
        self.received += 1
        self.last_received = now
        self.stamps.add(message.header.stamp)
        if not self.max_rate:
            return True
        period = 1.0 / self.max_rate
        early = EARLY * period
        if now < self._due - early:
            self.skipped += 1
            return False
        self._due = max(self._due, now - early) + period
        return True


def resolve_cameras(
    names: Sequence[str], resolve: Callable[[str], str], own: Sequence[str] = ()
) -> list[Camera]:
    """Make the cameras that are configured by these topic names, in their order.

    ``resolve`` is the node's ``resolve_topic_name``, ``own`` are the topics it publishes. Raises
    ConfigError for a name that is no topic's, a topic named twice or published by the node, and
    no name at all.
    """
    published = {resolve(name) for name in own}
    cameras: dict[str, Camera] = {}
    for name in names:
        try:
            topic = resolve(name)
        except RuntimeError as error:
            reason = str(error).removeprefix('failed to resolve name: ').partition(', at ')[0]
            raise ConfigError(f'cameras holds {quoted(name)}: {shortened(reason)}.') from error
        if topic in published:
            raise ConfigError(
                f"cameras names {topic}, which this node publishes itself; name a camera's topic."
            )
        if topic in cameras:
            raise ConfigError(f'cameras names {topic} twice; name every topic once.')
        cameras[topic] = Camera(name, topic, image_type(topic), place=len(cameras))
    if not cameras:
        raise ConfigError('cameras is empty; name at least one image topic.')
    return list(cameras.values())


@dataclass(frozen=True, slots=True)
class Frame:
    """One image message of a camera and when it came (``perf_counter`` seconds)."""

    camera: Camera
    message: Any
    received: float


# What the taker of frames is asked to do between two of them.
Errand = Callable[[], None]


class NewestFrames:
    """Keep the newest frame of every camera; hand them out in turns, with errands in between.

    A frame that is not taken before the next one comes is dropped and counted, so what is taken
    is never older than one camera period, whatever the load. Errands are for whoever needs the
    thread that takes frames; one of them is handed out after a frame at most, so that they cannot
    crowd frames out.
    """

    def __init__(self, cameras: Sequence[Camera]) -> None:
        self.cameras = tuple(cameras)
        self._waiting: list[Frame | None] = [None] * len(cameras)
        self._newest: list[Frame | None] = [None] * len(cameras)
        self._errands: deque[Errand] = deque()
        self._frame_due = False
        self._next = 0
        self._closed = False
        self._changed = threading.Condition()

    def put(self, camera: Camera, message: Any) -> None:
        """Store a camera's newest message in place of the one still waiting."""
        place = camera.place
        now = perf_counter()
        with self._changed:
            if self._closed:
                return
            self._newest[place] = frame = Frame(camera, message, now)
            if not camera.receive(message, now):
                return
            if self._waiting[place] is not None:
                camera.dropped += 1
            self._waiting[place] = frame
            self._changed.notify()

    def newest(self, camera: Camera) -> Frame | None:
        """Return the newest frame that has come from a camera, taken or not."""
        with self._changed:
            return self._newest[camera.place]

    def ask(self, errand: Errand) -> None:
        """Have the taker run ``errand``; one that waits when all is closed never runs."""
        with self._changed:
            self._errands.append(errand)
            self._changed.notify()

    def take(self) -> Frame | Errand | None:
        """Wait for a frame, the next camera's first, or an errand; return None once closed."""
        with self._changed:
            while not self._closed:
                if self._errands and not (self._frame_due and any(self._waiting)):
                    self._frame_due = True
                    return self._errands.popleft()
                frame = self._take_frame(without=())
                if frame is not None:
                    return frame
                self._changed.wait()
        return None

    def take_another(self, without: Container[Camera]) -> Frame | None:
        """Return the next camera's frame if one waits, of a camera not in ``without``."""
        with self._changed:
            return None if self._closed else self._take_frame(without)

    def _take_frame(self, without: Container[Camera]) -> Frame | None:
        for turn in range(len(self._waiting)):
            place = (self._next + turn) % len(self._waiting)
            frame = self._waiting[place]
            if frame is not None and frame.camera not in without:
                self._waiting[place] = None
                self._next = place + 1
                self._frame_due = False
                return frame
        return None

    def close(self) -> None:
        """Wake the taker for the last time; frames still waiting are forgotten."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
