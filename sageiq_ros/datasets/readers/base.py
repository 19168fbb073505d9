# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What every data set with annotated objects is read as, one picture at a time."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sageiq_ros.types import Box, Image, SageIQError


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

    @property
    def root(self) -> Path | None:
        """Name the folder or file that it lies in; None where it needs none."""
        ...

    def keys(self) -> Sequence[str]:
        """List what can be read, in an order that the files alone decide.

        A key names its picture within the data set and stays the same wherever that lies.
        """
        ...

    def read(self, key: str) -> AnnotatedImage:
        """Read one picture; raises SageIQError in one sentence where a file of it is broken."""
        ...


def check_there(sets: Iterable[AnnotatedSet]) -> None:
    """Raise SageIQError naming a data set that this machine lacks, and the machine.

    For the start of work, that a worker without the data does not fail at every picture.
    """
    for data in sets:
        if data.root is not None and not data.root.exists():
            raise SageIQError(
                f'{platform.node()} has no {data.root}; every machine that works needs the data '
                f'set {data.name} at that place.'
            )


def check_label_file(picture: Path, labels: Path) -> None:
    """Raise SageIQError for an annotated set's picture whose label file is not there."""
    if not labels.is_file():
        raise SageIQError(
            f'{picture} has no label file {labels}; unpack that, or take the picture out.'
        )
