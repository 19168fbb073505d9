# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""KITTI is read as it is unpacked: its labelled pictures, all types but regions not labelled."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from reader_fixtures import picture, plain, write_picture

from sageiq_ros.datasets.readers.kitti import Kitti, parse_labels
from sageiq_ros.types import SageIQError

LABELS = """\
Car 0.00 0 -1.57 20.50 10.25 80.00 60.75 1.67 1.87 3.69 -16.53 2.39 58.49 1.57
Person_sitting 0.00 2 0.30 -12.00 30.00 5.50 99.00 1.20 0.50 0.80 1.10 1.50 9.00 0.20
DontCare -1 -1 -10 100.00 20.00 150.00 60.00 -1 -1 -1 -1000 -1000 -1000 -10

Tram 0.50 1 1.00 150.00 0.00 230.00 120.00 3.50 2.60 20.00 3.00 1.80 30.00 1.00
Van 0.00 0 1.00 199.50 10.00 260.00 50.00 1.90 1.80 4.50 9.00 1.80 40.00 1.00
"""


def write_kitti(training):
    for number in (10, 2, 7):
        write_picture(training / 'image_2' / f'{number:06d}.png', number)
    (training / 'label_2').mkdir()
    (training / 'label_2' / '000002.txt').write_text(LABELS)
    (training / 'label_2' / '000010.txt').write_text('')
    (training / 'label_2' / '000011.txt').write_text(LABELS)


@pytest.fixture
def root(tmp_path):
    write_kitti(tmp_path / 'training')
    return tmp_path


def test_all_pictures_are_listed_in_order_and_one_without_a_label_file_is_named(root):
    kitti = Kitti(root)
    assert list(kitti.keys()) == ['000002', '000007', '000010']
    with pytest.raises(SageIQError, match=r'000007\.png has no label file .*000007\.txt; unpack'):
        kitti.read('000007')


def test_what_lies_beside_the_pictures_is_none(root):
    pictures = root / 'training' / 'image_2'
    (pictures / '._000002.png').write_bytes(b'of macOS')
    (pictures / '000003.png').mkdir()
    (pictures / '000004.png').symlink_to('nowhere.png')
    assert list(Kitti(root).keys()) == ['000002', '000007', '000010']


def test_the_folder_training_itself_is_read_too(root):
    inner = Kitti(root / 'training')
    assert list(inner.keys()) == list(Kitti(root).keys())
    assert plain(inner.read('000002').boxes) == plain(Kitti(root).read('000002').boxes)


def test_boxes_are_clipped_and_those_of_less_than_a_pixel_left_out(root):
    read = Kitti(root).read('000002')
    np.testing.assert_array_equal(read.image, picture(2))
    assert plain(read.boxes) == [
        ('car', 20.5, 10.25, 80.0, 60.75),
        ('person_sitting', 0.0, 30.0, 5.5, 99.0),
        ('tram', 150.0, 0.0, 200.0, 100.0),
    ]


def test_a_picture_may_have_no_object(root):
    assert Kitti(root).read('000010').boxes == ()


@pytest.mark.parametrize(
    'line',
    [
        'Car 0.00 0',
        'Car 0.00 0 -1.57 20 10 80 60 1.67 1.87 3.69 -16.53 2.39 58.49 1.57 0.9',
        'Car 0.00 0 -1.57 20 ten 80 60 1.67 1.87 3.69 -16.53 2.39 58.49 1.57',
        'Car 0.00 0 -1.57 20 10 nan 60 1.67 1.87 3.69 -16.53 2.39 58.49 1.57',
        'Car 0.00 0 -1.57 20 10 inf 60 1.67 1.87 3.69 -16.53 2.39 58.49 1.57',
        'Car 0.00 0 -1.57 80 10 20 60 1.67 1.87 3.69 -16.53 2.39 58.49 1.57',
        'Car 0.00 0 -1.57 20 60 80 10 1.67 1.87 3.69 -16.53 2.39 58.49 1.57',
        'DontCare -1 -1',
    ],
)
def test_a_line_that_is_no_label_is_named_and_costs_its_picture_only(root, line):
    (root / 'training' / 'label_2' / '000010.txt').write_text(f'{LABELS}{line}\n')
    kitti = Kitti(root)
    with pytest.raises(SageIQError, match=r'Line 7 of .*000010\.txt is no KITTI label'):
        kitti.read('000010')
    assert len(kitti.read('000002').boxes) == 3


def test_a_mark_of_the_byte_order_is_no_part_of_the_first_label(root):
    (root / 'training' / 'label_2' / '000010.txt').write_text(LABELS, encoding='utf-8-sig')
    assert Kitti(root).read('000010').boxes[0].label == 'car'


def test_a_label_file_that_is_no_text_is_named(root):
    (root / 'training' / 'label_2' / '000010.txt').write_bytes(b'\xff\xfe\x00')
    with pytest.raises(SageIQError, match=r'000010\.txt cannot be read as text'):
        Kitti(root).read('000010')


def test_a_broken_picture_is_named(root):
    (root / 'training' / 'image_2' / '000002.png').write_bytes(b'no picture')
    with pytest.raises(SageIQError, match=r'000002\.png cannot be read as a picture'):
        Kitti(root).read('000002')


def test_a_folder_of_another_layout_is_told_what_was_looked_for(tmp_path):
    write_picture(tmp_path / 'testing' / 'image_2' / '000000.png')
    with pytest.raises(SageIQError, match=r'looked for image_2/\*\.png and label_2/\*\.txt'):
        Kitti(tmp_path).keys()


LINES = st.lists(
    st.one_of(
        st.text(max_size=40),
        st.lists(
            st.one_of(st.floats(), st.integers(), st.sampled_from(['Car', '1e999', '²', '1_0'])),
            min_size=13,
            max_size=16,
        ).map(lambda words: ' '.join(map(str, ['Car', *words]))),
    ),
    max_size=4,
).map('\n'.join)


@given(LINES)
@example(LABELS)
def test_any_text_gives_boxes_or_a_sentence(text):
    found, said = [], ''
    try:
        found = parse_labels(text, 'labels.txt')
    except SageIQError as error:
        said = str(error)
    assert not said or ' of labels.txt is no KITTI label' in said
    for item in found:
        assert item.label == item.label.lower() != ''
        assert item.box.width >= 0.0 and item.box.height >= 0.0


def test_the_official_samples_are_read(shared):
    folder = shared / 'data' / 'kitti_samples'
    if not folder.is_dir():
        pytest.skip('needs shared/data/kitti_samples')
    kitti = Kitti(folder)
    keys = kitti.keys()
    assert list(keys) == ['000000', '000001', '000002']
    labels = [[box.label for box in kitti.read(key).boxes] for key in keys]
    assert labels == [['pedestrian'], ['truck', 'car', 'cyclist'], ['misc', 'car']]
    read = kitti.read('000000')
    assert read.image.shape == (370, 1224, 3)
    assert plain(read.boxes) == [('pedestrian', 712.4, 143.0, 810.73, 307.92)]
