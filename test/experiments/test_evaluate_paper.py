# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq evaluate paper`` from end to end, with the shipped networks on rendered streets."""

from __future__ import annotations

import csv
import json
import os

import cv2
import pytest
from chromium import inspect_page, needs_browser

from sageiq_ros.cli import main
from sageiq_ros.datasets.readers.open import open_set
from sageiq_ros.experiments.output import (
    LATEX_FILE,
    MARKDOWN_FILE,
    NUMBERS_FILE,
    PAGE_FILE,
    SCORES_FILE,
)

pytest.importorskip('pyarrow')
pytest.importorskip('scipy')

pytestmark = pytest.mark.slow
STREETS = 10


def words(out, cache, *more):
    return [
        'evaluate',
        'paper',
        '--data',
        f'rendered:{STREETS}',
        '--out',
        str(out),
        '--cache',
        str(cache),
        '--scorer',
        'SageIQ-M nano=sageiq_m_nano',
        '--resamples',
        '50',
        *more,
    ]


@pytest.fixture(scope='module')
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp('cache') / 'scores.sqlite3'


@pytest.fixture(scope='module')
def made(tmp_path_factory, cache):
    out = tmp_path_factory.mktemp('paper') / 'report'
    assert main(words(out, cache)) == 0
    return out


def rows_of(folder):
    with (folder / SCORES_FILE).open(newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


def test_every_file_is_there(made):
    names = {PAGE_FILE, MARKDOWN_FILE, LATEX_FILE, NUMBERS_FILE, SCORES_FILE}
    assert {path.name for path in made.iterdir()} == names


def test_every_condition_has_a_score_of_every_street(made):
    rows = rows_of(made)
    # 14 of Fig. 11, 2 of Fig. 13, 4 of Fig. 15 of which one is Fig. 11's, 3 of Fig. 12, 37 of 14.
    assert len(rows) == STREETS * (14 + 2 + 3 + 3 + 37)
    assert all(0.0 <= float(row['score']) <= 1.0 for row in rows)
    aims = [float(row['aim']) for row in rows if row['aim']]
    assert aims and min(aims) >= 0.0 and max(aims) <= 1.0


def test_the_report_shows_every_experiment_and_says_what_was_not_run(made):
    text = (made / MARKDOWN_FILE).read_text(encoding='utf-8')
    for title in (
        'What was judged',
        'Table VIII: scorers',
        'Fig. 10: examples',
        'Fig. 11: seven',
        'Fig. 12: ablation',
        'Fig. 13: no degradation',
        'Fig. 14: robustness',
        'Fig. 15: number of regions',
    ):
        assert f'## {title}' in text
    assert 'Object detector was not run: name an engine' in text
    assert 'Not run: they compare two data sets or more.' in text
    assert 'Not run: they compare two scorers.' in text
    assert 'SageIQ-M | average' in text.replace('*', '')
    assert 'sageiq' in text.split('How this was made')[-1]


def test_labels_are_those_of_the_clear_regions_whatever_is_degraded(made):
    labels = {}
    for row in rows_of(made):
        if row['boxes'] == '5':
            labels.setdefault(row['key'], set()).add(row['label'])
    assert len(labels) == STREETS
    assert all(len(found) == 1 for found in labels.values())


def test_numbers_are_json_with_an_interval_each(made):
    found = json.loads((made / NUMBERS_FILE).read_text(encoding='utf-8'))
    cell = next(
        cell
        for cell in found['agreement']
        if (cell['degradation'], cell['boxes'], cell['variant']) == ('motion_blur', 5, 'with')
    )
    assert cell['n'] == STREETS
    value, low, high = cell['mcc']
    assert -1.0 <= low <= value <= high <= 1.0
    assert 0.0 <= cell['aim'] <= 1.0 and 0.0 <= cell['mean_error'] <= 1.0
    assert found['left_out'] == []
    assert found['provenance']['seed'] == '0'


def test_several_processes_give_the_same_numbers(made, cache, tmp_path):
    out = tmp_path / 'again'
    more = ('--executor', 'processes', '--workers', '2', '--only', 'table8,fig14')
    assert main(words(out, cache.with_name('other.sqlite3'), *more)) == 0
    wanted = {(r['key'], r['boxes'], r['degradation'], r['variant']): r for r in rows_of(made)}
    found = rows_of(out)
    assert len(found) == STREETS * (2 + 37)
    for row in found:
        assert row == wanted[row['key'], row['boxes'], row['degradation'], row['variant']]


def test_scores_that_are_known_are_not_computed_again(made, cache, tmp_path, monkeypatch):
    from sageiq_ros.engines.openvino import OpenVINOEngine

    def refuse(*args):
        raise AssertionError('an engine was run')

    monkeypatch.setattr(OpenVINOEngine, '__call__', refuse)
    assert main(words(tmp_path / 'again', cache)) == 0
    assert rows_of(tmp_path / 'again') == rows_of(made)


@needs_browser
@pytest.mark.parametrize('width', [1280, 390])
def test_the_page_opens_in_a_browser_without_a_fault(made, width):
    assert inspect_page(made / PAGE_FILE, width) == []


def test_a_broken_picture_is_named_and_the_others_are_judged(tmp_path, capsys):
    folder = tmp_path / 'kitti' / 'training'
    (folder / 'image_2').mkdir(parents=True)
    (folder / 'label_2').mkdir()
    for number, key in enumerate(open_set('rendered:2').keys()):
        street = open_set('rendered:2').read(key)
        cv2.imwrite(str(folder / 'image_2' / f'{number:06}.png'), street.image)
        lines = [
            f'Car 0.00 0 0.0 {b.box.x1} {b.box.y1} {b.box.x2} {b.box.y2} 1 1 1 0 0 0 0'
            for b in street.boxes
        ]
        (folder / 'label_2' / f'{number:06}.txt').write_text('\n'.join(lines))
    (folder / 'image_2' / '000001.png').write_bytes(b'broken')
    out = tmp_path / 'report'
    arguments = words(out, tmp_path / 'scores.sqlite3', '--only', 'table8')
    arguments[3] = f'kitti:{tmp_path / "kitti"}'
    assert main(arguments) == 0
    left_out = json.loads((out / NUMBERS_FILE).read_text())['left_out']
    assert [one['key'] for one in left_out] == ['000001']
    text = (out / MARKDOWN_FILE).read_text(encoding='utf-8')
    assert '000001.png cannot be read' in text
    assert 'kitti: fewer than 10 pictures' in text


@pytest.mark.parametrize(
    ('more', 'said'),
    [
        (('--only', 'fig99'), 'fig99'),
        (('--resamples', '0'), '--resamples'),
        (('--seed', '-1'), '--seed'),
        (('--workers', '2'), '--executor processes'),
        (('--scorer', 'no_such'), 'no_such'),
        (('--profile', 'full'), '--config'),
        (('--detector', 'no_such'), 'no_such'),
        (('--images', '0'), 'at least 1 picture'),
    ],
)
def test_a_wrong_word_gets_one_sentence(tmp_path, capsys, more, said):
    assert main(words(tmp_path / 'out', tmp_path / 'scores.sqlite3', *more)) == 2
    error = capsys.readouterr().err
    assert said in error and error.count('\n') == 1
    assert not (tmp_path / 'out' / PAGE_FILE).exists()


def test_the_folder_of_a_user_without_a_cache_is_used(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    arguments = words(tmp_path / 'out', '', '--only', 'table8', '--images', '1')
    del arguments[6:8]
    assert main(arguments) == 0
    assert os.path.getsize(tmp_path / 'sageiq' / 'scores.sqlite3') > 0
