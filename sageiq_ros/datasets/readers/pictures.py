# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Any folder of pictures as a set without boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from sageiq_ros.datasets.photos import list_pictures, read_picture
from sageiq_ros.datasets.readers.base import AnnotatedImage


@dataclass(frozen=True)
class Pictures:
    """Read the pictures right inside ``root``."""

    root: Path
    annotated: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """Name the set after its folder."""
        return self.root.resolve().name

    def keys(self) -> Sequence[str]:
        """List file names in alphabetical order; raises SageIQError for none."""
        return self._keys

    def read(self, key: str) -> AnnotatedImage:
        """Read a picture; it has no boxes."""
        return AnnotatedImage(read_picture(self.root / key), ())

    @cached_property
    def _keys(self) -> tuple[str, ...]:
        return tuple(path.name for path in list_pictures(self.root))
