# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A SageIQ-D as a rosbag2: a camera and a label topic for each data set and degradation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sageiq_ros.bags.frames import DEFAULT_RATE_HZ, EPOCH_NS
from sageiq_ros.bags.messages import TRUTH_TYPE, build, header
from sageiq_ros.bags.writer import BagWriter
from sageiq_ros.images import COMPRESSED_TYPE
from sageiq_ros.sageiq_d.files import move_part, part_path
from sageiq_ros.types import SageIQError, State

BAG_FOLDER = 'bag'
SOURCE = 'SageIQ-D'
SUFFIXES = {'mcap': '.mcap', 'sqlite3': '.db3'}


def topics(dataset: str, degradation: str) -> tuple[str, str]:
    """Return the image and the label topic of a data set under a degradation.

    ROS takes letters, digits and single underscores, and no digit first.
    """
    word = re.sub('[^a-zA-Z0-9]+', '_', dataset).strip('_')
    word = word if word[:1].isalpha() else f'set_{word}'.rstrip('_')
    name = f'/sageiq_d/{word}/{degradation}'
    return f'{name}/image_raw/compressed', f'{name}/label'


def write_recording(folder: Path, rows: Sequence[Mapping[str, Any]], storage: str) -> Path:
    """Write the pictures of a set and their labels into its folder ``bag``; returns its path.

    Pictures are the PNG files as they are. A label is a TarQuality with the clear regions, their
    scores and their mean as ``score``. Each topic starts at the same moment and has 10 messages a
    second. A bag of this format that is there stays as it is. Raises SageIQError for one of the
    other format, and for data sets whose topics would be the same.
    """
    target = folder / BAG_FOLDER
    if target.is_dir():
        if not list(target.glob(f'*{SUFFIXES[storage]}')):
            raise SageIQError(f'{target} is a bag of another format than {storage}; remove it.')
        return target
    _check_topics({row['dataset'] for row in rows})
    part = part_path(folder).with_name('sageiq_d')
    counts: Counter[str] = Counter()
    with BagWriter(part, storage, SOURCE) as writer:
        for row in rows:
            image_topic, label_topic = topics(row['dataset'], row['degradation'])
            stamp_ns = EPOCH_NS + round(counts[image_topic] * 1e9 / DEFAULT_RATE_HZ)
            counts[image_topic] += 1
            head = header(stamp_ns, row['dataset'])
            picture = build(
                COMPRESSED_TYPE,
                header=head,
                format='bgr8; png compressed bgr8',
                data=np.fromfile(folder / row['file'], np.uint8),
            )
            writer.write(image_topic, COMPRESSED_TYPE, stamp_ns, picture)
            writer.write(label_topic, TRUTH_TYPE, stamp_ns, _label(row, head, image_topic))
    move_part(part, target)
    return target


def _check_topics(datasets: Iterable[str]) -> None:
    seen: dict[str, str] = {}
    for dataset in sorted(datasets):
        topic, _ = topics(dataset, '')
        if topic in seen:
            raise SageIQError(
                f'{seen[topic]} and {dataset} would have the same topics; build them apart.'
            )
        seen[topic] = dataset


def _label(row: Mapping[str, Any], head: Any, camera: str) -> Any:
    return build(
        TRUTH_TYPE,
        header=head,
        camera=camera,
        query='',
        state=int(State.UNKNOWN),
        score=row['label'],
        frame_score=float('nan'),
        regions=[_region(region) for region in row['regions']],
        triplets=[],
        scene_graph='annotated boxes',
        analyzer='',
        scorer=row['scorer'],
        flags=0,
        scene_graph_ms=0.0,
        analyzer_ms=0.0,
        scorer_ms=0.0,
        total_ms=0.0,
    )


def _region(region: Mapping[str, Any]) -> Any:
    unknown = dict.fromkeys(('p_good', 'p_average', 'p_poor'), float('nan'))
    roi = build(
        'sensor_msgs/msg/RegionOfInterest',
        x_offset=region['x'],
        y_offset=region['y'],
        width=region['width'],
        height=region['height'],
        do_rectify=False,
    )
    return build(
        'sageiq_msgs/msg/TarRegion',
        label=region['label'],
        confidence=1.0,
        roi=roi,
        quality=region['score'],
        age_s=0.0,
        **unknown,
    )
