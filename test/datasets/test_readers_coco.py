# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A folder with a COCO file is read: boxes by picture, crowds left out, one name a picture."""

import json
import pickle
import tracemalloc

import numpy as np
import pytest
from reader_fixtures import (
    HEIGHT,
    WIDTH,
    picture,
    plain,
    write_json,
    write_picture,
    write_turned,
)

from sageiq_ros.datasets.readers.coco import USED, Coco
from sageiq_ros.datasets.readers.json_files import read_json
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


def test_the_file_itself_may_be_named(root):
    assert Coco(root).name == Coco(root / 'annotations.json').name == 'drive'
    (root / 'annotations.json').rename(root / 'instances_val.json')
    coco = Coco(root / 'instances_val.json')
    assert len(coco.read('b.png').boxes) == 2
    assert coco.name == 'drive-instances_val'


@pytest.mark.parametrize(
    'folder', ['{}', 'images', 'images/{}', 'annotations', 'annotations/images']
)
def test_cocos_own_folders_are_read_and_its_splits_told_apart(tmp_path, folder):
    opened = {}
    for number, split in enumerate(('val2017', 'train2017')):
        name = f'{number:012d}.jpg'
        write_picture(tmp_path / 'coco' / folder.format(split) / name)
        content = {**CONTENT, 'images': [{'id': 9, 'file_name': name}]}
        file = tmp_path / 'coco' / 'annotations' / f'instances_{split}.json'
        opened[name] = Coco(write_json(file, content))
    assert [list(coco.keys()) for coco in opened.values()] == [[name] for name in opened]
    assert all(len(coco.read(name).boxes) == 2 for name, coco in opened.items())
    names = [coco.name for coco in opened.values()]
    assert names == ['coco-instances_val2017', 'coco-instances_train2017']


def test_a_list_of_which_no_picture_is_there_is_refused(root):
    for name in ('images/a.png', 'b.png', 'rain/c.jpg'):
        (root / name).unlink()
    with pytest.raises(
        SageIQError, match=r'None of .* is there; looked for b\.png and .* images,'
    ):
        Coco(root).keys()


def test_it_can_be_pickled_before_and_after_listing_as_its_name_alone(root):
    coco = Coco(root)
    sizes = []
    for _ in range(2):
        pickled = pickle.dumps(coco)
        assert plain(pickle.loads(pickled).read('b.png').boxes)[0][0] == 'Fire Truck'
        sizes.append(len(pickled))
        coco.keys()
    assert sizes[0] == sizes[1]


def test_outlines_are_left_out_while_the_file_is_read(root):
    corners = [float(number) for number in range(30_000)]
    write_json(root / 'bare.json', CONTENT)
    outlined = [{**item, 'segmentation': [corners]} for item in CONTENT['annotations']]
    path = root / 'outlined.json'
    path.write_text(json.dumps({**CONTENT, 'annotations': outlined}))
    assert read_json(path, USED) == read_json(root / 'bare.json', USED)
    tracemalloc.start()
    Coco(path).keys()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # The file is held as bytes and as text, and one outline; all of them take 3.7 times the text.
    assert peak < 3 * path.stat().st_size


@pytest.mark.parametrize('write', [float, lambda number: f'picture-{number}'])
def test_ids_may_be_text_or_whole_numbers_written_as_fractions(root, write):
    images = [{**item, 'id': write(item['id'])} for item in CONTENT['images']]
    annotations = [
        {**item, 'image_id': write(item['image_id']), 'category_id': write(item['category_id'])}
        for item in CONTENT['annotations']
    ]
    categories = [{**item, 'id': write(item['id'])} for item in CONTENT['categories']]
    before = Coco(root).read('b.png').boxes
    rewrite(root, images=images, annotations=annotations, categories=categories)
    assert Coco(root).read('b.png').boxes == before


def test_numbers_as_fractions_are_those_without(root):
    first, *others = CONTENT['annotations']
    rewrite(root, annotations=[{**first, 'image_id': 9.0, 'category_id': 3.0}, *others])
    assert len(Coco(root).read('b.png').boxes) == 2


@pytest.mark.parametrize('change', [{'image_id': value} for value in (None, 9.5, True, [9])])
def test_an_annotation_of_no_picture_at_all_is_named(root, change):
    first, *others = CONTENT['annotations']
    rewrite(root, annotations=[{**first, **change}, *others])
    with pytest.raises(SageIQError, match=r'Annotation 1 of .*annotations\.json has no image_id'):
        Coco(root).keys()


def test_annotations_of_which_none_belongs_to_a_picture_are_refused(root):
    texts = [{**item, 'image_id': str(item['image_id'])} for item in CONTENT['annotations']]
    rewrite(root, annotations=texts)
    with pytest.raises(SageIQError, match=r'No annotation of .* both numbers or both text'):
        Coco(root).keys()


def test_two_categories_of_one_id_are_refused(root):
    rewrite(root, categories=[*CONTENT['categories'], {'id': 3.0, 'name': 'cat'}])
    with pytest.raises(SageIQError, match=r'annotations\.json has two categories of the id 3;'):
        Coco(root).keys()


@pytest.mark.parametrize(
    ('value', 'boxes'), [(0, 2), ('0', 2), (False, 2), (None, 2), (1, 1), ('1', 1), (True, 1)]
)
def test_a_crowd_is_what_is_called_one(root, value, boxes):
    first, *others = CONTENT['annotations']
    rewrite(root, annotations=[{**first, 'iscrowd': value}, *others])
    assert len(Coco(root).read('b.png').boxes) == boxes


def test_a_picture_lies_as_its_boxes_whatever_its_metadata_say(root):
    stored = write_turned(root / 'rain' / 'c.jpg', 3)
    np.testing.assert_array_equal(Coco(root).read('rain/c.jpg').image, stored)


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
        {'id': 9.0, 'file_name': 'd.png'},
        {'id': True, 'file_name': 'd.png'},
        {'id': 5, 'file_name': '/d.png'},
        {'id': 5, 'file_name': 'd\0.png'},
        {'id': 5, 'file_name': 'd\ud800.png'},
        {'id': 5, 'file_name': 'd' * 256},
        {'id': 5, 'file_name': 'd/' * 1000 + 'd.png'},
    ],
)
def test_pictures_that_cannot_be_told_apart_are_refused_by_number(root, item):
    rewrite(root, images=[*CONTENT['images'], item])
    with pytest.raises(SageIQError, match=r'Picture 4 of .* has no id and relative file_name of'):
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
    with pytest.raises(SageIQError, match=r'c\.jpg cannot be opened \(No such file'):
        coco.read('rain/c.jpg')
    with pytest.raises(SageIQError, match=r"lists no picture 'd\.png'"):
        coco.read('d.png')


def test_a_folder_of_another_layout_is_told_what_was_looked_for(tmp_path):
    with pytest.raises(SageIQError, match=r'There is no .*annotations\.json; name a COCO file'):
        Coco(tmp_path).keys()
