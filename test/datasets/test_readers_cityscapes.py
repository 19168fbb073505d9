# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Cityscapes is read as its packages are unpacked: people and vehicles, each told apart."""

import numpy as np
import pytest
from reader_fixtures import HEIGHT, WIDTH, picture, plain, write_json, write_picture

from sageiq_ros.datasets.readers.cityscapes import Cityscapes
from sageiq_ros.types import SageIQError

AACHEN, ULM = 'train/aachen/aachen_000000_000019', 'val/ulm/ulm_000003_000019'
BARE = 'val/ulm/ulm_000004_000019'


def outlined(label, *corners, **more):
    return {'label': label, 'polygon': [list(corner) for corner in corners], **more}


OBJECTS = [
    outlined('road', (0, 50), (199, 50), (199, 99)),
    outlined('car', (20, 40), (60, 38), (55, 70), (18, 65)),
    outlined('cargroup', (100, 40), (140, 40), (140, 60)),
    outlined('person', (-4, 10), (12, 8), (12, 120), (-4, 120), deleted=0),
    outlined('rider', (70, 20), (80, 20), (80, 45), deleted=1),
    outlined('bicycle', (90, 20), (90.5, 20), (90.5, 60)),
    outlined('caravan', (150, 30), (190, 30), (190, 55)),
    outlined('traffic sign', (1, 1), (9, 1), (9, 9)),
]


def boxed(label, modal=None, amodal=None):
    sides = {name: box for name, box in (('modal', modal), ('amodal', amodal)) if box}
    return {
        '2d': sides,
        '3d': {'center': [9.0, 1.0, 0.5], 'dimensions': [4.0, 2.0, 1.5], 'rotation': [1, 0, 0, 0]},
        'occlusion': 0.2,
        'truncation': 0.0,
        'instanceId': 26000,
        'label': label,
        'score': 1.0,
    }


def polygons_of(root, key):
    return root / 'gtFine' / f'{key}_gtFine_polygons.json'


def write_polygons(root, key, objects=OBJECTS, width=WIDTH, height=HEIGHT):
    content = {'imgHeight': height, 'imgWidth': width, 'objects': objects}
    return write_json(polygons_of(root, key), content)


def write_boxes(root, key, objects, width=WIDTH):
    content = {
        'imgWidth': width,
        'imgHeight': HEIGHT,
        'sensor': {
            'sensor_T_ISO_8855': [[1, 0, 0, -1.7], [0, 1, 0, -0.1], [0, 0, 1, -1.3]],
            **{'fx': 2262.52, 'fy': 2265.3, 'u0': 1096.98, 'v0': 513.137, 'baseline': 0.209},
        },
        'objects': objects,
        'ignore': [{'2d': [1, 1, 30, 30], 'label': 'car', 'instanceId': -1}],
    }
    return write_json(root / 'gtBbox3d' / f'{key}_gtBbox3d.json', content)


@pytest.fixture
def root(tmp_path):
    for seed, key in enumerate([ULM, AACHEN, 'test/bonn/bonn_000000_000019']):
        write_picture(tmp_path / 'leftImg8bit' / f'{key}_leftImg8bit.png', seed)
        write_polygons(tmp_path, key)
    write_picture(tmp_path / 'leftImg8bit' / f'{BARE}_leftImg8bit.png')
    (tmp_path / 'leftImg8bit' / 'val/ulm/._ulm_0_leftImg8bit.png').write_bytes(b'of macOS')
    return tmp_path


def test_pictures_of_train_and_val_are_listed_and_one_without_polygons_is_named(root):
    cityscapes = Cityscapes(root)
    assert list(cityscapes.keys()) == [AACHEN, ULM, BARE]
    with pytest.raises(SageIQError, match=r'000004_000019_left.*\.png has no label file .*/ulm'):
        cityscapes.read(BARE)


def test_a_polygons_box_is_that_of_its_corners_inside_the_picture(root):
    read = Cityscapes(root).read(ULM)
    np.testing.assert_array_equal(read.image, picture(0))
    assert plain(read.boxes) == [
        ('car', 18.0, 38.0, 60.0, 70.0),
        ('person', 0.0, 8.0, 12.0, 100.0),
        ('caravan', 150.0, 30.0, 190.0, 55.0),
    ]


