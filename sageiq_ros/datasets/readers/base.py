# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What every data set with annotated objects is read as, one picture at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sageiq_ros.types import Box, Image


@dataclass(frozen=True, slots=True)
class AnnotatedBox:
    """Name an annotated object, as its data set does, and where it is."""

    label: str
    box: Box


@dataclass(frozen=True, slots=True)
class AnnotatedImage:
    """Hold one picture and its annotated objects, in the annotation's order.

    Boxes are clipped to the picture and none is empty; there may be no box at all.
    """

    image: Image
    boxes: tuple[AnnotatedBox, ...]


class AnnotatedSet(Protocol):
    """Read a data set in its official layout, one picture at a time."""

    @property
    def name(self) -> str:
        """Name the data set in tables, such as kitti."""
        ...

    @property
    def annotated(self) -> bool:
        """Tell whether its pictures have annotated objects at all."""
        ...

    def keys(self) -> Sequence[str]:
        """List what can be read, in an order that the files alone decide.

        A key names its picture within the data set and stays the same wherever that lies.
        """
        ...

    def read(self, key: str) -> AnnotatedImage:
        """Read one picture; raises SageIQError in one sentence where a file of it is broken."""
        ...
