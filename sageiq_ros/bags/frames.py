# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What every source of pictures yields, whether files, a video, a bag or the renderer."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from sageiq_ros.types import Image, SageIQError

# Pictures without a clock are stamped from this moment on (1 January 2026, UTC), so that the
# same input always gives the same bag.
EPOCH_NS = 1_767_225_600_000_000_000
DEFAULT_RATE_HZ = 10.0
STREET = 'street'
SOURCE_HELP = f'a folder of images, a video file, a rosbag2, or "{STREET}" for the renderer'


class BagError(SageIQError):
    """A recording, or a source of one, that cannot be read or written."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Hold one BGR picture, its time in nanoseconds and what its source calls it.

    ``recorded_ns`` is the time of recording, 0 where the source is no recording.
    """

    image: Image
    stamp_ns: int
    name: str
    recorded_ns: int = 0


class FrameSource(Protocol):
    """Yield frames in order of time; iterating again starts over.

    ``count`` is the number of frames expected and ``rate_hz`` their mean rate, None where the
    source cannot tell. ``skipped`` says in sentences which of them could not be read, so far, and
    ``remark`` in one what is amiss with the source as a whole, '' if nothing is.
    """

    @property
    def name(self) -> str: ...

    @property
    def count(self) -> int | None: ...

    @property
    def rate_hz(self) -> float | None: ...

    @property
    def skipped(self) -> list[str]: ...

    @property
    def remark(self) -> str: ...

    def __iter__(self) -> Iterator[Frame]: ...


def print_faults(source: FrameSource) -> None:
    """Print to stderr what is amiss with a source that was gone through, and with its frames."""
    if source.remark:
        print(f'sageiq: {source.remark}', file=sys.stderr)
    for sentence in source.skipped:
        print(f'sageiq: skipped: {sentence}', file=sys.stderr)


class Selection:
    """Limit a source to at most ``rate_hz`` frames per second of its clock and to ``frames``."""

    def __init__(
        self, source: FrameSource, *, rate_hz: float | None = None, frames: int | None = None
    ) -> None:
        self.source = source
        self.name = source.name
        self.frames = frames
        self._thinned_hz = rate_hz

    @property
    def count(self) -> int | None:
        known = [] if self.frames is None else [self.frames]
        if self.source.count is not None:
            share = 1.0
            if self._thinned_hz is not None and self.source.rate_hz:
                share = min(share, self._thinned_hz / self.source.rate_hz)
            known.append(math.ceil(self.source.count * share))
        return min(known, default=None)

    @property
    def rate_hz(self) -> float | None:
        known = [hz for hz in (self._thinned_hz, self.source.rate_hz) if hz]
        return min(known, default=None)

    @property
    def skipped(self) -> list[str]:
        return self.source.skipped

    @property
    def remark(self) -> str:
        return self.source.remark

    def __iter__(self) -> Iterator[Frame]:
        frames: Iterable[Frame] = self.source
        if self._thinned_hz is not None:
            frames = thin(frames, self._thinned_hz)
        return islice(frames, self.frames)


def thin(frames: Iterable[Frame], rate_hz: float) -> Iterator[Frame]:
    """Drop the frames that come sooner than the rate allows, on a fixed grid of time.

    The grid starts at the first frame, so that jitter does not add up. A clock that jumps back
    by more than a period starts a new grid.
    """
    period_ns = 1e9 / rate_hz
    start_ns, slot, before_ns = 0, 0, math.inf
    for frame in frames:
        new_grid = frame.stamp_ns < before_ns - period_ns
        before_ns = frame.stamp_ns
        if new_grid:
            start_ns, slot = frame.stamp_ns, 0
            yield frame
            continue
        # A quarter of a period of tolerance: a camera of this rate keeps all its frames.
        current = math.floor((frame.stamp_ns - start_ns) / period_ns + 0.25)
        if current > slot:
            slot = current
            yield frame
