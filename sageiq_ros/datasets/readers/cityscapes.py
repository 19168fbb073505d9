# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Cityscapes: the finely annotated pictures of train and val, as the packages are unpacked.

Pictures are ``leftImg8bit/<split>/<city>/*_leftImg8bit.png``, polygons
``gtFine/<split>/<city>/*_gtFine_polygons.json`` and, where the package of Cityscapes 3D is there,
boxes of vehicles ``gtBbox3d/<split>/<city>/*_gtBbox3d.json`` (official scripts:
``helpers/annotation.py``, ``helpers/labels.py``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from sageiq_ros.datasets.photos import files_among, read_picture
from sageiq_ros.datasets.readers.base import AnnotatedBox, AnnotatedImage, check_label_file
from sageiq_ros.datasets.readers.json_files import (
    check_size,
    finite,
    objects_of,
    read_json,
    xywh_box,
)
from sageiq_ros.datasets.readers.visible import visible
from sageiq_ros.images import AS_STORED
from sageiq_ros.types import Box, Image, SageIQError

SPLITS = ('train', 'val')
PEOPLE = ('person', 'rider')
VEHICLES = ('car', 'truck', 'bus', 'caravan', 'trailer', 'train', 'motorcycle', 'bicycle')
PICTURE, POLYGONS, BOXES = '_leftImg8bit.png', '_gtFine_polygons.json', '_gtBbox3d.json'


@dataclass(frozen=True)
class Cityscapes:
    """Read people and vehicles of the pictures in ``root``.

    A polygon's box is that of its corners, hidden parts included. Where the package of
    Cityscapes 3D is there, all vehicles of all pictures are taken from it, as the boxes of what
    is visible. Groups, whose members nobody told apart, are left out.
    """

    root: Path
    annotated: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """Name the set by the kind of its vehicles' boxes."""
        return 'cityscapes-3d' if self._has_boxes else 'cityscapes'

    def keys(self) -> Sequence[str]:
        """List split/city/name of the pictures; raises SageIQError where none has polygons."""
        return self._keys

    def read(self, key: str) -> AnnotatedImage:
        """Read a picture and its people and vehicles; those of Cityscapes 3D come first."""
        picture = self.root / 'leftImg8bit' / f'{key}{PICTURE}'
        polygons = self.root / 'gtFine' / f'{key}{POLYGONS}'
        boxes = self.root / 'gtBbox3d' / f'{key}{BOXES}'
        image = read_picture(picture, AS_STORED)
        found: list[AnnotatedBox] = []
        classes: tuple[str, ...] = PEOPLE + VEHICLES
        if self._has_boxes:
            found += _vehicles(_notes(boxes, picture, image), boxes)
            classes = PEOPLE
        found += _outlined(_notes(polygons, picture, image), classes, polygons)
        return AnnotatedImage(image, visible(found, image))

    @cached_property
    def _has_boxes(self) -> bool:
        return (self.root / 'gtBbox3d').is_dir()

    @cached_property
    def _keys(self) -> tuple[str, ...]:
        pictures = self._list('leftImg8bit', PICTURE)
        annotated = self._list('gtFine', POLYGONS)
        if not pictures & annotated:
            raise SageIQError(
                f'{self.root} holds no Cityscapes pictures with polygons; looked for '
                f'leftImg8bit/<train or val>/<city>/*{PICTURE} and '
                f'gtFine/<train or val>/<city>/*{POLYGONS}.'
            )
        return tuple(sorted(pictures))

    def _list(self, kind: str, ending: str) -> set[str]:
        return {
            f'{split}/{path.parent.name}/{path.name.removesuffix(ending)}'
            for split in SPLITS
            for path in files_among((self.root / kind / split).glob(f'*/*{ending}'))
        }


def _notes(path: Path, picture: Path, image: Image) -> dict[str, Any]:
    """Read what a file says of its picture."""
    check_label_file(picture, path)
    content = read_json(path)
    check_size(image, content.get('imgWidth'), content.get('imgHeight'), picture, path)
    return content


def _outlined(
    content: dict[str, Any], classes: Sequence[str], path: Path
) -> Iterator[AnnotatedBox]:
    for number, item in enumerate(objects_of(content, 'objects', path), 1):
        if item.get('label') not in classes or item.get('deleted'):
            continue
        corners = item.get('polygon')
        points = [finite(point, 2) for point in corners] if isinstance(corners, list) else []
        inside = [point for point in points if point is not None]
        if not points or len(inside) < len(points):
            raise _malformed(number, item, 'polygon', path)
        x, y = zip(*inside, strict=True)
        yield AnnotatedBox(item['label'], Box(min(x), min(y), max(x), max(y)))


def _vehicles(content: dict[str, Any], path: Path) -> Iterator[AnnotatedBox]:
    for number, item in enumerate(objects_of(content, 'objects', path), 1):
        if item.get('label') not in VEHICLES:
            continue
        sides = item.get('2d')
        sides = sides if isinstance(sides, dict) else {}
        # The official scripts, too, take the whole object where no visible part is given.
        box = xywh_box(sides.get('modal', sides.get('amodal')))
        if box is None:
            raise _malformed(number, item, '2d box', path)
        yield AnnotatedBox(item['label'], box)


def _malformed(number: int, item: dict[str, Any], part: str, path: Path) -> SageIQError:
    return SageIQError(
        f'Object {number} ({item["label"]}) of {path} has no valid {part}; unpack the file again.'
    )
