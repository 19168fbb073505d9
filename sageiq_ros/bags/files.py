# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures in files as a source of frames."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from sageiq_ros.bags.frames import DEFAULT_RATE_HZ, EPOCH_NS, BagError, Frame
from sageiq_ros.datasets.photos import read_picture
from sageiq_ros.types import Image, SageIQError

IMAGE_SUFFIXES = (
    '.bmp', '.jpeg', '.jpg', '.pgm', '.png', '.pnm', '.ppm', '.tif', '.tiff', '.webp',
)  # fmt: skip


class FileSource:
    """Yield image files at a fixed rate; an unreadable one is skipped and its time left out."""

    def __init__(self, name: str, paths: Sequence[Path], rate_hz: float | None = None) -> None:
        self.name = name
        self.paths = paths
        self.rate_hz = rate_hz or DEFAULT_RATE_HZ
        self.count = len(paths)
        self.skipped: list[str] = []
        self.remark = ''

    def __iter__(self) -> Iterator[Frame]:
        self.skipped.clear()
        for index, path in enumerate(self.paths):
            image = read_image(path)
            if image is None:
                self.skipped.append(f'{path.name} is not an image that can be read.')
                continue
            yield Frame(image, EPOCH_NS + round(index * 1e9 / self.rate_hz), path.name)
        if len(self.skipped) == len(self.paths):
            raise BagError(
                f'None of the {len(self.paths)} image files in {self.name} can be read; '
                'are they complete?'
            )


def folder_source(folder: Path, rate_hz: float | None = None) -> FileSource:
    """Take the images of one folder in natural order (frame_2 before frame_10)."""
    paths = sorted(
        (path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES),
        key=lambda path: natural_key(path.name),
    )
    if not paths:
        raise BagError(
            f'{folder} holds no images ({", ".join(IMAGE_SUFFIXES)}); name the folder that '
            'directly holds them.'
        )
    return FileSource(str(folder), paths, rate_hz)


def read_image(path: Path) -> Image | None:
    """Read a file as BGR uint8, or return None where it is not a picture or not all of one.

    Sixteen-bit pictures are scaled to eight, grey ones get three equal channels.
    """
    try:
        return read_picture(path)
    except SageIQError:
        return None


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Order names by the numbers in them; text sorts without regard to case."""
    parts = re.findall(r'[0-9]+|[^0-9]+', name)
    return tuple((0, int(p), p) if p[0] in '0123456789' else (1, 0, p.lower()) for p in parts)
