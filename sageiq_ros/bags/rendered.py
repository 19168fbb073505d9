# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The rendered street as a source of frames."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from sageiq_ros.bags.frames import DEFAULT_RATE_HZ, Frame
from sageiq_ros.datasets import street
from sageiq_ros.types import SceneGraph

DEFAULT_FRAMES = 150
SIZE = (960, 540)


@cache
def renderer_digest() -> str:
    """Name the renderer's version by its source: another one may draw other pictures."""
    folder = Path(street.__file__).parent
    digest = sha256()
    for path in sorted(folder.glob('*.py')):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


class RenderedFrame(NamedTuple):
    """Join a frame with its exact scene graph."""

    frame: Frame
    truth: SceneGraph


class StreetSource:
    """Render a drive of ``frames`` pictures, always the same for a seed."""

    def __init__(
        self, frames: int | None = None, seed: int = 0, rate_hz: float | None = None
    ) -> None:
        self.count = frames or DEFAULT_FRAMES
        self.seed = seed
        self.rate_hz = rate_hz or DEFAULT_RATE_HZ
        self.name = (
            f'rendered street {seed}, {self.count} frames at {self.rate_hz:g} Hz '
            f'(renderer {renderer_digest()})'
        )
        self.skipped: list[str] = []
        self.remark = ''

    def __iter__(self) -> Iterator[Frame]:
        return (rendered.frame for rendered in self.rendered())

    def rendered(self) -> Iterator[RenderedFrame]:
        """Yield the frames with their truth."""
        drive = street.render_drive(self.seed, self.count, size=SIZE, rate_hz=self.rate_hz)
        for index, seen in enumerate(drive):
            name = f'frame {index}' + (f', {seen.episode}' if seen.episode else '')
            yield RenderedFrame(Frame(seen.image, seen.stamp_ns, name), seen.graph)
