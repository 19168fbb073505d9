# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A folder with a COCO file is read: boxes by picture, crowds left out, one name a picture."""

import json
import pickle

import numpy as np
import pytest
from reader_fixtures import HEIGHT, WIDTH, picture, plain, write_json, write_picture

from sageiq_ros.datasets.readers.coco import Coco
from sageiq_ros.types import SageIQError

CONTENT = {
    'info': {'year': 2017},
    'licenses': [],
    'images': [
        {'id': 9, 'file_name': 'b.png', 'width': WIDTH, 'height': HEIGHT},
        {'id': 7, 'file_name': 'a.png', 'width': WIDTH, 'height': HEIGHT},
        {'id': 3, 'file_name': 'rain/c.jpg'},
    ],
    'annotations': [
        {'id': 1, 'image_id': 9, 'category_id': 3, 'bbox': [10.5, 20, 30, 40], 'iscrowd': 0},
        {'id': 2, 'image_id': 7, 'category_id': 1, 'bbox': [150, 60, 90.5, 80], 'iscrowd': 0},
        {'id': 3, 'image_id': 9, 'category_id': 1, 'bbox': [0, 0, 199, 99], 'iscrowd': 1},
        {'id': 4, 'image_id': 9, 'category_id': 1, 'bbox': [5, 5, 0.5, 50], 'iscrowd': 0},
        {'id': 5, 'image_id': 9, 'category_id': 1, 'bbox': [-5, 5, 20, 50]},
        {'id': 6, 'image_id': 8, 'category_id': 1, 'bbox': [5, 5, 20, 50]},
    ],
    'categories': [{'id': 1, 'name': 'person'}, {'id': 3, 'name': 'Fire Truck'}, {'id': 4}],
}


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / 'drive'
    write_picture(folder / 'images' / 'a.png', 1)
    write_picture(folder / 'b.png', 2)
    write_picture(folder / 'rain' / 'c.jpg', 3)
    write_json(folder / 'annotations.json', CONTENT)
    return folder


def rewrite(root, **parts):
    write_json(root / 'annotations.json', {**CONTENT, **parts})


def test_pictures_are_listed_by_their_names(root):
    assert list(Coco(root).keys()) == ['a.png', 'b.png', 'rain/c.jpg']


def test_boxes_are_read_by_picture_without_crowds_and_slivers(root):
    read = Coco(root).read('b.png')
    np.testing.assert_array_equal(read.image, picture(2))
    assert plain(read.boxes) == [
        ('Fire Truck', 10.5, 20.0, 40.5, 60.0),
        ('person', 0.0, 5.0, 15.0, 55.0),
    ]


def test_pictures_may_lie_in_images_and_have_no_object(root):
    read = Coco(root).read('a.png')
    np.testing.assert_array_equal(read.image, picture(1))
    assert plain(read.boxes) == [('person', 150.0, 60.0, 200.0, 100.0)]
    assert Coco(root).read('rain/c.jpg').boxes == ()


def test_the_file_itself_may_be_named_and_the_folder_names_the_set(root):
    (root / 'annotations.json').rename(root / 'instances_val.json')
    coco = Coco(root / 'instances_val.json')
    assert len(coco.read('b.png').boxes) == 2
    assert coco.name == Coco(root).name == 'drive'


def test_it_can_be_pickled_before_and_after_listing(root):
    coco = Coco(root)
    for _ in range(2):
        assert plain(pickle.loads(pickle.dumps(coco)).read('b.png').boxes)[0][0] == 'Fire Truck'
        coco.keys()


@pytest.mark.parametrize(
    'change',
    [
        {'bbox': [1, 2, 3]},
        {'bbox': [1, 2, -3, 4]},
        {'bbox': [1, 2, float('nan'), 4]},
        {'bbox': [1, 2, '3', 4]},
        {'bbox': None},
        {'category_id': 2},
        {'category_id': 4},
        {'category_id': [1]},
        {'category_id': None},
    ],
)
def test_a_malformed_annotation_is_named_and_costs_its_picture_only(root, change):
    first, *others = CONTENT['annotations']
    rewrite(root, annotations=[{**first, **change}, *others])
    coco = Coco(root)
    with pytest.raises(SageIQError, match=r'Annotation 1 of .*annotations\.json has no known cat'):
        coco.read('b.png')
    assert len(coco.read('a.png').boxes) == 1


@pytest.mark.parametrize(
    'item',
    [
        {'id': 9, 'file_name': 'd.png'},
        {'id': 5, 'file_name': 'b.png'},
        {'id': 5},
        {'file_name': 'd.png'},
        {'id': [5], 'file_name': 'd.png'},
    ],
)
def test_pictures_that_cannot_be_told_apart_are_refused_by_number(root, item):
    rewrite(root, images=[*CONTENT['images'], item])
    with pytest.raises(SageIQError, match=r'Picture 4 of .* has no id and file_name of its own'):
        Coco(root).keys()


def test_broken_json_is_named_by_its_line(root):
    path = root / 'annotations.json'
    path.write_text(json.dumps(CONTENT, indent=1).replace('"year": 2017', '"year" 2017'))
    with pytest.raises(SageIQError, match=r'Line 3 of .*annotations\.json is not JSON'):
        Coco(root).keys()


@pytest.mark.parametrize('part', ['images', 'annotations', 'categories'])
def test_a_file_without_a_part_is_named(root, part):
    rewrite(root, **{part: None})
    with pytest.raises(SageIQError, match=f'has no list of objects called "{part}"'):
        Coco(root).keys()


def test_a_file_without_pictures_is_named(root):
    rewrite(root, images=[])
    with pytest.raises(SageIQError, match=r'annotations\.json lists no pictures'):
        Coco(root).keys()


def test_a_missing_or_turned_picture_is_named(root):
    write_picture(root / 'b.png')
    turned = {'id': 9, 'file_name': 'b.png', 'width': HEIGHT, 'height': WIDTH}
    rewrite(root, images=[turned, *CONTENT['images'][1:]])
    (root / 'rain' / 'c.jpg').unlink()
    coco = Coco(root)
    with pytest.raises(SageIQError, match='says 100 x 200; use the pictures that were annotated'):
        coco.read('b.png')
    with pytest.raises(SageIQError, match=r'c\.jpg cannot be read as a picture'):
        coco.read('rain/c.jpg')
    with pytest.raises(SageIQError, match=r"lists no picture 'd\.png'"):
        coco.read('d.png')


def test_a_folder_of_another_layout_is_told_what_was_looked_for(tmp_path):
    with pytest.raises(SageIQError, match=r'There is no .*annotations\.json; name a COCO file'):
        Coco(tmp_path).keys()
