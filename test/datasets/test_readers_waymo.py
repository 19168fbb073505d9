# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Waymo v2 is read as it is downloaded: the first front picture of each segment, by row groups."""

import subprocess
import sys

import cv2
import numpy as np
import pytest
from reader_fixtures import picture, plain, png_of_size

from sageiq_ros.datasets.readers.waymo import Waymo
from sageiq_ros.types import SageIQError

pa = pytest.importorskip('pyarrow', reason='needs requirements/experiments.txt')
pq = pytest.importorskip('pyarrow.parquet')

DAY, NIGHT = '10023947602400723454_1120_000_1140_000', '1005081002024129653_5313_150_5333_150'
TIMES = (1_550_083_467_346_370, 1_550_083_467_446_362, 1_550_083_467_546_370)
CAMERAS = (1, 2, 3, 4, 5)
ROWS_OF_A_GROUP = 4
KEYS = {
    'key.segment_context_name': pa.string(),
    'key.frame_timestamp_micros': pa.int64(),
    'key.camera_name': pa.int8(),
}
IMAGE_COLUMNS = {
    **KEYS,
    '[CameraImageComponent].image': pa.binary(),
    '[CameraImageComponent].pose_timestamp': pa.float64(),
}
BOX_COLUMNS = {
    **KEYS,
    'key.camera_object_id': pa.string(),
    **{
        f'[CameraBoxComponent].box.{part}': pa.float64()
        for part in ('center.x', 'center.y', 'size.x', 'size.y')
    },
    '[CameraBoxComponent].type': pa.int8(),
}


def jpeg(seed):
    done, content = cv2.imencode('.jpg', picture(seed))
    assert done
    return content.tobytes()


def decoded(seed):
    return cv2.imdecode(np.frombuffer(jpeg(seed), np.uint8), cv2.IMREAD_COLOR)


