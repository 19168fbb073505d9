# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Data sets: the annotations of one small picture in each layout."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from fuzzing import pictures
from fuzzing.mutators import mutate_bytes, mutate_json, mutate_text
from fuzzing.target import Run, Target
from sageiq_ros.datasets.readers.base import AnnotatedSet
from sageiq_ros.datasets.readers.camvid import CamVid
from sageiq_ros.datasets.readers.cityscapes import Cityscapes
from sageiq_ros.datasets.readers.coco import Coco
from sageiq_ros.datasets.readers.kitti import Kitti
from sageiq_ros.datasets.readers.live_itw import LiveItwPictures
from sageiq_ros.datasets.readers.waymo import CAMERA, PICTURE, SEGMENT, SIDES, TIME, TYPE, Waymo

_PNG = cv2.imencode('.png', pictures.scene())[1].tobytes()
HEIGHT, WIDTH = pictures.scene().shape[:2]


def _annotated(
    name: str,
    opened: Callable[[Path], AnnotatedSet],
    annotation: str,
    seeds: Sequence[bytes],
    files: dict[str, bytes],
) -> Callable[[Path], tuple[Sequence[bytes], Run]]:
    """Return a ``make`` for a set with one ``annotation`` beside other files that are right."""

    def make(folder: Path) -> tuple[Sequence[bytes], Run]:
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        (folder / annotation).parent.mkdir(parents=True, exist_ok=True)

        def run(data: bytes) -> str:
            (folder / annotation).write_bytes(data)
            labels = []
            data_set = opened(folder)
            keys = data_set.keys()
            for key in keys:
                read = data_set.read(key)
                for item in read.boxes:
                    assert 0.0 <= item.box.x1 < item.box.x2 <= read.image.shape[1]
                    assert 0.0 <= item.box.y1 < item.box.y2 <= read.image.shape[0]
                    labels.append(item.label)
            return f'{name} {sorted(set(labels))}'[:80]

        return seeds, run

    return make


_KITTI = (
    b'Car 0.00 0 -1.57 5.0 4.0 20.0 18.0 1.5 1.6 3.7 -2.0 1.7 20.0 -1.6\n'
    b'DontCare -1 -1 -10 2 2 8 8 -1 -1 -1 -1000 -1000 -1000 -10\n'
    b'Pedestrian 0.10 1 0.2 1.0 1.0 6.0 20.0 1.7 0.6 0.8 1.0 1.6 9.0 0.3\n'
)
_COCO = {
    'images': [{'id': 1, 'file_name': 'a.png', 'width': WIDTH, 'height': HEIGHT}],
    'annotations': [
        {'id': 1, 'image_id': 1, 'category_id': 3, 'bbox': [2, 2, 10, 10], 'iscrowd': 0},
        {'id': 2, 'image_id': 1, 'category_id': 4, 'bbox': [0.5, 1.5, 40, 8]},
    ],
    'categories': [{'id': 3, 'name': 'car'}, {'id': 4, 'name': 'person'}],
}
_POLYGONS = {
    'imgWidth': WIDTH,
    'imgHeight': HEIGHT,
    'objects': [
        {'label': 'car', 'polygon': [[1, 2], [9, 2], [9, 9]]},
        {'label': 'person', 'polygon': [[3, 3], [8, 20], [4, 12]], 'deleted': 0},
    ],
}
_BOXES_3D = {
    'imgWidth': WIDTH,
    'imgHeight': HEIGHT,
    'objects': [{'label': 'car', '2d': {'modal': [1, 1, 8, 8], 'amodal': [1, 1, 9, 9]}}],
}
_CITY = {'leftImg8bit/val/a/x_leftImg8bit.png': _PNG}
_CITY_POLYGONS = 'gtFine/val/a/x_gtFine_polygons.json'


def _mask() -> bytes:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[2:20, 3:18], mask[4:22, 20:31] = 8, 9
    return cv2.imencode('.png', mask)[1].tobytes()


def _parquet(rows: list[dict[str, Any]]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    stream = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows), stream)
    return stream.getvalue()


def _waymo(part: str) -> Callable[[Path], tuple[Sequence[bytes], Run]]:
    def make(folder: Path) -> tuple[Sequence[bytes], Run]:
        row = {SEGMENT: 'x', TIME: 1, CAMERA: 1}
        files = {
            'camera_image/x.parquet': _parquet([row | {PICTURE: pictures.jpegs()[0]}]),
            'camera_box/x.parquet': _parquet(
                [row | {TYPE: 1} | dict(zip(SIDES, (9.0, 9.0, 8.0, 8.0), strict=True))]
            ),
        }
        seeds = [files.pop(f'{part}/x.parquet')]
        return _annotated('waymo', Waymo, f'{part}/x.parquet', seeds, files)(folder)

    return make


def _live_itw(folder: Path) -> tuple[Sequence[bytes], Run]:
    from scipy.io import savemat

    names = np.array([f'{n}.bmp' for n in range(9)], object).reshape(-1, 1)
    tables = {}
    for variable, content in (('AllImages_release', names), ('AllMOS_release', np.arange(9.0))):
        stream = io.BytesIO()
        savemat(stream, {variable: content})
        tables[f'Data/{variable}.mat'] = stream.getvalue()
    bmp = cv2.imencode('.bmp', pictures.scene())[1].tobytes()
    files = {f'Images/{n}.bmp': bmp for n in range(9)}
    names_file, scores_file = tables
    files[names_file] = tables[names_file]
    make = _annotated('live-itw', LiveItwPictures, scores_file, [tables[scores_file]], files)
    return make(folder)


def _json(content: object) -> list[bytes]:
    return [json.dumps(content).encode()]


TARGETS = (
    Target(
        'KITTI labels',
        _annotated('kitti', Kitti, 'label_2/000000.txt', [_KITTI], {'image_2/000000.png': _PNG}),
        mutate_text,
        6_000,
    ),
    Target(
        'COCO annotations',
        _annotated('coco', Coco, 'annotations.json', _json(_COCO), {'a.png': _PNG}),
        mutate_json,
        6_000,
    ),
    Target(
        'Cityscapes polygons',
        _annotated('cityscapes', Cityscapes, _CITY_POLYGONS, _json(_POLYGONS), _CITY),
        mutate_json,
        4_000,
    ),
    Target(
        'Cityscapes 3D boxes',
        _annotated(
            'cityscapes-3d',
            Cityscapes,
            'gtBbox3d/val/a/x_gtBbox3d.json',
            _json(_BOXES_3D),
            _CITY | {_CITY_POLYGONS: _json(_POLYGONS)[0]},
        ),
        mutate_json,
        4_000,
    ),
    Target(
        'CamVid mask',
        _annotated('camvid', CamVid, 'val_masks/a.png', [_mask()], {'val/a.png': _PNG}),
        mutate_bytes,
        2_000,
    ),
    *(
        (
            Target('Waymo pictures', _waymo('camera_image'), mutate_bytes, 1_000),
            Target('Waymo boxes', _waymo('camera_box'), mutate_bytes, 1_000),
        )
        if find_spec('pyarrow')
        else ()
    ),
    *((Target('LIVE-itw scores', _live_itw, mutate_bytes, 1_000),) if find_spec('scipy') else ()),
)
