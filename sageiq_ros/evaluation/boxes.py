# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Boxes that a user names on the command line or in a file."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sageiq_ros.quoting import quoted, shortened
from sageiq_ros.types import Box, SageIQError

COLUMNS = ['x', 'y', 'w', 'h']
ALL = ''


class Boxes:
    """Hold boxes by the image that they belong to, or for all images alike.

    Each word is ``x,y,w,h`` in pixels, or names a .csv file with a heading ``x,y,w,h`` or
    ``image,x,y,w,h``, or a .json file with a list of ``[x, y, w, h]`` or an object that lists
    them by image name. Raises SageIQError for whatever else it is.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._by_image: dict[str, list[Box]] = {}
        for word in words:
            suffix = Path(word).suffix.lower()
            if suffix == '.csv':
                self._read_csv(Path(word))
            elif suffix == '.json':
                self._read_json(Path(word))
            else:
                self._add(ALL, word.split(','), quoted(word))

    @property
    def none(self) -> bool:
        """Tell whether no box is named at all."""
        return not self._by_image

    def of(self, image: str) -> list[Box]:
        """Return the boxes of an image, those for all images first."""
        return self._by_image.get(ALL, []) + self._by_image.get(image, [])

    def check_names(self, images: Iterable[str]) -> None:
        """Raise SageIQError where boxes belong to an image that is not among ``images``."""
        unknown = sorted(set(self._by_image) - {ALL, *images})
        if unknown:
            raise SageIQError(
                f'There are boxes for {quoted(unknown[0])}, which is no image of the input.'
            )

    def _read_csv(self, path: Path) -> None:
        lines = csv.reader(io.StringIO(_text(path), newline=''))
        heading = next(lines, [])
        # A column that is not read, as a misspelt image, would put every box on every image.
        if heading not in (COLUMNS, ['image', *COLUMNS]):
            raise SageIQError(
                f'{path} must start with the heading x,y,w,h or image,x,y,w,h, not '
                f'{quoted(",".join(heading))}.'
            )
        named = heading != COLUMNS
        rows = [(lines.line_num, row) for row in lines if row]
        for number, row in rows:
            place = f'line {number} of {path}'
            image = _image(row[0], place) if named else ALL
            self._add(image, row[1:] if named else row, place)
        if not rows:
            raise SageIQError(f'{path} holds no boxes under its heading {",".join(heading)}.')

    def _read_json(self, path: Path) -> None:
        try:
            content = json.loads(_text(path))
        except (ValueError, RecursionError) as error:
            raise SageIQError(f'{path} is not JSON: {error}.') from error
        if isinstance(content, dict):
            groups = {_image(name, str(path)): boxes for name, boxes in content.items()}
        else:
            groups = {ALL: content}
        for image, boxes in groups.items():
            if not isinstance(boxes, list) or not boxes:
                raise SageIQError(f'{path} must list boxes [x, y, w, h], by image name or alone.')
            for box in boxes:
                self._add(image, box if isinstance(box, list) else [], f'{quoted(box)} in {path}')

    def _add(self, image: str, values: Sequence[Any], place: str) -> None:
        try:
            x, y, w, h = (float(value) for value in values)
            if not all(map(math.isfinite, (x, y, w, h))) or w <= 0 or h <= 0:
                raise ValueError
        except (ValueError, TypeError, OverflowError) as error:
            raise SageIQError(
                f'{place} is no box: four numbers x,y,w,h in pixels are, with w and h above 0.'
            ) from error
        self._by_image.setdefault(image, []).append(Box(x, y, x + w, y + h))


def _image(name: str, place: str) -> str:
    if not name.strip():
        raise SageIQError(f'{place} has a box without the name of its image.')
    return name


def _text(path: Path) -> str:
    try:
        # Spreadsheets write a byte order mark, which would become a part of the first name.
        return path.read_text(encoding='utf-8-sig')
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise SageIQError(f'{shortened(str(path))} cannot be read: {reason}.') from error
