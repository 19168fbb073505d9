# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Rendered streets, whose boxes are known exactly: a data set that needs no file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from sageiq_ros.datasets.readers.base import AnnotatedBox, AnnotatedImage
from sageiq_ros.datasets.readers.visible import visible
from sageiq_ros.datasets.rendered import FIRST_HOLDOUT, labelled_street
from sageiq_ros.types import Box, SageIQError

ROAD_USERS = ('person', 'car', 'motorcycle', 'bus', 'truck')
COUNT, MOST = 60, 100_000
# Held out from training like FIRST_HOLDOUT's own streets, which scene graphs are measured on.
FIRST_EXPERIMENT = FIRST_HOLDOUT + 5_000


@dataclass(frozen=True)
class RenderedStreets:
    """Read ``count`` streets with the seeds from ``FIRST_EXPERIMENT`` on.

    Raises SageIQError unless ``count`` lies between 1 and ``MOST``.
    """

    count: int = COUNT
    name: ClassVar[str] = 'rendered'
    annotated: ClassVar[bool] = True
    root: ClassVar[None] = None

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MOST:
            raise SageIQError(
                f'{self.count} streets cannot be rendered; ask for a number from 1 to {MOST}.'
            )

    def keys(self) -> Sequence[str]:
        """List the seeds."""
        return [str(FIRST_EXPERIMENT + number) for number in range(self.count)]

    def read(self, key: str) -> AnnotatedImage:
        """Render a street and name its road users; people of every kind are persons."""
        image, boxes, labels = labelled_street(int(key))
        found = [
            AnnotatedBox(label, Box(*box))
            for label, box in zip(labels, boxes.tolist(), strict=True)
            if label in ROAD_USERS
        ]
        return AnnotatedImage(image, visible(found, image))
