# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What is left of annotated boxes inside their picture."""

from __future__ import annotations

from collections.abc import Iterable

from sageiq_ros.datasets.readers.base import AnnotatedBox
from sageiq_ros.geometry import clip_box
from sageiq_ros.types import Image

LEAST_SIDE = 1.0


def visible(boxes: Iterable[AnnotatedBox], image: Image) -> tuple[AnnotatedBox, ...]:
    """Clip boxes to the picture, in their order.

    Left out are those of which less than ``LEAST_SIDE`` pixels remain in either direction.
    """
    height, width = image.shape[:2]
    clipped = [AnnotatedBox(item.label, clip_box(item.box, width, height)) for item in boxes]
    return tuple(item for item in clipped if min(item.box.width, item.box.height) >= LEAST_SIDE)