def test_cityscapes_3d_gives_the_visible_part_of_vehicles_and_polygons_the_people(root):
    objects = [
        boxed('bus', modal=[100, 10, 30, 40], amodal=[90, 10, 60, 45]),
        boxed('dynamic', modal=[1, 1, 20, 20]),
        boxed('trailer', amodal=[180, 20, 40, 30]),
        boxed('train', modal=[20, 20, 60, 40]),
    ]
    write_boxes(root, ULM, objects)
    assert plain(Cityscapes(root).read(ULM).boxes) == [
        ('bus', 100.0, 10.0, 130.0, 50.0),
        ('trailer', 180.0, 20.0, 200.0, 50.0),
        ('train', 20.0, 20.0, 80.0, 60.0),
        ('person', 0.0, 8.0, 12.0, 100.0),
    ]


def test_a_set_has_one_kind_of_vehicles_boxes_and_is_called_by_it(root):
    assert Cityscapes(root).name == 'cityscapes'
    write_boxes(root, ULM, [])
    both = Cityscapes(root)
    assert both.name == 'cityscapes-3d'
    with pytest.raises(SageIQError, match=r'has no label file .*aachen.*_gtBbox3d\.json'):
        both.read(AACHEN)


def test_a_picture_of_another_size_than_its_boxes_in_space_is_refused(root):
    write_boxes(root, ULM, [], width=2048)
    with pytest.raises(SageIQError, match=r'200 x 100 pixels but .*gtBbox3d\.json says 2048'):
        Cityscapes(root).read(ULM)


def test_trains_are_vehicles(root):
    write_polygons(root, ULM, [outlined('train', (20, 20), (80, 20), (80, 60))])
    assert plain(Cityscapes(root).read(ULM).boxes) == [('train', 20.0, 20.0, 80.0, 60.0)]


def test_a_mark_of_the_byte_order_is_no_part_of_a_file(root):
    path = polygons_of(root, ULM)
    path.write_text(path.read_text(), encoding='utf-8-sig')
    assert len(Cityscapes(root).read(ULM).boxes) == 3


def test_broken_json_is_named_by_its_line_and_costs_its_picture_only(root):
    path = polygons_of(root, ULM)
    lines = path.read_text().splitlines()
    path.write_text('\n'.join([*lines[:4], '"label" "car",', *lines[4:]]))
    cityscapes = Cityscapes(root)
    with pytest.raises(SageIQError, match=r'Line 5 of .*ulm_000003_000019_gtFine_poly.* not JSON'):
        cityscapes.read(ULM)
    assert len(cityscapes.read(AACHEN).boxes) == 3


@pytest.mark.parametrize(
    ('content', 'said'),
    [
        (b'[]', 'holds no JSON object'),
        (b'\xff{}', 'cannot be read as JSON'),
        (b'[' * 100_000, 'cannot be read as JSON'),
    ],
)
def test_a_file_that_is_no_json_object_is_named(root, content, said):
    polygons_of(root, ULM).write_bytes(content)
    with pytest.raises(SageIQError, match=f'_gtFine_polygons.json {said}'):
        Cityscapes(root).read(ULM)


@pytest.mark.parametrize('objects', [None, {}, [1], [['car']]])
def test_a_file_without_a_list_of_objects_is_named(root, objects):
    write_polygons(root, ULM, objects)
    with pytest.raises(SageIQError, match=r'polygons\.json has no list of objects'):
        Cityscapes(root).read(ULM)


@pytest.mark.parametrize(
    'polygon', [None, 5, [], 'abc', [[1]], [[1, 2], [3, 'x']], [[1, float('nan')]], [[1, 10**400]]]
)
def test_a_malformed_polygon_is_named_by_its_number(root, polygon):
    write_polygons(root, ULM, [*OBJECTS, {'label': 'truck', 'polygon': polygon}])
    with pytest.raises(SageIQError, match=r'Object 9 \(truck\) of .* has no valid polygon'):
        Cityscapes(root).read(ULM)


@pytest.mark.parametrize('modal', [[1, 2, 3], [1, 2, -3, 4], ['1', 2, 3, 4], 'abcd'])
def test_a_malformed_box_is_named_by_its_number(root, modal):
    write_boxes(root, ULM, [boxed('car', modal=[1, 1, 9, 9]), boxed('bus', modal=modal)])
    with pytest.raises(SageIQError, match=r'Object 2 \(bus\) of .*gtBbox3d\.json has no valid 2d'):
        Cityscapes(root).read(ULM)


def test_a_picture_of_another_size_than_annotated_is_refused(root):
    write_polygons(root, ULM, width=2048, height=1024)
    with pytest.raises(SageIQError, match=r'has 200 x 100 pixels but .* says 2048 x 1024'):
        Cityscapes(root).read(ULM)


def test_a_folder_of_another_layout_is_told_what_was_looked_for(tmp_path):
    with pytest.raises(SageIQError, match=r'looked for leftImg8bit/<train or val>'):
        Cityscapes(tmp_path).keys()
