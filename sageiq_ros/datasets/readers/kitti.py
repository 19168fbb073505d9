# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""KITTI's object detection benchmark: left colour pictures and their labels, as it is unpacked.

``training/image_2/*.png`` and ``training/label_2/*.txt``, a line an object: type, truncated,
occluded, alpha, left, top, right, bottom, and seven numbers of the box in space (readme.txt of
the development kit).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from sageiq_ros.datasets.photos import files_among, read_picture
from sageiq_ros.datasets.readers.base import AnnotatedBox, AnnotatedImage, check_label_file
from sageiq_ros.datasets.readers.visible import visible
from sageiq_ros.images import AS_STORED
from sageiq_ros.types import Box, SageIQError

COLUMNS = 15
# Regions in which objects were not labelled.
UNLABELLED = 'dontcare'


@dataclass(frozen=True)
class Kitti:
    """Read the labelled pictures in ``root``, which holds ``training`` or is that folder."""

    root: Path
    name: ClassVar[str] = 'kitti'
    annotated: ClassVar[bool] = True

    def keys(self) -> Sequence[str]:
        """List the numbers of the pictures; raises SageIQError where none has a label file."""
        return self._keys

    def read(self, key: str) -> AnnotatedImage:
        """Read a picture and all its objects, the types in lower case, without ``DontCare``."""
        picture = self._folder / 'image_2' / f'{key}.png'
        labels = self._folder / 'label_2' / f'{key}.txt'
        check_label_file(picture, labels)
        image = read_picture(picture, AS_STORED)
        try:
            text = labels.read_text(encoding='utf-8-sig')
        except (OSError, ValueError) as error:
            raise SageIQError(
                f'{labels} cannot be read as text ({type(error).__name__}); unpack it again.'
            ) from error
        found = [item for item in parse_labels(text, labels) if item.label != UNLABELLED]
        return AnnotatedImage(image, visible(found, image))

    @cached_property
    def _folder(self) -> Path:
        training = self.root / 'training'
        return training if training.is_dir() else self.root

    @cached_property
    def _keys(self) -> tuple[str, ...]:
        pictures = [path.stem for path in files_among((self._folder / 'image_2').glob('*.png'))]
        labelled = {path.stem for path in (self._folder / 'label_2').glob('*.txt')}
        if labelled.isdisjoint(pictures):
            raise SageIQError(
                f'{self.root} holds no KITTI pictures with labels; looked for image_2/*.png and '
                'label_2/*.txt in it and in its folder training.'
            )
        return tuple(pictures)


def parse_labels(text: str, source: str | Path) -> list[AnnotatedBox]:
    """Read the lines of a label file; raises SageIQError naming the line that is no label."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words:
            continue
        values = _finite(words[1:])
        if len(values) != COLUMNS - 1 or values[5] < values[3] or values[6] < values[4]:
            raise SageIQError(
                f'Line {number} of {source} is no KITTI label (a type and {COLUMNS - 1} numbers, '
                'left <= right, top <= bottom); mend the line or remove the file.'
            )
        found.append(AnnotatedBox(words[0].lower(), Box(*values[3:7])))
    return found


def _finite(words: Sequence[str]) -> list[float]:
    try:
        values = [float(word) for word in words]
    except ValueError:
        return []
    return values if all(map(math.isfinite, values)) else []
