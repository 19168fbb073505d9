# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""CamVid's masks and rendered streets give road users, and nothing else that they show."""

import cv2
import numpy as np
import pytest
from reader_fixtures import HEIGHT, WIDTH, picture, plain, write_picture, write_turned

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


def test_frames_are_listed_by_split_and_one_without_a_mask_is_named(root):
    camvid = CamVid(root)
    assert list(camvid.keys()) == ['val/0016E5_1', 'val/0016E5_2', 'val/0016E5_3']
    with pytest.raises(SageIQError, match=r'0016E5_3\.jpg has no label file .*0016E5_3\.png'):
        camvid.read('val/0016E5_3')
    assert list(CamVid(root, 'train').keys()) == ['train/0001TP_1']
    assert (CamVid(root).name, CamVid(root, 'train').name) == ('camvid', 'camvid-train')


def test_road_users_of_a_mask_are_boxed_and_the_rest_is_left_out(root):
    read = CamVid(root).read('val/0016E5_2')
    assert read.image.shape == picture().shape
    assert plain(read.boxes) == ROAD_USERS
    assert plain(CamVid(root, 'train').read('train/0001TP_1').boxes) == ROAD_USERS


@pytest.mark.parametrize('split', ['train', 'val', 'test'])
def test_the_names_of_segnets_tutorial_are_read_too(tmp_path, split):
    write_picture(tmp_path / split / '0001.png')
    (tmp_path / split / '._0001.png').write_bytes(b'of macOS')
    write_mask(tmp_path / f'{split}annot' / '0001.png')
    camvid = CamVid(tmp_path, split)
    assert list(camvid.keys()) == [f'{split}/0001']
    read = camvid.read(f'{split}/0001')
    np.testing.assert_array_equal(read.image, picture())
    assert plain(read.boxes) == ROAD_USERS


@pytest.mark.parametrize(
    ('mask', 'said'),
    [
        (np.full((HEIGHT, WIDTH), VOID + 1, np.uint8), 'holds the class 12; use masks'),
        (np.zeros((HEIGHT, WIDTH, 3), np.uint8), 'is not a mask of one channel'),
        (np.zeros((HEIGHT, WIDTH), np.uint16), 'is not a mask of one channel of 8 bits'),
    ],
)
def test_a_mask_of_another_numbering_or_form_is_refused(root, mask, said):
    assert cv2.imwrite(str(root / 'val_masks' / '0016E5_1.png'), mask)
    with pytest.raises(SageIQError, match=rf'0016E5_1\.png {said}'):
        CamVid(root).read('val/0016E5_1')


def test_a_frame_lies_as_its_mask_whatever_its_metadata_say(root):
    stored = write_turned(root / 'val' / '0016E5_1.jpg', 3)
    np.testing.assert_array_equal(CamVid(root).read('val/0016E5_1').image, stored)


def test_a_mask_of_another_size_is_named_and_costs_its_frame_only(root):
    write_mask(root / 'val_masks' / '0016E5_1.png', (HEIGHT + 4, WIDTH))
    camvid = CamVid(root)
    with pytest.raises(SageIQError, match=r'0016E5_1\.png has 200 x 104 pixels and its frame 200'):
        camvid.read('val/0016E5_1')
    assert len(camvid.read('val/0016E5_2').boxes) == 3


@pytest.mark.parametrize(
    ('file', 'said'),
    [
        ('val_masks/0016E5_1.png', 'cannot be read as a picture'),
        ('val/0016E5_1.jpg', 'cannot be read as a picture'),
    ],
)
def test_a_broken_file_is_named(root, file, said):
    (root / file).write_bytes(b'no picture')
    with pytest.raises(SageIQError, match=f'0016E5_1.* {said}'):
        CamVid(root).read('val/0016E5_1')


def test_a_folder_of_another_layout_is_told_what_was_looked_for(tmp_path):
    with pytest.raises(SageIQError, match=r'it must hold val/\*\.jpg or .*val_masks/\*\.png or'):
        CamVid(tmp_path).keys()


def test_streets_are_held_out_and_none_of_those_that_scene_graphs_are_measured_on():
    keys = RenderedStreets(120).keys()
    assert len(set(keys)) == 120 and len(RenderedStreets().keys()) == 60
    assert list(RenderedStreets().keys()) == list(keys[:60])
    assert int(keys[0]) == FIRST_EXPERIMENT == 205_000 >= rendered.FIRST_HOLDOUT + 5_000


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
