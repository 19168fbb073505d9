# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The Waymo Open Dataset, version 2: the first front picture of every segment.

``camera_image/<segment>.parquet`` and ``camera_box/<segment>.parquet``, in the folder itself or
in its folders ``training`` and ``validation``. Columns are those of the official package
(``v2/perception``: ``base.py``, ``camera_image.py``, ``box.py``; ``v2/column_types.py``). A
segment's pictures are hundreds of megabytes: only columns and row groups that are needed are
read, one row group at a time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from sageiq_ros.datasets.photos import files_among
from sageiq_ros.datasets.readers.base import AnnotatedBox, AnnotatedImage, check_label_file
from sageiq_ros.datasets.readers.visible import visible
from sageiq_ros.images import ImageError, decompress
from sageiq_ros.types import Box, Image, SageIQError

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

PARTS = ('', 'training', 'validation')
SEGMENT, TIME, CAMERA = (
    'key.segment_context_name',
    'key.frame_timestamp_micros',
    'key.camera_name',
)
PICTURE = '[CameraImageComponent].image'
TYPE = '[CameraBoxComponent].type'
SIDES = tuple(
    f'[CameraBoxComponent].box.{part}' for part in ('center.x', 'center.y', 'size.x', 'size.y')
)
FRONT = 1
# BoxType of the official package; 0 is an object of unknown type.
LABELS = {1: 'vehicle', 2: 'pedestrian', 3: 'sign', 4: 'cyclist'}
UNKNOWN = 0
BUFFER_BYTES = 1 << 20


@dataclass(frozen=True)
class Waymo:
    """Read the first picture of the front camera of each segment in ``root``; needs pyarrow."""

    root: Path
    name: ClassVar[str] = 'waymo'
    annotated: ClassVar[bool] = True

    def keys(self) -> Sequence[str]:
        """List segments with pictures; raises SageIQError where none has boxes."""
        return tuple(self._folders)

    def read(self, key: str) -> AnnotatedImage:
        """Read a segment's first front picture and its boxes, without those of unknown type."""
        folder = self._folders.get(key, self.root)
        pictures = folder / 'camera_image' / f'{key}.parquet'
        boxes = folder / 'camera_box' / f'{key}.parquet'
        check_label_file(pictures, boxes)
        time, image = _first_picture(pictures, key)
        return AnnotatedImage(image, visible(_boxes(boxes, key, time), image))

    @cached_property
    def _folders(self) -> dict[str, Path]:
        _pyarrow()
        pictures, boxes = (
            {
                path.stem: self.root / part
                for part in PARTS
                for path in files_among((self.root / part / kind).glob('*.parquet'))
            }
            for kind in ('camera_image', 'camera_box')
        )
        if not pictures.items() & boxes.items():
            raise SageIQError(
                f'{self.root} holds no segments of Waymo v2; looked for camera_image/*.parquet '
                'and camera_box/*.parquet in it and in its folders training and validation.'
            )
        return dict(sorted(pictures.items()))


def _first_picture(path: Path, segment: str) -> tuple[int, Image]:
    """Read the front camera's earliest picture and its time in microseconds."""
    with _open(path, (SEGMENT, TIME, CAMERA, PICTURE)) as file:
        found = [
            (time, group, number)
            for group in range(file.num_row_groups)
            for number, (name, time, camera) in enumerate(
                _rows(file, group, (SEGMENT, TIME, CAMERA), path)
            )
            if (name, camera) == (segment, FRONT) and time is not None
        ]
        if not found:
            raise SageIQError(
                f'{path} holds no picture of the front camera of segment {segment}; download the '
                'file again.'
            )
        time, group, number = min(found)
        content = _cell(file, group, number, path)
    try:
        return time, decompress(content or b'')
    except ImageError as error:
        raise SageIQError(
            f'Row {number + 1} of row group {group + 1} of {path} holds no readable JPEG; '
            'download the file again.'
        ) from error


def _boxes(path: Path, segment: str, time: int) -> Iterator[AnnotatedBox]:
    """Yield the front camera's boxes at a time; raises SageIQError naming a row that is none."""
    columns = (SEGMENT, TIME, CAMERA, TYPE, *SIDES)
    with _open(path, columns) as file:
        for group in range(file.num_row_groups):
            for number, row in enumerate(_rows(file, group, columns, path)):
                name, at, camera, kind, *sides = row
                if (name, at, camera) != (segment, time, FRONT) or kind == UNKNOWN:
                    continue
                box = _box(*sides)
                if kind not in LABELS or box is None:
                    raise SageIQError(
                        f'Row {number + 1} of row group {group + 1} of {path} is no camera box; '
                        'download the file again.'
                    )
                yield AnnotatedBox(LABELS[kind], box)


def _box(*sides: float | None) -> Box | None:
    """Return the box of centre x, y, width, height, or None where a number is missing or wrong."""
    x, y, width, height = (math.nan if side is None else side for side in sides)
    if not all(map(math.isfinite, (x, y, width, height))) or min(width, height) < 0.0:
        return None
    return Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _open(path: Path, columns: Sequence[str]) -> ParquetFile:
    parquet = _pyarrow()
    try:
        # Without this, pyarrow would fetch a whole row group before it decodes the first page.
        file = parquet.ParquetFile(path, pre_buffer=False, buffer_size=BUFFER_BYTES)
        names = file.schema_arrow.names
    except Exception as error:  # A damaged file raises whatever its bytes lead to.
        raise SageIQError(
            f'{path} cannot be read as parquet ({type(error).__name__}); download it again.'
        ) from error
    missing = [column for column in columns if column not in names]
    if missing:
        raise SageIQError(
            f'{path} lacks the column {missing[0]}; download version 2 of the Waymo Open Dataset.'
        )
    return file


def _rows(
    file: ParquetFile, group: int, columns: Sequence[str], path: Path
) -> Iterator[tuple[Any, ...]]:
    try:
        table = file.read_row_group(group, columns=list(columns), use_threads=False)
        values = [table[column].to_pylist() for column in columns]
    except Exception as error:
        raise _damaged(group, path, error) from error
    return zip(*values, strict=True)


def _cell(file: ParquetFile, group: int, number: int, path: Path) -> bytes | None:
    """Return one picture's bytes; pyarrow decodes the row group up to it."""
    try:
        rows = file.iter_batches(1, row_groups=[group], columns=[PICTURE], use_threads=False)
        content: bytes | None = next(islice(rows, number, None))[0][0].as_py()
    except Exception as error:
        raise _damaged(group, path, error) from error
    return content


def _damaged(group: int, path: Path, error: Exception) -> SageIQError:
    return SageIQError(
        f'Row group {group + 1} of {path} cannot be read ({type(error).__name__}); download the '
        'file again.'
    )


def _pyarrow() -> Any:
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise SageIQError(
            f'Reading Waymo lacks a package ({error}); run '
            "'pip install -r requirements/experiments.txt'."
        ) from error
    return parquet
