# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""One door to every source of pictures: name it, iterate over its frames."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sageiq_ros.bags.files import IMAGE_SUFFIXES, FileSource, folder_source
from sageiq_ros.bags.frames import SOURCE_HELP, STREET, BagError, FrameSource, Selection
from sageiq_ros.bags.reader import is_bag
from sageiq_ros.bags.recording import BagSource
from sageiq_ros.bags.rendered import StreetSource
from sageiq_ros.bags.video import VideoSource


def open_source(
    source: str | Path,
    *,
    topic: str | None = None,
    rate_hz: float | None = None,
    frames: int | None = None,
    seed: int = 0,
) -> FrameSource:
    """Open a source of frames by what it is; see SOURCE_HELP.

    ``rate_hz`` sets the rate of images and of the renderer (10 where None) and thins a video or
    bag to at most that rate (all frames where None). ``frames`` limits their number. ``topic``
    chooses among a bag's image topics. Raises BagError with one sentence for whatever is not
    there or cannot be read, here or when it is iterated.
    """
    check_limits(rate_hz, frames)
    path = Path(source)
    if str(source) == STREET:
        return StreetSource(frames, seed, rate_hz)
    if not path.exists():
        raise BagError(f'There is no {path}; give {SOURCE_HELP}.')
    if is_bag(path):
        return Selection(BagSource(path, topic), rate_hz=rate_hz, frames=frames)
    if path.is_dir():
        return Selection(folder_source(path, rate_hz), frames=frames)
    if path.suffix.lower() in IMAGE_SUFFIXES:
        return Selection(FileSource(str(path), [path], rate_hz), frames=frames)
    return Selection(VideoSource(path), rate_hz=rate_hz, frames=frames)


def open_sources(
    sources: Sequence[str],
    *,
    topic: str | None = None,
    rate_hz: float | None = None,
    frames: int | None = None,
) -> FrameSource:
    """Open one source of any kind, or several image files as one."""
    if len(sources) == 1:
        return open_source(sources[0], topic=topic, rate_hz=rate_hz, frames=frames)
    check_limits(rate_hz, frames)
    paths = [Path(source) for source in sources]
    for path in paths:
        if not path.is_file() or path.suffix.lower() not in IMAGE_SUFFIXES:
            raise BagError(f'{path} is not an image file; several inputs must all be images.')
    return Selection(FileSource(f'{len(paths)} images', paths, rate_hz), frames=frames)


def check_limits(rate_hz: float | None, frames: int | None) -> None:
    """Refuse a rate or a number of frames that is not positive."""
    if rate_hz is not None and not 0.0 < rate_hz <= 1000.0:
        raise BagError(f'The rate must lie above 0 and up to 1000 per second, not {rate_hz}.')
    if frames is not None and frames < 1:
        raise BagError(f'The number of frames must be at least 1, not {frames}.')
