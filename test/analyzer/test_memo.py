# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Answers outlive the process, and no state of the file stops the node."""

import logging
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from sageiq_ros.analyzer.memo import Memo


def test_ratings_are_kept_by_model_prompt_and_query(memo):
    memo.store('model', 1, 'driving', {'car': 7.5, 'tree': 2.0})
    memo.store('model', 1, 'driving', {'tree': 3.0})
    again = Memo(memo.path)
    assert again.load('model', 1, 'driving') == {'car': 7.5, 'tree': 3.0}
    assert again.load('other', 1, 'driving') == {}
    assert again.load('model', 2, 'driving') == {}
    assert again.load('model', 1, 'parking') == {}


def test_several_processes_write_at_once(memo):
    program = (
        'import sys; from pathlib import Path; from sageiq_ros.analyzer.memo import Memo\n'
        'path, name = Path(sys.argv[1]), sys.argv[2]\n'
        'for i in range(20): Memo(path).store("m", 1, "q", {f"{name}{i}": 5.0})'
    )
    writers = [
        subprocess.Popen([sys.executable, '-c', program, str(memo.path), name])
        for name in ('a', 'b')
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    assert len(memo.load('m', 1, 'q')) == 40


@pytest.mark.parametrize('content', [b'this is no database, not at all' * 50, b'\0' * 4096])
def test_a_damaged_file_is_set_aside_with_a_warning(memo, caplog, content):
    memo.path.parent.mkdir(parents=True)
    memo.path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert memo.load('m', 1, 'q') == {}
    memo.store('m', 1, 'q', {'car': 9.0})
    assert memo.load('m', 1, 'q') == {'car': 9.0}
    assert [record.levelname for record in caplog.records] == ['WARNING']
    assert memo.path.with_name('memo.sqlite3.damaged').read_bytes() == content


def test_pages_damaged_behind_the_header_are_found_too(memo, caplog):
    memo.store('m', 1, 'q', {f'word {i}': 5.0 for i in range(500)})
    with closing(sqlite3.connect(memo.path)) as file:
        file.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    content = bytearray(memo.path.read_bytes())
    content[4096:] = b'\xff' * (len(content) - 4096)
    memo.path.write_bytes(content)
    assert memo.load('m', 1, 'q') == {}
    memo.store('m', 1, 'q', {'car': 9.0})
    assert memo.load('m', 1, 'q') == {'car': 9.0}
    assert 'kept as memo.sqlite3.damaged' in caplog.text


def test_a_file_of_another_format_is_set_aside(memo, caplog):
    memo.path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(memo.path)) as file:
        file.execute('PRAGMA user_version = 99')
    assert memo.load('m', 1, 'q') == {}
    assert 'format 99' in caplog.text


def test_a_path_that_cannot_be_used_costs_a_warning_only(tmp_path, caplog):
    for path in (tmp_path, tmp_path / 'file' / 'memo'):
        (tmp_path / 'file').touch()
        caplog.clear()
        Memo(path).store('m', 1, 'q', {'car': 9.0})
        assert Memo(path).load('m', 1, 'q') == {}
        assert 'cannot be used' in caplog.text


def test_values_that_are_no_ratings_are_ignored(memo):
    memo.store('m', 1, 'q', {'car': 9.0})
    with closing(sqlite3.connect(memo.path)) as file, file:
        for label, value in (('a', 'text'), ('b', 11.0), ('c', float('inf')), (b'd', 5.0)):
            file.execute("INSERT INTO ratings VALUES ('m', 1, 'q', ?, ?)", (label, value))
    assert memo.load('m', 1, 'q') == {'car': 9.0}