def write(path, columns, rows):
    """Write rows as a component's file, in row groups of a few rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lists = zip(*rows, strict=True)
    arrays = [pa.array(v, t) for v, t in zip(lists, columns.values(), strict=True)]
    table = pa.table(arrays, names=list(columns))
    pq.write_table(table, path, row_group_size=ROWS_OF_A_GROUP)


def pictures_of(segment, first_seed):
    """List rows of all cameras and times, the first time in the middle of the file."""
    rows = []
    for place in (2, 0, 1):
        for camera in CAMERAS:
            seed = first_seed + 10 * place + camera
            rows.append((segment, TIMES[place], camera, jpeg(seed), 0.0))
    return rows


def box(segment, place, camera, sides, kind, number=0):
    return (segment, TIMES[place], camera, f'object-{number}', *sides, kind)


BOXES = [
    (1, 1, (50.0, 50.0, 20.0, 20.0), 1),
    (0, 2, (60.0, 50.0, 20.0, 20.0), 1),
    (0, 1, (50.0, 40.0, 20.0, 30.0), 1),
    (0, 1, (10.0, 50.0, 40.0, 20.0), 2),
    (0, 1, (70.0, 20.0, 10.0, 10.0), 0),
    (2, 1, (50.0, 50.0, 20.0, 20.0), 1),
    (0, 1, (120.5, 50.0, 15.0, 20.0), 4),
    (0, 1, (199.9, 50.0, 1.0, 20.0), 1),
    (0, 1, (180.0, 20.0, 8.0, 8.0), 3),
]
SEEN = [
    ('vehicle', 40.0, 25.0, 60.0, 55.0),
    ('pedestrian', 0.0, 40.0, 30.0, 60.0),
    ('cyclist', 113.0, 40.0, 128.0, 60.0),
    ('sign', 176.0, 16.0, 184.0, 24.0),
]


def boxes_of(segment):
    return [box(segment, *row, number=n) for n, row in enumerate(BOXES)]


def images(root, segment):
    return root / 'camera_image' / f'{segment}.parquet'


def boxes(root, segment):
    return root / 'camera_box' / f'{segment}.parquet'


@pytest.fixture
def root(tmp_path):
    for segment, first_seed in ((DAY, 100), (NIGHT, 200)):
        write(images(tmp_path, segment), IMAGE_COLUMNS, pictures_of(segment, first_seed))
        write(boxes(tmp_path, segment), BOX_COLUMNS, boxes_of(segment))
    assert pq.ParquetFile(images(tmp_path, DAY)).num_row_groups == 4
    write(images(tmp_path, 'unlabelled'), IMAGE_COLUMNS, pictures_of('unlabelled', 300))
    return tmp_path


def test_segments_are_listed_and_one_without_boxes_is_named(root):
    whole = Waymo(root)
    assert list(whole.keys()) == [DAY, NIGHT, 'unlabelled']
    with pytest.raises(SageIQError, match=r'camera_image/unl.* has no label file .*camera_box/un'):
        whole.read('unlabelled')


@pytest.mark.parametrize(('segment', 'seed'), [(DAY, 101), (NIGHT, 201)])
def test_the_earliest_picture_of_the_front_camera_is_read(root, segment, seed):
    np.testing.assert_array_equal(Waymo(root).read(segment).image, decoded(seed))


def test_its_boxes_are_edges_inside_the_picture_by_their_official_types(root):
    assert plain(Waymo(root).read(DAY).boxes) == SEEN


def test_a_first_picture_may_have_no_box(root):
    write(boxes(root, DAY), BOX_COLUMNS, [row for row in boxes_of(DAY) if row[2] != 1])
    assert Waymo(root).read(DAY).boxes == ()


def test_rows_of_another_segment_are_left_alone(root):
    rows = [row for row in pictures_of(NIGHT, 200) if row[1] == TIMES[0]]
    later = [row for row in pictures_of(DAY, 100) if row[1] != TIMES[0]]
    write(images(root, DAY), IMAGE_COLUMNS, rows + later)
    read = Waymo(root).read(DAY)
    np.testing.assert_array_equal(read.image, decoded(111))
    assert plain(read.boxes) == [('vehicle', 40.0, 40.0, 60.0, 60.0)]


def test_boxes_of_another_segment_are_left_alone(root):
    others = [box(NIGHT, 0, 1, (50.0, 50.0, 60.0, 60.0), 1), *boxes_of(DAY)]
    write(boxes(root, DAY), BOX_COLUMNS, others)
    assert plain(Waymo(root).read(DAY).boxes) == SEEN


def test_training_and_validation_are_read_from_the_folder_above_them(tmp_path):
    for part, segment in (('validation', DAY), ('training', NIGHT)):
        write(images(tmp_path / part, segment), IMAGE_COLUMNS, pictures_of(segment, 100))
        write(boxes(tmp_path / part, segment), BOX_COLUMNS, boxes_of(segment))
    whole = Waymo(tmp_path)
    assert list(whole.keys()) == [DAY, NIGHT]
    assert plain(whole.read(NIGHT).boxes) == SEEN
    assert list(Waymo(tmp_path / 'validation').keys()) == [DAY]


@pytest.mark.parametrize('folder', ['camera_image', 'camera_box'])
@pytest.mark.parametrize('damage', [lambda content: content[:-20], lambda content: b''])
def test_a_truncated_file_costs_its_segment_only(root, folder, damage):
    path = root / folder / f'{DAY}.parquet'
    path.write_bytes(damage(path.read_bytes()))
    whole = Waymo(root)
    with pytest.raises(SageIQError, match=rf'{folder}.{DAY}\.parquet cannot be read as parquet'):
        whole.read(DAY)
    assert plain(whole.read(NIGHT).boxes) == SEEN


@pytest.mark.parametrize(
    ('path_of', 'column'),
    [
        (images, 'key.frame_timestamp_micros'),
        (images, '[CameraImageComponent].image'),
        (boxes, 'key.camera_name'),
        (boxes, '[CameraBoxComponent].box.size.y'),
    ],
)
def test_a_damaged_row_group_is_named(root, path_of, column):
    path = path_of(root, DAY)
    file = pq.ParquetFile(path)
    place = file.schema_arrow.names.index(column)
    # The earliest front picture is the sixth row, its boxes begin in the first group.
    group = 1 if path_of is images else 0
    chunk = file.metadata.row_group(group).column(place)
    start = chunk.dictionary_page_offset or chunk.data_page_offset
    content = bytearray(path.read_bytes())
    content[start : start + chunk.total_compressed_size] = b'\xff' * chunk.total_compressed_size
    path.write_bytes(content)
    with pytest.raises(SageIQError, match=rf'Row group {group + 1} of .*{DAY}\.parquet cannot'):
        Waymo(root).read(DAY)


@pytest.mark.parametrize(
    'content', [None, b'', b'no JPEG', jpeg(106)[:-200], png_of_size(10**5, 10**5)]
)
def test_a_picture_that_is_none_is_named_by_its_row(root, content):
    rows = pictures_of(DAY, 100)
    rows[5] = (*rows[5][:3], content, 0.0)
    write(images(root, DAY), IMAGE_COLUMNS, rows)
    with pytest.raises(SageIQError, match=r'Row 2 of row group 2 of .* no readable JPEG'):
        Waymo(root).read(DAY)


@pytest.mark.parametrize(
    ('sides', 'kind'),
    [
        ((50.0, 40.0, -1.0, 30.0), 1),
        ((50.0, float('nan'), 20.0, 30.0), 1),
        ((50.0, 40.0, float('inf'), 30.0), 1),
        ((None, 40.0, 20.0, 30.0), 1),
        ((50.0, 40.0, 20.0, 30.0), 5),
        ((50.0, 40.0, 20.0, 30.0), None),
    ],
)
def test_a_row_that_is_no_box_is_named(root, sides, kind):
    rows = boxes_of(DAY)
    rows[6] = box(DAY, 0, 1, sides, kind)
    write(boxes(root, DAY), BOX_COLUMNS, rows)
    with pytest.raises(SageIQError, match=r'Row 3 of row group 2 of .* is no camera box'):
        Waymo(root).read(DAY)


def test_a_picture_without_its_time_is_passed_over(root):
    rows = pictures_of(DAY, 100)
    rows[5] = (DAY, None, *rows[5][2:])
    write(images(root, DAY), IMAGE_COLUMNS, rows)
    np.testing.assert_array_equal(Waymo(root).read(DAY).image, decoded(111))


def test_a_segment_without_the_front_camera_is_named(root):
    rows = [row for row in pictures_of(DAY, 100) if row[2] != 1]
    write(images(root, DAY), IMAGE_COLUMNS, rows)
    with pytest.raises(SageIQError, match=f'no picture of the front camera of segment {DAY}'):
        Waymo(root).read(DAY)


def test_files_of_another_version_are_named_by_the_column_they_lack(root):
    columns = {
        name.removeprefix('[CameraImageComponent].'): v for name, v in IMAGE_COLUMNS.items()
    }
    write(images(root, DAY), columns, pictures_of(DAY, 100))
    with pytest.raises(SageIQError, match=r'lacks the column \[CameraImageComponent\]\.image;'):
        Waymo(root).read(DAY)


def test_a_folder_of_another_layout_is_told_what_was_looked_for(tmp_path):
    with pytest.raises(SageIQError, match=r'looked for camera_image/\*\.parquet'):
        Waymo(tmp_path).keys()


def test_without_pyarrow_it_is_asked_for(root, monkeypatch):
    monkeypatch.setitem(sys.modules, 'pyarrow', None)
    monkeypatch.setitem(sys.modules, 'pyarrow.parquet', None)
    with pytest.raises(SageIQError, match=r'pyarrow.*requirements/experiments\.txt'):
        Waymo(root).keys()


def test_memory_stays_at_one_row_group(tmp_path):
    picture_bytes, groups = 2_000_000, 12
    rng = np.random.default_rng(0)
    rows = [
        (DAY, TIMES[0] + place, 1, jpeg(1) + rng.bytes(picture_bytes), 0.0)
        for place in range(groups * ROWS_OF_A_GROUP)
    ]
    write(images(tmp_path, DAY), IMAGE_COLUMNS, rows)
    write(boxes(tmp_path, DAY), BOX_COLUMNS, boxes_of(DAY))
    script = (
        'import sys, pathlib, pyarrow\n'
        'from sageiq_ros.datasets.readers.waymo import Waymo\n'
        'Waymo(pathlib.Path(sys.argv[1])).read(sys.argv[2])\n'
        'print(pyarrow.default_memory_pool().max_memory())\n'
    )
    command = [sys.executable, '-c', script, tmp_path, DAY]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    row_group = ROWS_OF_A_GROUP * picture_bytes
    # pyarrow holds a row group's page packed and unpacked, and room to grow; without a buffer for
    # reading it would hold the page once more.
    assert int(done.stdout) < 2.85 * row_group < groups * row_group / 2
