# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Data sets are opened by a word and a folder, several by commas, or refused in a sentence."""

import math
import pickle
import platform
import subprocess
import sys

import cv2
import numpy as np
import pytest
from reader_fixtures import picture, plain, write_json, write_picture

from sageiq_ros.config import PipelineConfig
from sageiq_ros.datasets.evenly import evenly
from sageiq_ros.datasets.readers.base import AnnotatedBox, check_there
from sageiq_ros.datasets.readers.open import open_set, parse_sets
from sageiq_ros.datasets.readers.visible import visible
from sageiq_ros.experiments.work import AssessJob
from sageiq_ros.sageiq_d.hybrid import BoxRule
from sageiq_ros.sageiq_d.work import BuildJob
from sageiq_ros.types import Box, SageIQError

CAR = 8
LABEL = 'Car 0.00 0 -1.57 20.50 10.25 80.00 60.75 1.67 1.87 3.69 -16.53 2.39 58.49 1.57\n'


def write_kitti(root):
    write_picture(root / 'training' / 'image_2' / '000000.png', 1)
    labels = root / 'training' / 'label_2'
    labels.mkdir()
    (labels / '000000.txt').write_text(LABEL)
    return root


def write_camvid(root):
    for split in ('train', 'val'):
        write_picture(root / split / '1.jpg', 2)
        mask = np.full((100, 200), CAR, np.uint8)
        (root / f'{split}_masks').mkdir()
        assert cv2.imwrite(str(root / f'{split}_masks' / '1.png'), mask)
    return root


def write_pictures(root):
    for number in (10, 2, 1):
        write_picture(root / f'{number:02d}.png', number)
    (root / 'notes.txt').write_text('no picture')
    return root


@pytest.fixture
def folders(tmp_path):
    """Write a set of each kind that needs no package beside NumPy and OpenCV."""
    cityscapes = tmp_path / 'cityscapes'
    write_picture(cityscapes / 'leftImg8bit/val/ulm/ulm_0_leftImg8bit.png')
    write_json(
        cityscapes / 'gtFine/val/ulm/ulm_0_gtFine_polygons.json',
        {'imgWidth': 200, 'imgHeight': 100, 'objects': []},
    )
    coco = tmp_path / 'coco'
    write_picture(coco / 'a.png')
    listed = {'images': [{'id': 1, 'file_name': 'a.png'}], 'annotations': [], 'categories': []}
    write_json(coco / 'annotations.json', listed)
    return {
        'kitti': write_kitti(tmp_path / 'a, b'),
        'camvid': write_camvid(tmp_path / 'camvid'),
        'camvid-train': tmp_path / 'camvid',
        'cityscapes': cityscapes,
        'coco': coco,
        'pictures': write_pictures(tmp_path / 'night'),
    }


def test_every_kind_is_opened_by_its_name(folders):
    opened = {kind: open_set(f'{kind}:{folder}') for kind, folder in folders.items()}
    assert {kind: found.name for kind, found in opened.items()} == {
        **{kind: kind for kind in folders},
        'pictures': 'night',
    }
    assert [b.label for b in opened['kitti'].read('000000').boxes] == ['car']
    assert [b.label for b in opened['camvid-train'].read('train/1').boxes] == ['car']


def test_sets_are_separated_by_commas_before_a_kind_only(folders):
    specs = (
        f'rendered:3,kitti:{folders["kitti"]}, camvid:{folders["camvid"]},coco:{folders["coco"]}'
    )
    assert [found.name for found in parse_sets(specs)] == ['rendered', 'kitti', 'camvid', 'coco']
    last = parse_sets(f'pictures:{folders["pictures"]},rendered')
    assert [found.name for found in last] == ['night', 'rendered']
    assert len(last[1].keys()) == 60


def test_blanks_around_a_set_are_no_part_of_it(folders):
    specs = f' kitti:{folders["kitti"]} , rendered , pictures:{folders["pictures"]},rendered:2 '
    with pytest.raises(SageIQError, match="2 data sets are called 'rendered'"):
        parse_sets(specs)
    found = parse_sets(f'kitti: {folders["kitti"]},rendered ')
    assert [data.name for data in found] == ['kitti', 'rendered']


