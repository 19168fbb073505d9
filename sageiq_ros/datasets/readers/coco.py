# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A folder of pictures with boxes in COCO's format: ``annotations.json`` beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from sageiq_ros.datasets.photos import read_picture
from sageiq_ros.datasets.readers.base import AnnotatedBox, AnnotatedImage
from sageiq_ros.datasets.readers.json_files import check_size, objects_of, read_json, xywh_box
from sageiq_ros.datasets.readers.visible import visible
from sageiq_ros.types import SageIQError

ANNOTATIONS = 'annotations.json'


@dataclass(slots=True)
class _Listed:
    """Hold what the file says of one picture: its size, and (id, category, bbox) of objects."""

    width: object
    height: object
    objects: list[tuple[object, str | None, object]] = field(default_factory=list)


@dataclass(frozen=True)
class Coco:
    """Read the pictures that a COCO file lists.

    ``source`` is that file, or a folder with ``annotations.json``. Pictures lie in the file's
    folder or in ``images`` there.
    """

    source: Path
    annotated: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """Name the set after its folder."""
        return self._file.resolve().parent.name

    def keys(self) -> Sequence[str]:
        """List file names in alphabetical order; raises SageIQError for a file that is broken."""
        return tuple(self._listed)

    def read(self, key: str) -> AnnotatedImage:
        """Read a picture and its boxes, those of crowds left out."""
        if key not in self._listed:
            raise SageIQError(f"{self._file} lists no picture '{key}'; name one that it lists.")
        folder = self._file.parent
        picture = folder / key if (folder / key).is_file() else folder / 'images' / key
        image = read_picture(picture)
        listed = self._listed[key]
        if None not in (listed.width, listed.height):
            check_size(image, listed.width, listed.height, picture, self._file)
        return AnnotatedImage(image, visible(self._boxes(listed), image))

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
        return self.source / ANNOTATIONS if self.source.is_dir() else self.source

    @cached_property
    def _listed(self) -> dict[str, _Listed]:
        if not self._file.is_file():
            raise SageIQError(
                f'There is no {self._file}; name a COCO file or a folder with {ANNOTATIONS}.'
            )
        content = read_json(self._file)
        found: dict[str, _Listed] = {}
        by_id: dict[int | str | None, _Listed] = {}
        for number, item in enumerate(objects_of(content, 'images', self._file), 1):
            name, key = item.get('file_name'), _identity(item, 'id')
            if key is None or not isinstance(name, str) or name in found or key in by_id:
                raise SageIQError(
                    f'Picture {number} of {self._file} has no id and file_name of its own; write '
                    'the file again.'
                )
            found[name] = by_id[key] = _Listed(item.get('width'), item.get('height'))
        if not found:
            raise SageIQError(f'{self._file} lists no pictures; write them under "images".')
        categories = self._categories(content)
        for item in objects_of(content, 'annotations', self._file):
            listed = by_id.get(_identity(item, 'image_id'))
            # What belongs to a picture that was taken out of the list went with it.
            if listed is not None and not item.get('iscrowd'):
                label = categories.get(_identity(item, 'category_id'))
                listed.objects.append((item.get('id'), label, item.get('bbox')))
        return dict(sorted(found.items()))

    def _categories(self, content: dict[str, Any]) -> dict[int | str | None, str]:
        items = objects_of(content, 'categories', self._file)
        return {_identity(c, 'id'): c['name'] for c in items if isinstance(c.get('name'), str)}


def _identity(item: dict[str, Any], name: str) -> int | str | None:
    value = item.get(name)
    return value if isinstance(value, int | str) else None
