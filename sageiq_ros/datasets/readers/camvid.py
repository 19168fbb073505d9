# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""CamVid's frames with the road users that its class masks show (docs/scene_graph_labels.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from sageiq_ros.datasets import camvid
from sageiq_ros.datasets.photos import read_picture
from sageiq_ros.datasets.readers.base import AnnotatedBox, AnnotatedImage, check_label_file
from sageiq_ros.datasets.readers.visible import visible
from sageiq_ros.images import AS_STORED
from sageiq_ros.types import Box, SageIQError

# Masks alone give person, car (which holds trucks and buses) and bike.
ROAD_USERS = ('person', 'car', 'truck', 'bus', 'motorcycle', 'bike')


@dataclass(frozen=True)
class CamVid:
    """Read the frames of a split, ``val``, ``train`` or ``test``, in ``root``."""

    root: Path
    split: str = 'val'
    annotated: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """Name the set, the split too where it is not the held-out one."""
        return 'camvid' if self.split == 'val' else f'camvid-{self.split}'

    def keys(self) -> Sequence[str]:
        """List split/name of frames; raises SageIQError where none has a mask."""
        return tuple(self._frames)

    def read(self, key: str) -> AnnotatedImage:
        """Read a frame; its boxes are those of connected parts of the mask's road users."""
        picture, mask_path = self._frames[key]
        check_label_file(picture, mask_path)
        image = read_picture(picture, AS_STORED)
        mask = camvid.read_mask(mask_path)
        height, width = image.shape[:2]
        if mask.shape != (height, width):
            raise SageIQError(
                f'{mask_path} has {mask.shape[1]} x {mask.shape[0]} pixels and its frame '
                f'{width} x {height}; use the mask of that frame.'
            )
        instances = camvid.find_instances(mask)
        boxes, labels, _ = camvid.view(instances, (0, 0, width, height), (1.0, 1.0))
        found = [
            AnnotatedBox(label, Box(*box))
            for label, box in zip(labels, boxes.tolist(), strict=True)
            if label in ROAD_USERS
        ]
        return AnnotatedImage(image, visible(found, image))

    @cached_property
    def _frames(self) -> dict[str, tuple[Path, Path]]:
        pairs = camvid.frames(self.root, self.split)
        return {f'{self.split}/{picture.stem}': (picture, mask) for picture, mask in pairs}
