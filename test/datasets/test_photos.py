# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Folders of pictures: which files are pictures, and each is read whole or named."""

import os

import cv2
import numpy as np
import pytest
from reader_fixtures import picture, png_of_size, write_picture, write_turned

from sageiq_ros.datasets.photos import list_pictures, read_picture, split_pictures
from sageiq_ros.images import AS_STORED
from sageiq_ros.types import SageIQError

NOT_UTF_8 = os.fsdecode(b'caf\xe9.png')


def packed(extension, image):
    return cv2.imencode(extension, image)[1].tobytes()


def test_pictures_are_the_files_of_known_endings_that_are_not_hidden(tmp_path):
    for name in ('b.PNG', 'a.jpg', '._a.jpg', 'notes.txt'):
        (tmp_path / name).write_bytes(b'x')
    (tmp_path / 'folder.jpg').mkdir()
    (tmp_path / 'dangling.jpg').symlink_to('nowhere.jpg')
    (tmp_path / 'linked.jpg').symlink_to('a.jpg')
    assert [path.name for path in list_pictures(tmp_path)] == ['a.jpg', 'b.PNG', 'linked.jpg']


def test_an_empty_folder_is_named(tmp_path):
    with pytest.raises(SageIQError, match='holds no picture'):
        list_pictures(tmp_path)


def test_every_fourth_picture_is_held_out(tmp_path):
    for index in range(9):
        (tmp_path / f'{index}.png').touch()
    training, held_out = split_pictures(list_pictures(tmp_path))
    assert [p.stem for p in held_out] == ['3', '7']
    assert len(training) == 7 and not set(training) & set(held_out)


@pytest.mark.parametrize('name', ['a.png', 'a.bmp', 'a.tiff', 'a.ppm'])
def test_formats_without_loss_are_read_as_they_were_written(tmp_path, name):
    np.testing.assert_array_equal(read_picture(write_picture(tmp_path / name)), picture())


@pytest.mark.parametrize('name', ['a.jpg', 'a.webp'])
def test_formats_with_loss_are_read(tmp_path, name):
    assert read_picture(write_picture(tmp_path / name)).shape == picture().shape


def test_a_picture_is_read_whatever_its_name(tmp_path):
    # OpenCV's own functions end the process at such a name.
    (tmp_path / NOT_UTF_8).write_bytes(packed('.png', picture()))
    np.testing.assert_array_equal(read_picture(tmp_path / NOT_UTF_8), picture())


@pytest.mark.parametrize('name', ['broken.jpg', NOT_UTF_8])
@pytest.mark.parametrize('content', [b'', b'no picture', b'\xff\xd8'])
def test_a_file_without_a_picture_is_named(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SageIQError, match=f'{name} (cannot be read as a picture|ends early)'):
        read_picture(tmp_path / name)


@pytest.mark.parametrize('size', [(100_000, 100_000), (0, 5), (2**31 - 1, 1)])
def test_a_header_of_an_impossible_size_is_refused(tmp_path, size):
    (tmp_path / 'a.png').write_bytes(png_of_size(*size))
    with pytest.raises(SageIQError, match=r'a\.png cannot be read as a picture[,;]'):
        read_picture(tmp_path / 'a.png')


@pytest.mark.parametrize('kept', [0.3, 0.6, 0.95])
@pytest.mark.parametrize('extension', ['.jpg', '.png'])
def test_a_picture_that_is_cut_short_is_refused_not_filled_with_grey(tmp_path, extension, kept):
    data = packed(extension, picture())
    path = tmp_path / f'cut{extension}'
    path.write_bytes(data[: int(kept * len(data))])
    with pytest.raises(SageIQError, match=rf'cut\{extension} ends early; remove or replace it'):
        read_picture(path)


def test_a_file_that_is_not_there_is_told_as_such(tmp_path):
    with pytest.raises(SageIQError, match=r'absent\.jpg cannot be opened \(No such file'):
        read_picture(tmp_path / 'absent.jpg')
    with pytest.raises(SageIQError, match=r'cannot be opened \(embedded null byte\)'):
        read_picture(tmp_path / 'none\0.png')


def test_a_file_that_may_not_be_read_is_told_as_such(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, 'Permission denied', str(path))

    monkeypatch.setattr('pathlib.Path.read_bytes', refuse)
    with pytest.raises(SageIQError, match=r'a\.jpg cannot be opened \(Permission denied\)'):
        read_picture(tmp_path / 'a.jpg')


def test_a_photograph_is_turned_as_its_metadata_say_unless_asked_otherwise(tmp_path):
    stored = write_turned(tmp_path / 'a.jpg', 3)
    np.testing.assert_array_equal(read_picture(tmp_path / 'a.jpg'), stored[::-1, ::-1])
    np.testing.assert_array_equal(read_picture(tmp_path / 'a.jpg', AS_STORED), stored)
