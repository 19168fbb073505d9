# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Tables X and XI from two files of answers."""

import json

import pytest

from sageiq_ros import cli
from sageiq_ros.evaluation.text_similarity import Similarity
from sageiq_ros.evaluation.words_experiment import PAPER, WITH, Pair, summarise

# Three numbers of three digits, each rounded by itself.
ROUNDED = 0.0011

VECTORS = """5 2
the 1 0
picture 1 1
sharp 0 1
left -1 0
nothing 0 0
"""


@pytest.fixture
def vectors(tmp_path):
    path = tmp_path / 'vectors.txt'
    path.write_text(VECTORS)
    return path


@pytest.fixture
def write(tmp_path):
    def write(name, *records):
        path = tmp_path / name
        path.write_text(''.join(json.dumps(record) + '\n' for record in records))
        return path

    return write


def compare(first, second, *options):
    return cli.main(['experiment', 'words', '--a', str(first), '--b', str(second), *options])


def answer(text, name='1.png', **more):
    return {'name': name, 'answer': text, **more}


def test_answers_are_grouped_by_data_set_and_by_region(write, vectors, tmp_path, capsys):
    first = write(
        'a.jsonl',
        answer('The picture sharp', dataset='KITTI'),
        answer('sharp', '2.png', dataset='KITTI'),
        answer('the', '2.png', dataset='KITTI', box=[0, 0, 9, 9]),
        answer('sharp', dataset='own'),
    )
    second = write(
        'b.jsonl',
        answer('sharp', dataset='own'),
        answer('the', '2.png', dataset='KITTI', box=[0, 0, 9, 9]),
        answer('the', '2.png', dataset='KITTI'),
        answer('The picture sharp', dataset='KITTI'),
    )
    output = tmp_path / 'rows.json'
    assert compare(first, second, '--word2vec', str(vectors), '--json', str(output)) == 0
    rows = {(row['dataset'], row['setting']): row for row in json.loads(output.read_text())}
    whole = rows['KITTI', 'w/o SageIQ-P']
    assert whole['pairs'] == 2 and whole['ours']['mean'] == pytest.approx(0.5)
    assert whole['paper'] == {'mean': 0.927, 'other': 0.973, 'average': 0.95}
    assert rows['KITTI', 'w/ SageIQ-P']['ours']['average'] == pytest.approx(1.0)
    assert rows['own', 'w/o SageIQ-P']['paper'] is None
    shown = capsys.readouterr().out.splitlines()
    (line,) = (line for line in shown if 'mean w/o' in line and 'KITTI' in line)
    assert line.split()[-2:] == ['0.500', '0.927']


@pytest.mark.parametrize(('measure', 'average'), [('LCS', 0.921), ('WVS', 0.927)])
def test_the_papers_averages_are_those_that_it_prints(measure, average):
    # Halfway between its two other numbers, which rounds to another third digit.
    same = Similarity(0.5, 0.5)
    (row,) = summarise(measure, lambda pair: same, [Pair('Waymo', WITH, 'a', 'b')])
    assert row['paper']['average'] == average


def test_the_papers_averages_follow_from_its_other_numbers():
    for by_set in PAPER.values():
        for mean, other, average in by_set:
            assert average == pytest.approx((mean + other) / 2, abs=ROUNDED)


def test_answers_whose_vectors_have_no_direction_are_left_out(write, vectors, tmp_path):
    first = write('a.jsonl', answer('sharp'), answer('the left', '2.png'), answer('the', '3.png'))
    second = write(
        'b.jsonl', answer('sharp'), answer('sharp', '2.png'), answer('nothing', '3.png')
    )
    output = tmp_path / 'rows.json'
    assert compare(first, second, '--word2vec', str(vectors), '--json', str(output)) == 0
    (row,) = json.loads(output.read_text())
    assert row['pairs'] == 1 and row['ours']['mean'] == pytest.approx(1.0)


def test_an_unwritable_result_is_told_before_the_work(tmp_path, capsys):
    missing = tmp_path / 'a.jsonl'
    output = tmp_path / 'no' / 'rows.json'
    assert compare(missing, missing, '--word2vec', str(missing), '--json', str(output)) == 2
    assert f'Cannot write {output}' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('first', 'second', 'reason'),
    [
        ([answer('sharp')], [answer('sharp', '2.png')], 'is in one file only'),
        ([answer('sharp')], [answer('sharp', box=[0, 0, 1, 1])], 'is in one file only'),
        ([], [], 'they are empty'),
        ([answer(' ')], [answer('sharp')], 'The answer in line 1'),
        ([answer('sharp')] * 2, [answer('sharp')], 'a second time'),
        ([{'name': 'x'}], [answer('sharp')], 'Line 1 of'),
        ([7], [answer('sharp')], 'Line 1 of'),
        ([answer('unheard')], [answer('sharp')], 'No pair of answers'),
        ([answer('nothing')], [answer('sharp')], 'No pair of answers'),
    ],
)
def test_files_that_do_not_fit_are_refused(write, vectors, capsys, first, second, reason):
    files = write('a.jsonl', *first), write('b.jsonl', *second)
    assert compare(*files, '--word2vec', str(vectors)) == 2
    assert reason in capsys.readouterr().err


def test_a_line_too_deep_to_read_is_refused(tmp_path, vectors, capsys):
    path = tmp_path / 'deep.jsonl'
    path.write_text('[' * 20_000)
    assert compare(path, path, '--word2vec', str(vectors)) == 2
    assert 'Line 1 of' in capsys.readouterr().err


def test_something_to_compare_by_is_needed(write, capsys):
    path = write('a.jsonl', answer('sharp'))
    assert compare(path, path) == 2
    assert '--clip' in capsys.readouterr().err
