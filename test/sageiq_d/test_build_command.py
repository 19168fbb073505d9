# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq dataset build`` and ``verify``, killed and given wrong words."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from small_set import tree, write_coco

from sageiq_ros.cli import main
from sageiq_ros.sageiq_d.builder import SUMMARY_FILE
from sageiq_ros.sageiq_d.journal import JOURNAL_FILE

pytest.importorskip('pyarrow')

ROOT = Path(__file__).parents[2]
KILLS = 10
PATIENCE_S = 120


@pytest.fixture(scope='module')
def pictures(tmp_path_factory):
    return write_coco(tmp_path_factory.mktemp('coco') / 'small', 100)


def words(pictures, out, *more):
    data = f'coco:{pictures}'
    return ['dataset', 'build', '--data', data, '--out', str(out), '--scorer', 'niqe', *more]


def started(arguments):
    return subprocess.Popen(
        [sys.executable, '-m', 'sageiq_ros.cli', *arguments],
        env={**os.environ, 'PYTHONPATH': f'{ROOT}{os.pathsep}{os.environ.get("PYTHONPATH", "")}'},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.slow
def test_killed_ten_times_at_random_it_ends_with_the_bytes_of_an_unbroken_build(
    pictures, tmp_path
):
    assert main(words(pictures, tmp_path / 'unbroken')) == 0
    out, rng, done = tmp_path / 'killed', np.random.default_rng(4), []
    for _ in range(KILLS):
        process = started(words(pictures, out))
        # At least so many pictures further, and then at any moment.
        wanted = noted(out) + int(rng.integers(0, 4))
        wait_until(process, lambda wanted=wanted: noted(out) >= wanted)
        wait(process, float(rng.uniform(0.0, 0.01)))
        assert process.poll() is None, 'the build was done before it was killed'
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not (out / SUMMARY_FILE).is_file()
        done.append(noted(out))
    assert sum(before < after for before, after in pairwise(done)) >= KILLS // 2
    assert main(words(pictures, out)) == 0
    assert tree(out) == tree(tmp_path / 'unbroken')


def noted(out):
    journal = out / JOURNAL_FILE
    return journal.read_bytes().count(b'\n') if journal.is_file() else 0


def wait_until(process, is_so):
    for _ in range(int(PATIENCE_S / 0.002)):
        if is_so() or process.poll() is not None:
            return
        wait(process, 0.002)
    raise AssertionError('the build did not get on')


def wait(process, seconds):
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def test_it_tells_what_it_made_and_verify_finds_it_whole(pictures, tmp_path, capsys):
    out = tmp_path / 'set'
    assert main(words(pictures, out, '--images', '3', '--degradations', 'jpeg,none')) == 0
    assert '6 hybrids of 3 pictures, 0 pictures left out' in capsys.readouterr().out
    assert main(['dataset', 'verify', str(out)]) == 0
    assert '6 of 6 pictures are as they were built' in capsys.readouterr().out
    next(out.rglob('*.png')).write_bytes(b'changed')
    assert main(['dataset', 'verify', str(out)]) == 1
    assert 'SHA-256 differs' in capsys.readouterr().out


@pytest.mark.parametrize(
    ('more', 'said'),
    [
        (('--degradations', 'fog'), "no degradation 'fog'"),
        (('--degradations', 'jpeg,jpeg'), 'each degradation once'),
        (('--boxes', '8'), '1 to 7 regions'),
        (('--least-side', '0'), 'at least 1 px'),
        (('--images', '0'), 'at least 1 picture'),
        (('--scorer', 'niqee'), "did you mean 'niqe'"),
        (('--data', 'kity:here'), 'kitti'),
    ],
)
def test_a_wrong_word_gets_one_sentence_and_leaves_nothing(pictures, tmp_path, capsys, more, said):
    out = tmp_path / 'set'
    assert main(words(pictures, out, *more)) == 2
    assert said in capsys.readouterr().err
    assert not out.exists()


def test_pictures_without_objects_are_refused_at_once(pictures, tmp_path, capsys):
    (pictures / 'annotations.json').touch()
    assert main(words(pictures, tmp_path / 'set', '--data', f'pictures:{pictures}')) == 2
    assert 'no annotated objects' in capsys.readouterr().err


def test_a_bag_is_written_where_it_is_asked_for(pictures, tmp_path):
    out = tmp_path / 'set'
    more = ('--images', '1', '--degradations', 'jpeg', '--bag', 'mcap')
    assert main(words(pictures, out, *more)) == 0
    assert list((out / 'bag').glob('*.mcap'))
