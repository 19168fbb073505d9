# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A folder of pictures with boxes in COCO's format: ``annotations.json`` or any such file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from sageiq_ros.datasets.photos import read_picture
from sageiq_ros.datasets.readers.base import AnnotatedBox, AnnotatedImage
from sageiq_ros.datasets.readers.json_files import check_size, objects_of, read_json, xywh_box
from sageiq_ros.datasets.readers.visible import visible
from sageiq_ros.images import AS_STORED
from sageiq_ros.types import SageIQError

ANNOTATIONS = 'annotations.json'
USED = (
    'images', 'id', 'file_name', 'width', 'height',
    'annotations', 'image_id', 'category_id', 'bbox', 'iscrowd',
    'categories', 'name',
)  # fmt: skip
# Some tools write every value as text.
CROWD = (1, '1')

# Bytes that file systems take, the whole path with room for the folder it is in.
LONGEST_NAME, LONGEST_PATH = 255, 1024

Identity = int | str


@dataclass(slots=True)
class _Listed:
    """Hold what the file says of one picture: its size, and (id, category, bbox) of objects."""

    width: object
    height: object
    objects: list[tuple[object, str | None, object]] = field(default_factory=list)


@dataclass(frozen=True)
class Coco:
    """Read the pictures that a COCO file lists.

    ``root`` is that file, or a folder with ``annotations.json``. Pictures lie in the file's
    folder, in ``images`` there, or as COCO's own do: beside that folder in one called after the
    file's last word (``val2017`` of ``instances_val2017.json``), in ``images`` or in both.
    """

    root: Path
    annotated: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """Name the set after its folder, and after its file where that has a name of its own."""
        file = self._file.resolve()
        folder = file.parent.parent if file.parent.name == 'annotations' else file.parent
        return folder.name if file.name == ANNOTATIONS else f'{folder.name}-{file.stem}'

    def keys(self) -> Sequence[str]:
        """List file names in alphabetical order; raises SageIQError for a file that is broken."""
        return tuple(self._listed)

    def read(self, key: str) -> AnnotatedImage:
        """Read a picture and its boxes, those of crowds left out."""
        if key not in self._listed:
            raise SageIQError(f"{self._file} lists no picture '{key}'; name one that it lists.")
        picture = self._find(key)
        image = read_picture(picture, AS_STORED)
        listed = self._listed[key]
        if None not in (listed.width, listed.height):
            check_size(image, listed.width, listed.height, picture, self._file)
        return AnnotatedImage(image, visible(self._boxes(listed), image))

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what was read: it may be large, and is read again where it is needed."""
        return {'root': self.root}

    def _find(self, key: str) -> Path:
        """Return where a picture lies, or where it should."""
        paths = [place / key for place in self._places]
        return next((path for path in paths if path.is_file()), paths[0])

    def _boxes(self, listed: _Listed) -> Iterator[AnnotatedBox]:
        for number, label, bbox in listed.objects:
            box = xywh_box(bbox)
            if label is None or box is None:
                raise SageIQError(
                    f'Annotation {number} of {self._file} has no known category_id or no valid '
                    'bbox; write the file again.'
                )
            yield AnnotatedBox(label, box)

    @cached_property
    def _file(self) -> Path:
        return self.root / ANNOTATIONS if self.root.is_dir() else self.root

    @cached_property
    def _places(self) -> tuple[Path, ...]:
        folder = self._file.parent
        beside, split = folder.parent, self._file.stem.rpartition('_')[2]
        return (
            folder,
            folder / 'images',
            beside / split,
            beside / 'images',
            beside / 'images' / split,
        )

    @cached_property
    def _listed(self) -> dict[str, _Listed]:
        if not self._file.is_file():
            raise SageIQError(
                f'There is no {self._file}; name a COCO file or a folder with {ANNOTATIONS}.'
            )
        content = read_json(self._file, USED)
        found: dict[str, _Listed] = {}
        by_id: dict[Identity, _Listed] = {}
        for number, item in enumerate(objects_of(content, 'images', self._file), 1):
            name, key = _file_name(item.get('file_name')), _identity(item.get('id'))
            if name is None or key is None or name in found or key in by_id:
                raise SageIQError(
                    f'Picture {number} of {self._file} has no id and relative file_name of its '
                    'own; write the file again.'
                )
            found[name] = by_id[key] = _Listed(item.get('width'), item.get('height'))
        if not found:
            raise SageIQError(f'{self._file} lists no pictures; write them under "images".')
        if not any(self._find(name).is_file() for name in found):
            places = (os.path.relpath(place, self._file.parent) for place in self._places[1:])
            raise SageIQError(
                f'None of the pictures that {self._file} lists is there; looked for '
                f'{next(iter(found))} and the others beside it and in {", ".join(places)}.'
            )
        self._add_objects(content, by_id)
        return dict(sorted(found.items()))

    def _add_objects(self, content: dict[str, Any], by_id: dict[Identity, _Listed]) -> None:
        categories = self._categories(content)
        items = objects_of(content, 'annotations', self._file)
        known = 0
        for item in items:
            key = _identity(item.get('image_id'))
            if key is None:
                raise SageIQError(
                    f'Annotation {item.get("id")} of {self._file} has no image_id that is a whole '
                    'number or text; write the file again.'
                )
            # What belongs to a picture that was taken out of the list went with it.
            if key not in by_id:
                continue
            known += 1
            if item.get('iscrowd') not in CROWD:
                label = categories.get(_identity(item.get('category_id')))
                by_id[key].objects.append((item.get('id'), label, item.get('bbox')))
        if items and not known:
            raise SageIQError(
                f'No annotation of {self._file} belongs to a picture that it lists; let every '
                'image_id be the id of one, both numbers or both text.'
            )

    def _categories(self, content: dict[str, Any]) -> dict[Identity | None, str]:
        found: dict[Identity | None, str] = {}
        for item in objects_of(content, 'categories', self._file):
            key, name = _identity(item.get('id')), item.get('name')
            # Nothing is wrong with it as long as no annotation names it.
            if key is None or not isinstance(name, str):
                continue
            if key in found:
                raise SageIQError(
                    f'{self._file} has two categories of the id {key}; write the file again.'
                )
            found[key] = name
        return found


def _identity(value: object) -> Identity | None:
    """Return an id, a whole number written as 9.0 as 9, or None for what is none."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int | str) and not isinstance(value, bool) else None


def _file_name(value: object) -> str | None:
    """Return the name of a file within a folder, or None for what is none."""
    if not isinstance(value, str) or '\0' in value or Path(value).is_absolute():
        return None
    try:
        name = os.fsencode(value)
    except UnicodeEncodeError:
        return None
    fits = len(name) <= LONGEST_PATH and max(map(len, name.split(b'/'))) <= LONGEST_NAME
    return value if fits else None
