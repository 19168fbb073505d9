# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A SageIQ-D is built whole, once, and the same however often the builder was stopped."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from statistics import fmean

import cv2
import numpy as np
import pytest
from small_set import DEGRADATIONS, PICTURES, SCORER, Stopped, build_small, tree, write_coco

from sageiq_ros.bags.writer import BagWriter
from sageiq_ros.executors.local import LocalExecutor
from sageiq_ros.executors.processes import ProcessesExecutor
from sageiq_ros.sageiq_d import builder
from sageiq_ros.sageiq_d.builder import SUMMARY_FILE
from sageiq_ros.sageiq_d.journal import JOURNAL_FILE
from sageiq_ros.sageiq_d.manifest import MANIFEST_FILE, read_manifest
from sageiq_ros.sageiq_d.plan import PLAN_FILE
from sageiq_ros.scorer.build import build_scorer

pytest.importorskip('pyarrow')


def test_it_holds_pictures_manifest_plan_and_summary_and_nothing_else(finished):
    files = set(tree(finished))
    hybrids = {f'{d}/small/{n:03}.png.png' for d in DEGRADATIONS for n in range(PICTURES)}
    assert files == hybrids | {MANIFEST_FILE, PLAN_FILE, SUMMARY_FILE}


def test_the_manifest_tells_everything(finished, pictures):
    rows = read_manifest(finished)
    assert len(rows) == PICTURES * len(DEGRADATIONS)
    row = rows[0]
    data = (finished / row['file']).read_bytes()
    source = cv2.imread(str(pictures / '000.png'))
    assert row['sha256'] == hashlib.sha256(data).hexdigest()
    assert row['bytes'] == len(data)
    assert row['source_sha256'] == hashlib.sha256(source.tobytes()).hexdigest()
    assert (row['dataset'], row['key']) == ('small', '000.png')
    assert json.loads(row['parameters']) == {'kernel': 30}
    assert (row['width'], row['height'], row['seed']) == (80, 60, 0)
    assert [(r['label'], r['x'], r['y'], r['width'], r['height']) for r in row['regions']] == [
        ('car', 5, 10, 24, 30),
        ('car', 35, 10, 24, 30),
    ]


def test_the_label_is_the_mean_score_of_the_clear_regions(finished, pictures):
    row = read_manifest(finished)[0]
    source = cv2.imread(str(pictures / '000.png'))
    crops = [source[10:40, 5:29], source[10:40, 35:59]]
    scores = [quality.score for quality in build_scorer(SCORER, 1).score(crops)]
    assert [region['score'] for region in row['regions']] == scores
    assert row['label'] == fmean(scores)


def test_regions_are_clear_in_the_file(finished, pictures):
    source = cv2.imread(str(pictures / '001.png'))
    for degradation in DEGRADATIONS:
        hybrid = cv2.imread(str(finished / f'{degradation}/small/001.png.png'))
        assert np.array_equal(hybrid[10:40, 5:29], source[10:40, 5:29])
        assert not np.array_equal(hybrid[45:], source[45:])


def test_the_same_command_gives_the_same_bytes(finished, pictures, tmp_path):
    build_small(pictures, tmp_path / 'again', LocalExecutor())
    assert tree(tmp_path / 'again') == tree(finished)


def test_several_processes_give_the_same_bytes(finished, pictures, tmp_path):
    build_small(pictures, tmp_path / 'several', ProcessesExecutor(2))
    assert tree(tmp_path / 'several') == tree(finished)


def test_a_finished_set_is_left_as_it_is(finished, pictures):
    before = {path: path.stat().st_mtime_ns for path in finished.rglob('*')}
    built = build_small(pictures, finished, LocalExecutor())
    assert len(built.rows) == PICTURES * len(DEGRADATIONS)
    assert {path: path.stat().st_mtime_ns for path in finished.rglob('*')} == before


@pytest.fixture
def stopper(monkeypatch):
    """Count every step of a build that leaves a trace, and stop before the one asked for."""
    count = {'calls': 0, 'stop': None}

    def counted(call):
        def wrapper(*args, **more):
            count['calls'] += 1
            if count['calls'] == count['stop']:
                raise Stopped
            return call(*args, **more)

        return wrapper

    for owner, name in (
        (Path, 'replace'),
        (Path, 'unlink'),
        (os, 'fsync'),
        (shutil, 'rmtree'),
        (BagWriter, 'write'),
        (builder, 'write_manifest'),
        (builder, 'write_recording'),
    ):
        monkeypatch.setattr(owner, name, counted(getattr(owner, name)))
    return count


def test_stopped_before_any_step_it_ends_with_the_same_bytes(pictures, tmp_path, stopper):
    build_small(pictures, tmp_path / 'counted', LocalExecutor(), 'mcap')
    unbroken, total = tree(tmp_path / 'counted'), stopper['calls']
    assert total > 4 * PICTURES * len(DEGRADATIONS)
    for stop in range(1, total + 1):
        out = tmp_path / f'stopped_{stop}'
        stopper.update(calls=0, stop=stop)
        with pytest.raises(Stopped):
            build_small(pictures, out, LocalExecutor(), 'mcap')
        stopper.update(calls=0, stop=None)
        build_small(pictures, out, LocalExecutor(), 'mcap')
        assert tree(out) == unbroken, stop


def test_a_cut_off_last_line_of_the_journal_is_done_again(finished, pictures, tmp_path):
    out = tmp_path / 'set'

    def stop_after(number):
        seen = []

        def progress(count):
            seen.append(count)
            if sum(seen) == number:
                raise Stopped

        return progress

    with pytest.raises(Stopped):
        build_small(pictures, out, LocalExecutor(), progress=stop_after(3))
    journal = out / JOURNAL_FILE
    text = journal.read_text()
    assert text.count('\n') == 3
    journal.write_text(text[:-40])
    hybrid = out / 'motion_blur/small/000.png.png'
    hybrid.write_bytes(bytes(len(hybrid.read_bytes())))
    done = []
    build_small(pictures, out, LocalExecutor(), progress=done.append)
    # Of three noted pictures one line is cut off and one has lost a file.
    assert done[0] == 1
    assert tree(out) == tree(finished)


def test_a_broken_picture_is_left_out_and_named(pictures, tmp_path):
    folder = write_coco(tmp_path / 'small', PICTURES)
    (folder / '002.png').write_bytes(b'no picture')
    built = build_small(folder, tmp_path / 'set', LocalExecutor())
    assert [left['key'] for left in built.skipped] == ['002.png']
    assert '002.png' in built.skipped[0]['reason']
    assert {row['key'] for row in built.rows} == {'000.png', '001.png', '003.png'}


def test_a_picture_that_was_mended_is_taken_in_by_a_stopped_build(finished, pictures, tmp_path):
    folder = write_coco(tmp_path / 'small', PICTURES)
    whole = (folder / '001.png').read_bytes()
    (folder / '001.png').write_bytes(b'no picture')

    def stop(count, seen=[]):  # noqa: B006
        seen.append(count)
        if sum(seen) == PICTURES:
            raise Stopped

    with pytest.raises(Stopped):
        build_small(folder, tmp_path / 'set', LocalExecutor(), progress=stop)
    (folder / '001.png').write_bytes(whole)
    build_small(folder, tmp_path / 'set', LocalExecutor())
    assert tree(tmp_path / 'set') == tree(finished)
