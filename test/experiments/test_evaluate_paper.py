# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq evaluate paper`` from end to end, with the shipped networks on rendered streets."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
from pathlib import Path

import cv2
import numpy as np
import pytest
from chromium import inspect_page, needs_browser

from sageiq_ros.cli import main
from sageiq_ros.datasets.readers.open import open_set
from sageiq_ros.experiments.answers import AGAINST_FILE, MAIN_FILE
from sageiq_ros.experiments.options import EXPERIMENTS, FIG_8, WORDS
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
# The last name is not UTF-8, as those of old cameras' and archives' files are at times.
STREETS, BROKEN = ('000000', '000001', os.fsdecode(b'caf\xe9')), '000002'
MAIN = 'SageIQ-M nano'
NANO, BRISQUE = ('--scorer', f'{MAIN}=sageiq_m_nano'), ('--scorer', 'BRISQUE=brisque')
SEED = 3


@pytest.fixture(scope='module')
def data(tmp_path_factory):
    """Make a KITTI folder of rendered streets, one of them broken, and a folder of pictures."""
    root = tmp_path_factory.mktemp('data')
    pictures, labels = (root / 'kitti' / 'training' / name for name in ('image_2', 'label_2'))
    pictures.mkdir(parents=True)
    labels.mkdir()
    rendered = open_set(f'rendered:{len(STREETS)}')
    for name, key in zip(STREETS, rendered.keys(), strict=True):
        street = rendered.read(key)
        (pictures / f'{name}.png').write_bytes(cv2.imencode('.png', street.image)[1].tobytes())
        lines = [
            f'Car 0.00 0 0.0 {b.box.x1} {b.box.y1} {b.box.x2} {b.box.y2} 1 1 1 0 0 0 0'
            for b in street.boxes
        ]
        (labels / f'{name}.txt').write_text('\n'.join(lines))
    (pictures / f'{BROKEN}.png').write_bytes(b'broken')
    (labels / f'{BROKEN}.txt').write_text(lines[0])
    (root / 'others').mkdir()
    for number in range(2):
        picture = np.random.default_rng(number).integers(0, 255, (90, 120, 3), np.uint8)
        cv2.imwrite(str(root / 'others' / f'{number}.png'), picture)
    return root


@pytest.fixture(scope='module')
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp('cache') / 'scores.sqlite3'


def words(data, out, *more):
    return [
        *('evaluate', 'paper', '--data', f'kitti:{data / "kitti"}'),
        *('--out', str(out), '--resamples', '50', '--seed', str(SEED)),
        *more,
    ]


@pytest.fixture(scope='module')
def command(data, cache, tmp_path_factory):
    vectors = data / 'vectors.txt'
    known = ('is', 'the', 'picture', 'quality', 'and', 'of', 'px', 'blurred', 'sharp', 'good')
    lines = [f'{word} {n % 3 + 1} {n % 4} {n % 5}' for n, word in enumerate(known)]
    vectors.write_text(f'{len(known)} 3\n' + '\n'.join(lines) + '\n')
    out = tmp_path_factory.mktemp('paper') / 'report'
    found = words(data, out, '--cache', str(cache), *NANO, *BRISQUE, '--word2vec', str(vectors))
    found[3] += f',pictures:{data / "others"}'
    return found


@pytest.fixture(scope='module')
def made(command):
    assert main(command) == 0
    return Path(command[5])


@pytest.fixture(scope='module')
def numbers(made):
    return json.loads((made / NUMBERS_FILE).read_text(encoding='utf-8'))


@pytest.fixture(scope='module')
def text(made):
    return (made / MARKDOWN_FILE).read_text(encoding='utf-8')


