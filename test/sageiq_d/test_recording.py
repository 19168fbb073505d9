# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A SageIQ-D as a bag: the pictures of the files, and their labels beside them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from small_set import build_small, tree, write_coco

from sageiq_ros.bags.reader import BagReader
from sageiq_ros.bags.sources import open_source
from sageiq_ros.executors.local import LocalExecutor
from sageiq_ros.sageiq_d.recording import BAG_FOLDER, topics, write_recording
from sageiq_ros.types import SageIQError

pytest.importorskip('pyarrow')


@pytest.fixture(scope='module', params=['mcap', 'sqlite3'])
def built(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp('recording')
    pictures = write_coco(folder / 'small', 3)
    result = build_small(pictures, folder / 'set', LocalExecutor(), storage=request.param)
    return folder / 'set', result.rows


def test_frames_are_the_pictures_without_loss(built):
    out, rows = built
    image_topic, _ = topics('small', 'gaussian_noise')
    frames = list(open_source(out / BAG_FOLDER, topic=image_topic))
    files = [row['file'] for row in rows if row['degradation'] == 'gaussian_noise']
    assert len(frames) == len(files) == 3
    for frame, file in zip(frames, files, strict=True):
        assert np.array_equal(frame.image, cv2.imread(str(out / file)))


def test_labels_have_the_stamp_and_the_score_of_their_picture(built):
    out, rows = built
    image_topic, label_topic = topics('small', 'motion_blur')
    with BagReader(out / BAG_FOLDER) as bag:
        labels = [bag.decode(message) for message in bag.messages([label_topic])]
    stamps = [frame.stamp_ns for frame in open_source(out / BAG_FOLDER, topic=image_topic)]
    wanted = [row for row in rows if row['degradation'] == 'motion_blur']
    assert [m.header.stamp.sec * 10**9 + m.header.stamp.nanosec for m in labels] == stamps
    assert [m.score for m in labels] == pytest.approx([row['label'] for row in wanted], abs=1e-6)
    regions = labels[0].regions
    assert [r.roi.x_offset for r in regions] == [5, 35]
    assert [r.quality for r in regions] == pytest.approx(
        [r['score'] for r in wanted[0]['regions']], abs=1e-6
    )


def test_the_same_set_gives_the_same_bag(tmp_path):
    pictures = write_coco(tmp_path / 'small', 2)
    for name in ('one', 'two'):
        build_small(pictures, tmp_path / name, LocalExecutor(), storage='mcap')
    assert tree(tmp_path / 'one') == tree(tmp_path / 'two')


def test_a_bag_can_be_added_to_a_finished_set(tmp_path):
    pictures = write_coco(tmp_path / 'small', 2)
    build_small(pictures, tmp_path / 'set', LocalExecutor())
    before = tree(tmp_path / 'set')
    build_small(pictures, tmp_path / 'set', LocalExecutor(), storage='mcap')
    after = tree(tmp_path / 'set')
    assert before.items() <= after.items()
    assert any(name.startswith(f'{BAG_FOLDER}/') for name in after)


@pytest.mark.parametrize(
    ('name', 'word'),
    [
        ('live-itw', 'live_itw'),
        ('2024--x', 'set_2024_x'),
        ('_a__b_', 'a_b'),
        ('数据', 'set'),
    ],
)
def test_names_become_topics_that_ros_takes(name, word):
    assert topics(name, 'jpeg') == (
        f'/sageiq_d/{word}/jpeg/image_raw/compressed',
        f'/sageiq_d/{word}/jpeg/label',
    )


def test_sets_whose_topics_would_be_the_same_are_refused(tmp_path):
    rows = [{'dataset': 'a-b'}, {'dataset': 'a_b'}]
    with pytest.raises(SageIQError, match='a-b and a_b would have the same topics'):
        write_recording(tmp_path, rows, 'mcap')


def test_a_bag_of_the_other_format_is_not_taken_for_the_one_asked_for(tmp_path):
    pictures = write_coco(tmp_path / 'small', 1)
    build_small(pictures, tmp_path / 'set', LocalExecutor(), storage='mcap')
    with pytest.raises(SageIQError, match='another format than sqlite3'):
        build_small(pictures, tmp_path / 'set', LocalExecutor(), storage='sqlite3')