def test_a_folder_may_be_called_like_a_kind(folders):
    folder = folders['pictures'].rename(folders['pictures'].parent / 'day,rendered night,kitti')
    (found,) = parse_sets(f'pictures:{folder}')
    assert found.name == folder.name


def test_a_folder_may_be_written_from_home(folders, monkeypatch):
    monkeypatch.setenv('HOME', str(folders['pictures'].parent))
    assert len(open_set('pictures:~/night').keys()) == 3


def test_a_folder_is_the_same_one_wherever_the_work_is_done(folders, monkeypatch, tmp_path):
    monkeypatch.chdir(folders['pictures'])
    found, above = open_set('pictures:.'), open_set('coco:../coco/../coco')
    assert (found.name, above.name) == ('night', 'coco')
    pickled = pickle.dumps([found, above])
    monkeypatch.chdir(tmp_path)
    pictures, coco = pickle.loads(pickled)
    assert pictures.read('02.png').image.shape == coco.read('a.png').image.shape == (100, 200, 3)


def test_a_set_is_called_by_the_folder_that_its_path_leads_to(folders, monkeypatch):
    (folders['pictures'] / 'inner').mkdir()
    (folders['coco'] / 'inner').mkdir()
    monkeypatch.chdir(folders['pictures'] / 'inner')
    assert open_set('pictures:..').name == 'night'
    monkeypatch.chdir(folders['coco'] / 'inner')
    assert open_set('coco:..').name == 'coco'


def test_work_without_the_data_names_them_and_the_machine(folders, tmp_path):
    sets = parse_sets(f'rendered:1,kitti:{folders["kitti"]},coco:{folders["coco"]}')
    check_there(sets)
    folders['coco'].rename(tmp_path / 'elsewhere')
    said = f'{platform.node()} has no {folders["coco"]}; every machine .* data set coco at that'
    jobs = [
        BuildJob({data.name: data for data in sets}, (), BoxRule(), 'niqe', 0),
        AssessJob(
            sets={data.name: data for data in sets},
            scorers={},
            experiments=frozenset(),
            main='',
            detector='',
            config=PipelineConfig(),
            boxes=BoxRule(),
            seed=0,
            cache=tmp_path / 'cache',
        ),
    ]
    for job in jobs:
        with pytest.raises(SageIQError, match=said):
            job.start()


@pytest.mark.parametrize('count', [0, -1])
def test_less_than_one_picture_is_refused(count):
    with pytest.raises(SageIQError, match=f'Take at least 1 picture, not {count}'):
        evenly('abc', count)


def test_the_coco_file_may_be_named(folders):
    path = folders['coco'] / 'annotations.json'
    assert list(open_set(f'coco:{path}').keys()) == ['a.png']


def test_sets_can_be_pickled(folders):
    specs = ','.join(f'{kind}:{folder}' for kind, folder in folders.items())
    for found in parse_sets(f'rendered:1,{specs}'):
        again = pickle.loads(pickle.dumps(found))
        assert list(again.keys()) == list(found.keys())
        key = found.keys()[0]
        np.testing.assert_array_equal(again.read(key).image, found.read(key).image)


def test_keys_and_boxes_are_the_same_wherever_the_folder_lies(folders, tmp_path):
    before = open_set(f'kitti:{folders["kitti"]}')
    key = before.keys()[0]
    boxes = plain(before.read(key).boxes)
    after = open_set(f'kitti:{folders["kitti"].rename(tmp_path / "elsewhere")}')
    assert list(after.keys()) == [key] and plain(after.read(key).boxes) == boxes


def test_pictures_are_read_by_name_and_have_no_boxes(folders):
    found = open_set(f'pictures:{folders["pictures"]}')
    assert list(found.keys()) == ['01.png', '02.png', '10.png']
    read = found.read('02.png')
    np.testing.assert_array_equal(read.image, picture(2))
    assert read.boxes == ()
    (folders['pictures'] / '02.png').write_bytes(b'no picture')
    with pytest.raises(SageIQError, match=r'02\.png cannot be read as a picture'):
        found.read('02.png')