def rows_of(folder):
    with (folder / SCORES_FILE).open(newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


def place(row):
    return row['scorer'], row['key'], row['boxes'], row['degradation'], row['variant']


def test_every_file_is_there(made):
    report = {PAGE_FILE, MARKDOWN_FILE, LATEX_FILE, NUMBERS_FILE, SCORES_FILE}
    assert {path.name for path in made.iterdir()} == {*report, MAIN_FILE, AGAINST_FILE}


def test_every_condition_has_a_score_of_every_street(made):
    rows = rows_of(made)
    # 14 of Fig. 11, 2 of Fig. 13, 4 of Fig. 15 of which one is Fig. 11's, of both scorers; 3 of
    # Fig. 12 and 37 of Fig. 14 of the main one.
    assert len(rows) == len(STREETS) * (2 * (14 + 2 + 3) + 3 + 37)
    assert all(0.0 <= float(row['score']) <= 1.0 for row in rows)
    aims = [float(row['aim']) for row in rows if row['aim']]
    assert aims and min(aims) >= 0.0 and max(aims) <= 1.0


def test_the_report_shows_every_experiment_and_says_what_was_not_run(text):
    for title in (
        'What was judged',
        'Table VIII: scorers',
        'Fig. 10: examples',
        'Fig. 11: seven',
        'Fig. 12: ablation',
        'Fig. 13: no degradation',
        'Fig. 14: robustness',
        'Fig. 15: number of regions',
        'Similarity of data sets (Figs. 8 and 9)',
        'Tables X and XI: quality in words',
    ):
        assert f'## {title}' in text
    assert 'Object detector was not run: name an engine' in text
    assert 'Not run:' not in text
    assert 'paper: SageIQ-M | average' in text.replace('*', '')


def test_a_broken_picture_is_named_and_the_others_are_judged(text, numbers):
    assert {one['key'] for one in numbers['left_out']} == {BROKEN}
    assert f'{BROKEN}.png cannot be read' in text
    assert 'kitti: fewer than 10 pictures' in text


def test_a_picture_is_judged_whatever_its_name(made):
    assert {row['key'] for row in rows_of(made)} == {'000000', '000001', 'caf\\udce9'}


def test_labels_are_those_of_the_clear_regions_whatever_is_degraded(made):
    labels = {}
    for row in rows_of(made):
        if row['boxes'] == '5' and row['scorer'] == MAIN:
            labels.setdefault(row['key'], set()).add(row['label'])
    assert len(labels) == len(STREETS)
    assert all(len(found) == 1 for found in labels.values())


def test_numbers_hold_every_agreement_and_every_table(numbers):
    cell = next(
        cell
        for cell in numbers['agreement']
        if (cell['degradation'], cell['boxes'], cell['variant']) == ('motion_blur', 5, 'with')
    )
    assert cell['n'] == len(STREETS)
    value, low, high = cell['mcc']
    assert -1.0 <= value <= 1.0 and low is high is None
    assert 0.0 <= cell['aim'] <= 1.0 and 0.0 <= cell['mean_error'] <= 1.0
    tables = {table['name']: table['rows'] for table in numbers['tables']}
    assert tables['Data'][0]['deviation'] > 0.0
    gain = tables['Table VIII: motion blur'][0]
    assert gain['gain: MCC'] == pytest.approx(
        gain['with SageIQ-P: MCC'] - gain['without SageIQ-P: MCC'], abs=2e-6
    )
    assert {'Fig. 12 as numbers', 'Tables X and XI: similarity of answers'} <= set(tables)
    assert [one['name'] for one in numbers['similarity']['sets']] == ['kitti', 'others']


def test_what_made_the_report_is_told(command, numbers, text):
    made = numbers['provenance']
    assert made['command'] == shlex.join(['sageiq', *command])
    assert made['command'] in text
    for name, count in (('scene graph', 1), ('language model', 1), ('scorers', 2)):
        assert len(re.findall(r' \([0-9a-f]{12}\)', made[name])) == count
    assert re.fullmatch('[0-9a-f]{12}', made['source']) and 'processors' in made['machine']
    assert 'analyzer.query=autonomous driving' in made['settings']
    assert made['detector'] == 'none' and made['executor'] == 'this process'


def test_the_seed_reaches_all_that_is_drawn(made, numbers):
    assert numbers['provenance']['seed'].startswith(f'{SEED},')
    assert numbers['similarity']['seed'] == SEED
    answers = (made / MAIN_FILE).read_text(encoding='utf-8').splitlines()
    assert {json.loads(line)['seed'] for line in answers} == {SEED}


def test_answers_of_pictures_and_of_regions_are_compared(numbers):
    tables = {table['name']: table['rows'] for table in numbers['tables']}
    by = {
        (row['Measure'], row['Setting'], row['Data set']): row
        for row in tables['Tables X and XI: similarity of answers']
    }
    for measure in ('WVS, mean', 'WVS, max pooling', 'WVS, average', 'words in common'):
        assert 0.0 <= by[measure, 'w/o SageIQ-P', 'kitti']['similarity'] <= 1.0
        assert by[measure, 'w/ SageIQ-P', 'kitti']['similarity'] > 0.0
    assert by['words in common', 'w/o SageIQ-P', 'kitti']['pairs'] == len(STREETS)
    assert by['words in common', 'w/ SageIQ-P', 'kitti']['pairs'] > len(STREETS)
    assert by['paper: WVS, average', 'w/o SageIQ-P', 'kitti']['similarity'] == 0.950


def test_several_processes_give_the_same_numbers(data, made, cache, tmp_path):
    more = ('--executor', 'processes', '--workers', '2', '--only', 'fig14', '--images', '2')
    other = ('--cache', str(cache.with_name('other.sqlite3')))
    assert main(words(data, tmp_path, *other, *more, *NANO)) == 0
    wanted = {place(row): row for row in rows_of(made)}
    found = rows_of(tmp_path)
    assert len(found) == 2 * (2 + 37)
    for row in found:
        assert row == wanted[place(row)]


def test_scores_that_are_known_are_not_computed_again(data, made, cache, tmp_path, monkeypatch):
    from sageiq_ros.engines.openvino import OpenVINOEngine

    def refuse(*args):
        raise AssertionError('an engine was run')

    monkeypatch.setattr(OpenVINOEngine, '__call__', refuse)
    known = ','.join(name for name in EXPERIMENTS if name not in (FIG_8, WORDS))
    more = ('--cache', str(cache), *NANO, *BRISQUE, '--only', known)
    assert main(words(data, tmp_path, *more)) == 0
    assert rows_of(tmp_path) == rows_of(made)


@needs_browser
@pytest.mark.parametrize('width', [1280, 390])
def test_the_page_opens_in_a_browser_without_a_fault(made, width):
    assert inspect_page(made / PAGE_FILE, width) == []


def test_an_experiment_that_was_named_and_could_not_run_is_told_and_counts_as_a_fault(
    data, tmp_path, capsys, monkeypatch
):
    # Without --cache the folder of the user is taken.
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    more = (*BRISQUE, '--images', '1', '--only', f'table8,{FIG_8},{WORDS}')
    assert main(words(data, tmp_path / 'out', *more)) == 1
    error = capsys.readouterr().err
    assert 'sageiq: Figs. 8 and 9 did not run: they compare two data sets or more.' in error
    assert 'sageiq: Tables X and XI did not run: they compare two scorers.' in error
    text = (tmp_path / 'out' / MARKDOWN_FILE).read_text(encoding='utf-8').replace('*', '')
    assert 'Not run: they compare two scorers.' in text
    assert '| paper: LCS, average | w/ SageIQ-P | waymo |  | 0.921 |' in text
    assert os.path.getsize(tmp_path / 'sageiq' / 'scores.sqlite3') > 0


@pytest.mark.parametrize(
    ('more', 'said'),
    [
        (('--only', 'fig99'), 'fig99'),
        (('--resamples', '0'), '--resamples must be between 1 and 10000, not 0'),
        (('--resamples', '2000000000'), '--resamples must be between'),
        (('--seed', '-1'), '--seed'),
        (('--workers', '2'), '--executor processes'),
        (('--scorer', 'no_such'), 'no_such'),
        (('--profile', 'full'), '--config'),
        (('--detector', 'no_such'), 'no_such'),
        (('--images', '0'), 'at least 1 picture'),
        (('--resnet50', 'JUNK.onnx'), 'is no ONNX file'),
        (('--word2vec', 'JUNK.onnx'), 'does not begin with a number of words'),
    ],
)
def test_a_wrong_word_gets_one_sentence_before_the_work(data, tmp_path, capsys, more, said):
    junk = tmp_path / 'junk.onnx'
    junk.write_bytes(b'junk')
    more = [str(junk) if word == 'JUNK.onnx' else word for word in more]
    arguments = words(data, tmp_path / 'out', '--cache', str(tmp_path / 'scores'), *more)
    arguments[3] += f',pictures:{data / "others"}'
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert said in error and error.count('\n') == 1
    assert not (tmp_path / 'scores').exists()


def test_only_one_network_can_be_asked_for_in_figs_8_and_9(data, tmp_path):
    with pytest.raises(SystemExit):
        main(words(data, tmp_path, '--resnet50', 'a', '--features', 'scene-graph'))
