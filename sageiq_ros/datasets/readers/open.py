# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Data sets by name: what the option ``--data`` of experiments takes (docs/datasets.md)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from sageiq_ros.datasets.readers.base import AnnotatedSet
from sageiq_ros.datasets.readers.camvid import CamVid
from sageiq_ros.datasets.readers.cityscapes import Cityscapes
from sageiq_ros.datasets.readers.coco import Coco
from sageiq_ros.datasets.readers.kitti import Kitti
from sageiq_ros.datasets.readers.live_itw import LiveItwPictures
from sageiq_ros.datasets.readers.pictures import Pictures
from sageiq_ros.datasets.readers.rendered import RenderedStreets
from sageiq_ros.datasets.readers.waymo import Waymo
from sageiq_ros.paths import user_path
from sageiq_ros.types import SageIQError

RENDERED = 'rendered'
FOLDERS: dict[str, Callable[[Path], AnnotatedSet]] = {
    'camvid': CamVid,
    'camvid-train': lambda folder: CamVid(folder, 'train'),
    'camvid-test': lambda folder: CamVid(folder, 'test'),
    'kitti': Kitti,
    'cityscapes': Cityscapes,
    'waymo': Waymo,
    'coco': Coco,
    'live-itw': LiveItwPictures,
    'pictures': Pictures,
}
SETS_HELP = (
    f'data sets, each {RENDERED}[:<count>] or <kind>:<folder>, of kinds {", ".join(FOLDERS)}'
)
# A comma is part of a folder's name unless another set begins after it.
SEPARATOR = re.compile(rf',\s*(?={RENDERED}\s*(?:[:,]|$)|(?:{"|".join(FOLDERS)}):)')


def open_set(spec: str) -> AnnotatedSet:
    """Open ``rendered[:count]`` or ``<kind>:<folder>``; the set can be pickled.

    Raises SageIQError for an unknown kind, a folder that is not there or that holds no pictures
    in its kind's layout, and a package that the kind needs.
    """
    kind, _, place = (part.strip() for part in spec.partition(':'))
    if kind == RENDERED:
        return _streets(spec, place)
    if kind not in FOLDERS:
        raise SageIQError(
            f"'{spec}' names no kind of data set; write rendered[:<count>] or <kind>:<folder> "
            f'with one of {", ".join(FOLDERS)}.'
        )
    # Workers on other machines have another current folder.
    folder = user_path(place).absolute()
    annotations = kind == 'coco' and folder.suffix == '.json' and folder.is_file()
    if not place or not (folder.is_dir() or annotations):
        raise SageIQError(
            f"'{spec}' names no folder that is there; write {kind}:<folder>"
            f'{" or coco:<file>.json" if kind == "coco" else ""}.'
        )
    opened = FOLDERS[kind](folder)
    opened.keys()
    return opened


def parse_sets(specs: str) -> list[AnnotatedSet]:
    """Open several sets, separated by commas, in their order.

    Raises SageIQError for what ``open_set`` does, and for two sets of one name.
    """
    opened = [open_set(spec) for spec in SEPARATOR.split(specs)]
    (name, count), *_ = Counter(item.name for item in opened).most_common()
    if count > 1:
        raise SageIQError(
            f"{count} data sets are called '{name}' and cannot be told apart; leave one out or, "
            'where a set is called after its folder, rename that.'
        )
    return opened


def _streets(spec: str, count: str) -> AnnotatedSet:
    if spec.strip() == RENDERED:
        return RenderedStreets()
    if not re.fullmatch('[0-9]{1,9}', count):
        raise SageIQError(f"'{spec}' has no count; write {RENDERED} or {RENDERED}:120, say.")
    return RenderedStreets(int(count))