@pytest.fixture
def release(tmp_path):
    """Write a release of LIVE-itw with two pictures."""
    savemat = pytest.importorskip('scipy.io', reason='needs requirements/experiments.txt').savemat
    names = [f't{number}.bmp' for number in range(1, 8)] + ['10.bmp', '9.bmp']
    cells = np.empty((len(names), 1), object)
    cells[:, 0] = names
    (tmp_path / 'Data').mkdir()
    savemat(tmp_path / 'Data' / 'AllImages_release.mat', {'AllImages_release': cells})
    scores = np.arange(len(names), dtype=np.float64)[None]
    savemat(tmp_path / 'Data' / 'AllMOS_release.mat', {'AllMOS_release': scores})
    for seed, name in enumerate(names[7:]):
        write_picture(tmp_path / 'Images' / name, seed)
    return tmp_path


def test_the_pictures_of_live_itw_are_read_without_boxes(release):
    found = open_set(f'live-itw:{release}')
    assert (found.name, list(found.keys())) == ('live-itw', ['10.bmp', '9.bmp'])
    read = pickle.loads(pickle.dumps(found)).read('9.bmp')
    np.testing.assert_array_equal(read.image, picture(1))
    assert read.boxes == ()


def test_a_missing_picture_of_live_itw_costs_itself_only(release):
    (release / 'Images' / '10.bmp').unlink()
    found = open_set(f'live-itw:{release}')
    assert list(found.keys()) == ['10.bmp', '9.bmp']
    assert found.read('9.bmp').image.shape == (100, 200, 3)
    with pytest.raises(SageIQError, match=r'10\.bmp cannot be opened'):
        found.read('10.bmp')
    (release / 'Images' / '9.bmp').unlink()
    with pytest.raises(SageIQError, match='Images holds none of the 2 pictures'):
        open_set(f'live-itw:{release}')


@pytest.mark.parametrize('spec', ['', 'kitty:/a', '/data/kitti', 'Kitti:/a', 'rendered2'])
def test_an_unknown_kind_is_told_the_kinds(spec):
    said = 'camvid, camvid-train, camvid-test, kitti, cityscapes, waymo, coco, live-itw, pictures'
    with pytest.raises(SageIQError, match=rf"'{spec}' names no kind of data set.*{said}"):
        open_set(spec)


@pytest.mark.parametrize('kind', ['camvid', 'kitti', 'cityscapes', 'waymo', 'coco', 'pictures'])
@pytest.mark.parametrize('place', ['', ':', ':absent'])
def test_a_folder_that_is_not_there_is_named(kind, place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SageIQError, match=f"'{kind}{place}' names no folder that is there"):
        open_set(f'{kind}{place}')


@pytest.mark.parametrize(
    'kind',
    ['camvid', 'camvid-train', 'camvid-test', 'kitti', 'cityscapes', 'waymo', 'coco', 'pictures'],
)
def test_a_folder_without_the_kinds_pictures_is_refused_when_it_is_opened(kind, tmp_path):
    if kind == 'waymo':
        pytest.importorskip('pyarrow', reason='needs requirements/experiments.txt')
    with pytest.raises(SageIQError, match=r'jpg|png|parquet|annotations\.json'):
        open_set(f'{kind}:{tmp_path}')


@pytest.mark.parametrize('count', ['', 'many', '-3', '1.5', '²', '٣', '9' * 30])
def test_a_count_that_is_none_is_refused(count):
    with pytest.raises(SageIQError, match='has no count; write rendered or rendered:120'):
        open_set(f'rendered:{count}')


def test_two_sets_of_one_name_are_refused(folders):
    with pytest.raises(SageIQError, match="2 data sets are called 'night'"):
        parse_sets(','.join(2 * [f'pictures:{folders["pictures"]}']))


def test_the_least_visible_side_is_a_pixel():
    below = math.nextafter(1.0, 0.0)
    sides = [(0.0, 0.0, 1.0, 9.0), (0.0, 0.0, below, 9.0), (190.0, 99.0, 300.0, 120.0)]
    items = [AnnotatedBox('car', Box(*edges)) for edges in [*sides, (300.0, 0.0, 400.0, 50.0)]]
    left = plain(visible(items, picture()))
    assert left == [('car', 0.0, 0.0, 1.0, 9.0), ('car', 190.0, 99.0, 200.0, 100.0)]


def test_packages_of_experiments_are_imported_by_the_reader_that_needs_them_only():
    script = (
        'import sys, sageiq_ros.datasets.readers.open\n'
        'print([name for name in ("pyarrow", "scipy", "torch") if name in sys.modules])\n'
    )
    command = [sys.executable, '-c', script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == '[]', done.stderr
