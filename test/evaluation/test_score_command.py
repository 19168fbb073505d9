# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq score``: pictures and boxes, any scorer, every file a result or a reason."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from sageiq_ros import cli

PAGE = Path(__file__).parents[2] / 'docs' / 'scorers.md'
GREY = 'grey_scorer:made'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Make three pictures, dark on the left and bright on the right, and a scorer of grey."""
    (tmp_path / 'grey_scorer.py').write_text(
        'from sageiq_ros.types import Quality\n'
        'class made:\n'
        "    name = 'grey'\n"
        '    def score(self, crops):\n'
        '        return [Quality(crop.mean() / 255) for crop in crops]\n',
        encoding='utf-8',
    )
    monkeypatch.syspath_prepend(tmp_path)
    pictures = tmp_path / 'pictures'
    pictures.mkdir()
    for number in range(3):
        image = np.zeros((40, 60, 3), np.uint8)
        image[:, 30:] = 255
        cv2.imwrite(str(pictures / f'{number}.png'), image)
    return pictures


def score(tmp_path, *words):
    out = tmp_path / 'scores.json'
    status = cli.main(['score', *map(str, words), '--json', str(out)])
    return status, json.loads(out.read_text())


def test_whole_images_are_scored_and_tabled(folder, tmp_path, capsys):
    status, found = score(tmp_path, folder, '--scorer', GREY)
    assert status == 0
    assert found['scorer'] == 'grey'
    assert [row['image'] for row in found['scores']] == ['0.png', '1.png', '2.png']
    first = found['scores'][0]
    assert first == {
        'image': '0.png', 'box': [0.0, 0.0, 60.0, 40.0], 'score': 0.5,
        'p_good': None, 'p_average': None, 'p_poor': None,
    }  # fmt: skip
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == 'grey'
    assert re.fullmatch(r'0\.png +0,0,60,40 +0\.500 +– +– +–', lines[2])


def test_boxes_on_the_command_line_are_scored_in_order(folder, tmp_path):
    words = ('--scorer', GREY, '--boxes', '0,0,30,40', '--boxes', '30,0,99,40')
    _, found = score(tmp_path, folder / '0.png', *words)
    assert [row['score'] for row in found['scores']] == [0.0, 1.0]


@pytest.mark.parametrize(
    ('name', 'text', 'expected'),
    [
        ('boxes.csv', 'x,y,w,h\n0,0,30,40\n', [('0.png', 0.0), ('1.png', 0.0), ('2.png', 0.0)]),
        ('boxes.csv', 'image,x,y,w,h\n1.png,30,0,30,40\n', [('1.png', 1.0)]),
        ('boxes.csv', '\ufeffimage,x,y,w,h\r\n1.png,30,0,30,40\r\n', [('1.png', 1.0)]),
        ('boxes.json', '\ufeff{"1.png": [[30, 0, 30, 40]]}', [('1.png', 1.0)]),
        ('boxes.json', '[[30, 0, 30, 40]]', [('0.png', 1.0), ('1.png', 1.0), ('2.png', 1.0)]),
        ('boxes.json', '{"2.png": [[0, 0, 30, 40]]}', [('2.png', 0.0)]),
    ],
)
def test_boxes_come_from_a_file(folder, tmp_path, name, text, expected):
    (tmp_path / name).write_text(text, encoding='utf-8')
    status, found = score(tmp_path, folder, '--scorer', GREY, '--boxes', tmp_path / name)
    assert status == 0
    assert [(row['image'], row['score']) for row in found['scores']] == expected


def test_the_shipped_network_tells_its_levels(folder, tmp_path):
    _, found = score(tmp_path, folder / '0.png')
    assert found['scorer'] == 'sageiq_m_nano int8'
    (row,) = found['scores']
    assert row['p_good'] + row['p_average'] + row['p_poor'] == pytest.approx(1.0)


def test_a_bad_file_is_told_and_the_others_go_on(folder, tmp_path, capsys):
    (folder / '1.png').write_bytes(b'no picture')
    status, found = score(tmp_path, folder, '--scorer', GREY)
    assert status == 1
    assert [row['image'] for row in found['scores']] == ['0.png', '2.png']
    assert '1.png is not an image that can be read' in capsys.readouterr().err


def test_a_box_outside_one_picture_is_told_and_the_others_go_on(folder, tmp_path, capsys):
    cv2.imwrite(str(folder / '1.png'), np.zeros((10, 10, 3), np.uint8))
    words = ('--scorer', GREY, '--boxes', '40,20,10,10')
    status, found = score(tmp_path, folder, *words)
    assert status == 1
    assert [row['image'] for row in found['scores']] == ['0.png', '2.png']
    assert '1.png is 10x10 pixels; a box lies outside' in capsys.readouterr().err


def test_a_picture_that_fails_a_scorer_does_not_cost_the_others(folder, tmp_path, capsys):
    cv2.imwrite(str(folder / '1.png'), np.zeros((10, 10, 3), np.uint8))
    (tmp_path / 'picky_scorer.py').write_text(
        'import grey_scorer\n'
        'class made(grey_scorer.made):\n'
        '    def score(self, crops):\n'
        '        if not crops or min(crops[0].shape[:2]) < 20:\n'
        "            raise ValueError('too small')\n"
        '        return super().score(crops)\n',
        encoding='utf-8',
    )
    status, found = score(tmp_path, folder, '--scorer', 'picky_scorer:made')
    assert status == 1
    assert [row['image'] for row in found['scores']] == ['0.png', '2.png']
    assert re.search(r'skipped: 1\.png: .* failed .ValueError: too small', capsys.readouterr().err)


def test_a_picture_without_boxes_is_not_asked_about(folder, tmp_path):
    (tmp_path / 'proud_scorer.py').write_text(
        'import grey_scorer\n'
        'class made(grey_scorer.made):\n'
        '    def score(self, crops):\n'
        '        assert crops\n'
        '        return super().score(crops)\n',
        encoding='utf-8',
    )
    (tmp_path / 'boxes.json').write_text('{"2.png": [[0, 0, 30, 40]]}', encoding='utf-8')
    words = ('--scorer', 'proud_scorer:made', '--boxes', tmp_path / 'boxes.json')
    status, found = score(tmp_path, folder, *words)
    assert (status, len(found['scores'])) == (0, 1)


def test_no_threads_are_a_sentence(folder, capsys):
    assert cli.main(['score', str(folder), '--scorer', GREY, '--threads', '0']) == 2
    assert '1 processor thread or more, not 0' in capsys.readouterr().err


def test_pictures_are_scored_without_the_packages_for_recordings(folder, tmp_path):
    code = (
        'import sys\n'
        "sys.modules['rosbags'] = None\n"
        'from sageiq_ros.cli import main\n'
        f"sys.exit(main(['score', {str(folder)!r}, '--scorer', {GREY!r}]))\n"
    )
    path = os.pathsep.join((str(tmp_path), *sys.path))
    done = subprocess.run(
        [sys.executable, '-c', code],
        env={**os.environ, 'PYTHONPATH': path},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert '0.png' in done.stdout


@pytest.mark.parametrize(
    ('word', 'sentence'),
    [
        ('1,2,3', 'four numbers'),
        ('1,2,3,0', 'above 0'),
        ('1,2,nan,4', 'four numbers'),
        ('none.csv', 'cannot be read'),
        ('no\0name.csv', 'cannot be read'),
        (f'{"a" * 9000}.csv', r'^sageiq: a{197}\.\.\. cannot be read: File name too long\.$'),
        ('empty.csv', 'holds no boxes'),
        ('short.csv', 'line 3 of .*no box'),
        ('filename.csv', 'must start with the heading .*filename,x,y,w,h'),
        ('order.csv', 'must start with the heading'),
        ('nothing.csv', 'must start with the heading'),
        ('unnamed.csv', 'line 2 of .*without the name of its image'),
        ('unnamed.json', 'without the name of its image'),
        ('more.csv', 'line 2 of .*no box'),
        ('other.csv', "boxes for 'x.png', which is no image"),
        ('bad.json', 'is not JSON'),
        ('flat.json', 'no box'),
        ('number.json', 'must list boxes'),
        ('huge.json', 'no box'),
        ('deep.json', 'is not JSON'),
    ],
)
def test_what_is_no_box_is_one_sentence(folder, tmp_path, monkeypatch, capsys, word, sentence):
    monkeypatch.chdir(tmp_path)
    for name, text in {
        'empty.csv': 'x,y,w,h\n',
        'short.csv': 'x,y,w,h\n1,2,3,4\n1,2,3\n',
        'filename.csv': 'filename,x,y,w,h\n1.png,0,0,30,40\n',
        'order.csv': 'w,h,x,y\n3,4,1,2\n',
        'nothing.csv': '',
        'unnamed.csv': 'image,x,y,w,h\n,0,0,30,40\n',
        'unnamed.json': '{"": [[0, 0, 30, 40]]}',
        'more.csv': 'x,y,w,h\n1,2,3,4,5\n',
        'other.csv': 'image,x,y,w,h\nx.png,1,2,3,4\n',
        'bad.json': '[[',
        'flat.json': '[1, 2, 3, 4]',
        'number.json': '7',
        'huge.json': f'[[1, 2, 3, 1{"0" * 400}]]',
        'deep.json': '[' * 20_000,
    }.items():
        (tmp_path / name).write_text(text, encoding='utf-8')
    assert cli.main(['score', str(folder), '--scorer', GREY, '--boxes', word]) == 2
    assert re.search(sentence, capsys.readouterr().err)


@pytest.mark.parametrize('command', ['score', 'evaluate scene-graph'])
def test_a_file_that_cannot_be_written_is_found_before_the_work(folder, tmp_path, capsys, command):
    given = {'score': [str(folder), '--scorer', 'no_such_scorer'], 'evaluate scene-graph': []}
    words = [*given[command], *(['--rendered', '1'] if 'evaluate' in command else [])]
    path = tmp_path / 'missing' / 'x.json'
    assert cli.main([*command.split(), *words, '--json', str(path)]) == 2
    assert f'Cannot write {path}' in capsys.readouterr().err


def test_a_check_leaves_no_file_behind(folder, tmp_path, capsys):
    path = tmp_path / 'x.json'
    assert cli.main(['score', str(folder), '--scorer', 'no_such', '--json', str(path)]) == 2
    assert 'There is no scorer' in capsys.readouterr().err
    assert not path.exists()


def test_what_is_no_picture_is_refused(tmp_path, capsys):
    assert cli.main(['score', str(tmp_path / 'none.png'), '--scorer', 'niqe']) == 2
    assert 'neither an image file nor a folder' in capsys.readouterr().err


def test_the_example_of_the_page_runs_as_the_page_says(folder, tmp_path):
    (example,) = re.findall(r'```python\n(.*?)```', PAGE.read_text(encoding='utf-8'), re.DOTALL)
    assert len(example.splitlines()) < 30
    (tmp_path / 'contrast_scorer.py').write_text(example, encoding='utf-8')
    status, found = score(tmp_path, folder / '0.png', '--scorer', 'contrast_scorer:ContrastScorer')
    assert status == 0
    assert found['scorer'] == 'contrast'
    assert found['scores'][0]['score'] == 1.0
