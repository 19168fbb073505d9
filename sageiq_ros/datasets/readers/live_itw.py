# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""LIVE-itw as a set of pictures: real photographs with real distortions, without boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from sageiq_ros.datasets.live_itw import PICTURES, read_tables
from sageiq_ros.datasets.photos import read_picture
from sageiq_ros.datasets.readers.base import AnnotatedImage
from sageiq_ros.types import SageIQError


@dataclass(frozen=True)
class LiveItwPictures:
    """Read the study's pictures in ``root``, the folder of the release."""

    root: Path
    name: ClassVar[str] = 'live-itw'
    annotated: ClassVar[bool] = False

    def keys(self) -> Sequence[str]:
        """List file names in the release's order; raises SageIQError for a release without any."""
        return self._keys

    def read(self, key: str) -> AnnotatedImage:
        """Read a picture; it has no boxes."""
        return AnnotatedImage(read_picture(self.root / PICTURES / key), ())

    @cached_property
    def _keys(self) -> tuple[str, ...]:
        pictures = read_tables(self.root).pictures
        if not any(path.is_file() for path in pictures):
            raise SageIQError(
                f'{self.root / PICTURES} holds none of the {len(pictures)} pictures, *.bmp and '
                '*.JPG; unpack the release of LIVE-itw again.'
            )
        return tuple(path.name for path in pictures)
