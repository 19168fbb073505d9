# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A small COCO folder, and builds of it."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np

from sageiq_ros.datasets.readers.open import open_set
from sageiq_ros.sageiq_d.builder import build
from sageiq_ros.sageiq_d.hybrid import BoxRule
from sageiq_ros.sageiq_d.plan import Plan, describe_source
from sageiq_ros.sageiq_d.work import BuildJob
from sageiq_ros.scorer.identity import weights_digest

SCORER = 'niqe'
PICTURES = 4
DEGRADATIONS = ('motion_blur', 'gaussian_noise')


def write_coco(folder: Path, count: int, size: tuple[int, int] = (60, 80)) -> Path:
    """Write pictures with two boxes each."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(1)
    images, boxes = [], []
    for number in range(count):
        coarse = rng.integers(0, 256, (6, 8, 3), np.uint8)
        picture = cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC)
        name = f'{number:03}.png'
        cv2.imwrite(str(folder / name), picture)
        images.append({'id': number, 'file_name': name, 'width': size[1], 'height': size[0]})
        for place in range(2):
            bbox = [5 + 30 * place, 10, 24, 30]
            boxes.append(
                {
                    'id': len(boxes),
                    'image_id': number,
                    'category_id': 1,
                    'bbox': bbox,
                    'iscrowd': 0,
                }
            )
    content = {
        'images': images,
        'annotations': boxes,
        'categories': [{'id': 1, 'name': 'car'}],
    }
    (folder / 'annotations.json').write_text(json.dumps(content), encoding='utf-8')
    return folder


def build_small(folder: Path, out: Path, executor, storage=None, seed=0, **more):
    """Build the pictures of a COCO folder with a fast scorer."""
    data = open_set(f'coco:{folder}')
    keys = {data.name: list(data.keys())}
    plan = Plan(
        (describe_source(data, keys[data.name]),),
        DEGRADATIONS,
        BoxRule(),
        SCORER,
        weights_digest(SCORER),
        seed,
    )
    job = BuildJob({data.name: data}, plan.degradations, plan.boxes, SCORER, seed)
    return build(out, plan, job, keys, executor, storage=storage, **more)


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder by its path in it."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob('*'))
        if path.is_file()
    }


class Stopped(BaseException):
    """Stands for a kill: nothing of the builder catches it."""
