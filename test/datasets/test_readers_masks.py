# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""CamVid's masks and rendered streets give road users, and nothing else that they show."""

import cv2
import numpy as np
import pytest
from reader_fixtures import HEIGHT, WIDTH, picture, plain, write_picture

from sageiq_ros.datasets import rendered
from sageiq_ros.datasets.readers.camvid import CamVid
from sageiq_ros.datasets.readers.rendered import FIRST_EXPERIMENT, RenderedStreets
from sageiq_ros.types import SageIQError

BUILDING, STREET, CAR, PERSON, BIKE, VOID = 1, 3, 8, 9, 10, 11
PARTS = [
    (BUILDING, 0, 0, 200, 40),
    (STREET, 0, 60, 200, 40),
    (CAR, 10, 50, 40, 20),
    (CAR, 60, 55, 4, 4),
    (PERSON, 100, 30, 10, 40),
    (BIKE, 150, 50, 20, 25),
]
ROAD_USERS = [
    ('car', 10.0, 50.0, 50.0, 70.0),
    ('person', 100.0, 30.0, 110.0, 70.0),
    ('bike', 150.0, 50.0, 170.0, 75.0),
]


def write_mask(path, shape=(HEIGHT, WIDTH)):
    mask = np.full(shape, VOID, np.uint8)
    for value, x, y, width, height in PARTS:
        mask[y : y + height, x : x + width] = value
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), mask)


@pytest.fixture
def root(tmp_path):
    for split, names in (('val', ('0016E5_2', '0016E5_1')), ('train', ('0001TP_1',))):
        for seed, name in enumerate(names):
            write_picture(tmp_path / split / f'{name}.jpg', seed)
            write_mask(tmp_path / f'{split}_masks' / f'{name}.png')
    write_picture(tmp_path / 'val' / '0016E5_3.jpg')
    return tmp_path


def test_frames_with_a_mask_are_listed_by_split(root):
    assert list(CamVid(root).keys()) == ['val/0016E5_1', 'val/0016E5_2']
    assert list(CamVid(root, 'train').keys()) == ['train/0001TP_1']
    assert (CamVid(root).name, CamVid(root, 'train').name) == ('camvid', 'camvid-train')


def test_road_users_of_a_mask_are_boxed_and_the_rest_is_left_out(root):
    read = CamVid(root).read('val/0016E5_2')
    assert read.image.shape == picture().shape
    assert plain(read.boxes) == ROAD_USERS
    assert plain(CamVid(root, 'train').read('train/0001TP_1').boxes) == ROAD_USERS


def test_a_mask_of_another_size_is_named_and_costs_its_frame_only(root):
    write_mask(root / 'val_masks' / '0016E5_1.png', (HEIGHT + 4, WIDTH))
    camvid = CamVid(root)
    with pytest.raises(SageIQError, match=r'0016E5_1\.png has 200 x 104 pixels and its frame 200'):
        camvid.read('val/0016E5_1')
    assert len(camvid.read('val/0016E5_2').boxes) == 3


@pytest.mark.parametrize(
    ('file', 'said'),
    [('val_masks/0016E5_1.png', 'is not a mask'), ('val/0016E5_1.jpg', 'not a readable image')],
)
def test_a_broken_file_is_named(root, file, said):
    (root / file).write_bytes(b'no picture')
    with pytest.raises(SageIQError, match=f'0016E5_1.* {said}'):
        CamVid(root).read('val/0016E5_1')


def test_a_folder_of_another_layout_is_told_what_was_looked_for(tmp_path):
    with pytest.raises(SageIQError, match=r'it must hold val/\*\.jpg and val_masks/\*\.png'):
        CamVid(tmp_path).keys()


def test_streets_are_held_out_and_none_of_those_that_scene_graphs_are_measured_on():
    keys = RenderedStreets(120).keys()
    assert len(set(keys)) == 120 and len(RenderedStreets().keys()) == 60
    assert list(RenderedStreets().keys()) == list(keys[:60])
    assert int(keys[0]) == FIRST_EXPERIMENT >= rendered.FIRST_HOLDOUT + 1_000


def test_a_streets_road_users_are_those_of_the_renderer():
    key = RenderedStreets().keys()[0]
    read = RenderedStreets().read(key)
    image, boxes, labels = rendered.labelled_street(int(key))
    wanted = [
        (label, *box)
        for label, box in zip(labels, boxes.tolist(), strict=True)
        if label in ('person', 'car', 'motorcycle', 'bus', 'truck')
    ]
    np.testing.assert_array_equal(read.image, image)
    assert plain(read.boxes) == wanted
    assert wanted and len(wanted) < len(labels)


@pytest.mark.parametrize('count', [0, -1, 100_001])
def test_a_count_out_of_range_is_refused(count):
    with pytest.raises(SageIQError, match='ask for a number from 1 to 100000'):
        RenderedStreets(count)
