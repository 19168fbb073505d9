# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""LIVE-itw is read as it is released, and split as the paper says."""

import numpy as np
import pytest

from sageiq_ros.datasets.live_itw import is_live_itw, read_live_itw, split_at_random
from sageiq_ros.types import SageIQError

savemat = pytest.importorskip('scipy.io').savemat
OFFICIAL = 1162


@pytest.fixture
def release(tmp_path):
    """Write the release's tables and empty pictures: 7 for practice, 3 of the study."""
    names = [f't{i}.bmp' for i in range(1, 8)] + ['10.bmp', '9.bmp', '100.JPG']
    (tmp_path / 'Images' / 'trainingImages').mkdir(parents=True)
    (tmp_path / 'Data').mkdir()
    for name in names:
        folder = tmp_path / 'Images' / ('trainingImages' if name.startswith('t') else '')
        (folder / name).touch()
    cells = np.empty((len(names), 1), object)
    cells[:, 0] = names
    scores = np.arange(len(names), dtype=np.float64)[None] * 10.0
    savemat(tmp_path / 'Data' / 'AllImages_release.mat', {'AllImages_release': cells})
    savemat(tmp_path / 'Data' / 'AllMOS_release.mat', {'AllMOS_release': scores})
    return tmp_path


def test_the_studys_pictures_are_read_in_its_order(release):
    assert is_live_itw(release)
    live = read_live_itw(release)
    assert [path.name for path in live.pictures] == ['10.bmp', '9.bmp', '100.JPG']
    assert live.opinions.tolist() == [70.0, 80.0, 90.0]


def test_a_missing_picture_is_named(release):
    (release / 'Images' / '9.bmp').unlink()
    with pytest.raises(SageIQError, match=r'lacks 1 of 3 pictures, the first is 9\.bmp'):
        read_live_itw(release)


@pytest.mark.parametrize('name', ['AllImages_release.mat', 'AllMOS_release.mat'])
def test_a_damaged_table_is_named(release, name):
    path = release / 'Data' / name
    path.write_bytes(path.read_bytes()[:150])
    with pytest.raises(SageIQError, match=name):
        read_live_itw(release)


def test_another_folder_is_refused(tmp_path):
    assert not is_live_itw(tmp_path)
    with pytest.raises(SageIQError, match='name the folder'):
        read_live_itw(tmp_path)


def test_tables_that_do_not_fit_are_refused(release):
    savemat(release / 'Data' / 'AllMOS_release.mat', {'AllMOS_release': np.zeros((1, 4))})
    with pytest.raises(SageIQError, match='10 pictures'):
        read_live_itw(release)


@pytest.mark.parametrize('values', [['good'] * 10, np.array([[[1.0]], 'x'] * 5, object)[None]])
def test_scores_that_are_no_numbers_are_refused(release, values):
    savemat(release / 'Data' / 'AllMOS_release.mat', {'AllMOS_release': values})
    with pytest.raises(SageIQError, match=r'AllMOS_release\.mat holds no numbers'):
        read_live_itw(release)


@pytest.mark.parametrize('value', [float('nan'), float('inf'), -3.0, 100.1, 500.0])
def test_a_score_that_is_no_opinion_is_named(release, value):
    scores = np.full((1, 10), 50.0)
    # The first belongs to practice, which nobody reads.
    scores[0, [0, 8]] = value
    savemat(release / 'Data' / 'AllMOS_release.mat', {'AllMOS_release': scores})
    with pytest.raises(SageIQError, match=rf'holds {value} for 9\.bmp, no opinion score from'):
        read_live_itw(release)


def test_a_table_of_matlab_7_3_is_asked_for_in_another_version(release):
    header = b'MATLAB 7.3 MAT-file'.ljust(124) + b'\x00\x02IM'
    (release / 'Data' / 'AllMOS_release.mat').write_bytes(header.ljust(512, b'\0'))
    with pytest.raises(SageIQError, match=r'AllMOS_release\.mat is written as MATLAB 7.3.* -v7\.'):
        read_live_itw(release)


@pytest.mark.parametrize('name', ['', np.empty((0, 0))])
def test_an_empty_name_is_refused_by_its_place(release, name):
    cells = np.empty((10, 1), object)
    cells[:, 0] = 't1.bmp'
    cells[8, 0] = name
    savemat(release / 'Data' / 'AllImages_release.mat', {'AllImages_release': cells})
    with pytest.raises(SageIQError, match=r'AllImages_release\.mat has no name in cell 9;'):
        read_live_itw(release)


def test_the_split_is_930_to_232_and_the_seeds_own():
    training, test = split_at_random(range(OFFICIAL), 1)
    assert (len(training), len(test)) == (930, 232)
    assert sorted(training + test) == list(range(OFFICIAL))
    assert split_at_random(range(OFFICIAL), 1)[1] == test
    assert split_at_random(range(OFFICIAL), 2)[1] != test
