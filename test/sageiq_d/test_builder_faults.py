# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What a build of SageIQ-D does about damage, faults and names that make no files."""

from __future__ import annotations

import shutil

import pytest
from small_set import PICTURES, build_small, tree, write_coco

from sageiq_ros.executors.base import Outcome
from sageiq_ros.executors.local import LocalExecutor
from sageiq_ros.sageiq_d.builder import SUMMARY_FILE
from sageiq_ros.sageiq_d.files import sole_writer
from sageiq_ros.sageiq_d.manifest import MANIFEST_FILE, faults, read_manifest
from sageiq_ros.sageiq_d.plan import check_paths
from sageiq_ros.types import SageIQError

pytest.importorskip('pyarrow')


@pytest.mark.parametrize('damage', ['deleted', 'changed', 'summary', 'manifest'])
def test_a_finished_set_that_was_damaged_is_mended(finished, pictures, tmp_path, damage):
    out = tmp_path / 'set'
    shutil.copytree(finished, out)
    hybrid = out / 'motion_blur/small/002.png.png'
    if damage == 'deleted':
        hybrid.unlink()
    elif damage == 'changed':
        hybrid.write_bytes(bytes(reversed(hybrid.read_bytes())))
    elif damage == 'summary':
        (out / SUMMARY_FILE).write_bytes(b'')
    else:
        (out / MANIFEST_FILE).write_bytes(b'PAR1')
    done = []
    build_small(pictures, out, LocalExecutor(), progress=done.append)
    assert tree(out) == tree(finished)
    # Of a set whose manifest is whole only what is damaged is done again.
    assert done[0] == {'deleted': 3, 'changed': 3, 'summary': 4, 'manifest': 0}[damage]


class FailingExecutor:
    """Fails at one picture for a reason that may pass."""

    name = 'failing'

    def run(self, job, items):
        for outcome in LocalExecutor().run(job, items):
            if items[outcome.index][1] == '001.png':
                yield Outcome(outcome.index, error='MemoryError')
            else:
                yield outcome


def test_a_failure_that_may_pass_leaves_the_set_unfinished(finished, pictures, tmp_path):
    out = tmp_path / 'set'
    with pytest.raises(SageIQError, match=r'1 pictures failed.*001\.png.*MemoryError.*again'):
        build_small(pictures, out, FailingExecutor())
    assert not (out / SUMMARY_FILE).exists()
    done = []
    build_small(pictures, out, LocalExecutor(), progress=done.append)
    assert done[0] == PICTURES - 1
    assert tree(out) == tree(finished)


def test_two_builds_do_not_share_a_folder(pictures, tmp_path):
    with (
        sole_writer(tmp_path / 'set'),
        pytest.raises(SageIQError, match='Another build is at work'),
    ):
        build_small(pictures, tmp_path / 'set', LocalExecutor())


def test_names_like_those_of_parts_are_left_alone(tmp_path):
    folder = write_coco(tmp_path / 'photos.part', 2)
    before = build_small(folder, tmp_path / 'set', LocalExecutor()), tree(tmp_path / 'set')
    after = build_small(folder, tmp_path / 'set', LocalExecutor()), tree(tmp_path / 'set')
    assert before == after and len(before[0].rows) == 4


@pytest.mark.parametrize(
    ('keys', 'said'),
    [
        (['a/b', 'a//b'], 'one file'),
        (['A', 'a'], 'one file'),
        (['../a'], 'no name for a file'),
        (['/a'], 'no name for a file'),
        ([''], 'no name for a file'),
        (['a\0b'], 'no name for a file'),
        (['a' * 240], 'too long'),
        (['a' * 300 + '/b'], 'too long'),
    ],
)
def test_keys_that_make_no_files_are_refused(keys, said):
    with pytest.raises(SageIQError, match=said):
        check_paths({'set': keys})


def test_equal_keys_of_two_sets_are_two_files():
    check_paths({'one': ['a', 'b'], 'two': ['a', 'b']})


def test_another_plan_in_the_same_folder_is_refused(finished, pictures):
    with pytest.raises(SageIQError, match='other seed'):
        build_small(pictures, finished, LocalExecutor(), seed=1)


def test_a_folder_with_other_things_is_refused(pictures, tmp_path):
    (tmp_path / 'mine.txt').write_text('x')
    with pytest.raises(SageIQError, match='empty folder'):
        build_small(pictures, tmp_path, LocalExecutor())
    assert (tmp_path / 'mine.txt').read_text() == 'x'


def test_without_one_usable_picture_it_says_why(tmp_path):
    folder = write_coco(tmp_path / 'small', 1)
    (folder / '000.png').write_bytes(b'')
    with pytest.raises(SageIQError, match=r'Not one of 1 pictures.*000\.png'):
        build_small(folder, tmp_path / 'set', LocalExecutor())


def test_faults_name_what_is_missing_or_changed(pictures, tmp_path):
    out = tmp_path / 'set'
    rows = build_small(pictures, out, LocalExecutor()).rows
    assert list(faults(out, rows)) == []
    (out / rows[0]['file']).unlink()
    (out / rows[1]['file']).write_bytes(b'x')
    assert list(faults(out, rows)) == [
        f'{rows[0]["file"]} is missing.',
        f'{rows[1]["file"]} is not what was built (SHA-256 differs).',
    ]


def test_a_damaged_or_missing_manifest_is_refused(tmp_path):
    with pytest.raises(SageIQError, match='finished SageIQ-D'):
        read_manifest(tmp_path)
    (tmp_path / MANIFEST_FILE).write_bytes(b'PAR1 but no more')
    with pytest.raises(SageIQError, match='damaged'):
        read_manifest(tmp_path)
