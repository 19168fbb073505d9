# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Answers outlive the process, and no state of the file stops the node."""

import logging
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from sageiq_ros.analyzer.memo import Memo, Section

HERE = Section('m', 'association-1', 1, 'q')


def test_answers_of_any_kind_are_kept_by_model_mode_prompt_and_query(memo):
    memo.store(HERE, {'car': 7.5, 'tree': 2.0, '["a", "b"]': [1, 0]})
    memo.store(HERE, {'tree': -3.25})
    again = Memo(memo.path)
    assert again.load(HERE) == {'car': 7.5, 'tree': -3.25, '["a", "b"]': [1, 0]}
    others = [
        HERE._replace(model='other'),
        HERE._replace(mode='rating-1'),
        HERE._replace(prompt=2),
        HERE._replace(query='parking'),
    ]
    for place, other in enumerate(others):
        assert again.load(other) == {}
        again.store(other, {'car': place})
    assert again.load(HERE)['car'] == 7.5
    assert sorted(again.sections()) == sorted([HERE, *others])


def test_several_processes_write_at_once(memo):
    program = (
        'import sys; from pathlib import Path\n'
        'from sageiq_ros.analyzer.memo import Memo, Section\n'
        'path, name = Path(sys.argv[1]), sys.argv[2]\n'
        'here = Section("m", "association-1", 1, "q")\n'
        'for i in range(20): Memo(path).store(here, {f"{name}{i}": 5.0})'
    )
    writers = [
        subprocess.Popen([sys.executable, '-c', program, str(memo.path), name])
        for name in ('a', 'b')
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    assert len(memo.load(HERE)) == 40


@pytest.mark.parametrize('content', [b'this is no database, not at all' * 50, b'\0' * 4096])
def test_a_damaged_file_is_set_aside_with_a_warning(memo, caplog, content):
    memo.path.parent.mkdir(parents=True)
    memo.path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert memo.load(HERE) == {}
    memo.store(HERE, {'car': 9.0})
    assert memo.load(HERE) == {'car': 9.0}
    assert [record.levelname for record in caplog.records] == ['WARNING']
    assert memo.path.with_name('memo.sqlite3.damaged').read_bytes() == content


def test_pages_damaged_behind_the_header_are_found_too(memo, caplog):
    memo.store(HERE, {f'word {i}': 5.0 for i in range(500)})
    with closing(sqlite3.connect(memo.path)) as file:
        file.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    content = bytearray(memo.path.read_bytes())
    content[4096:] = b'\xff' * (len(content) - 4096)
    memo.path.write_bytes(content)
    assert memo.load(HERE) == {}
    memo.store(HERE, {'car': 9.0})
    assert memo.load(HERE) == {'car': 9.0}
    assert 'kept as memo.sqlite3.damaged' in caplog.text


def test_a_file_of_another_format_is_set_aside(memo, caplog):
    memo.path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(memo.path)) as file:
        file.execute('PRAGMA user_version = 1')
    assert memo.load(HERE) == {}
    assert 'format 1 instead of 2' in caplog.text and 'memo.sqlite3.format-1' in caplog.text
    memo.store(HERE, {'car': 9.0})
    assert memo.load(HERE) == {'car': 9.0}
    assert memo.path.with_name('memo.sqlite3.format-1').exists()


def test_a_file_that_another_process_has_set_aside_already_is_left_alone(memo, caplog):
    memo.path.parent.mkdir(parents=True)
    memo.path.write_bytes(b'no database' * 500)
    damaged = memo._inode()
    memo.store(HERE, {'car': 9.0})
    memo._set_aside(damaged, 'damaged', 'found late')
    assert memo.load(HERE) == {'car': 9.0}
    assert len(caplog.records) == 1


def test_a_path_that_cannot_be_used_costs_a_warning_only(tmp_path, caplog):
    for path in (tmp_path, tmp_path / 'file' / 'memo', tmp_path / 'no\0name'):
        (tmp_path / 'file').touch()
        caplog.clear()
        assert not Memo(path).store(HERE, {'car': 9.0})
        assert Memo(path).load(HERE) == {}
        assert 'cannot be used' in caplog.text


def test_what_is_not_json_is_ignored(memo):
    memo.store(HERE, {'car': 9.0})
    with closing(sqlite3.connect(memo.path)) as file, file:
        for words, value in (('a', 'text'), ('b', ''), ('c', '[1')):
            file.execute('INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?)', (*HERE, words, value))
    assert memo.load(HERE) == {'car': 9.0}


def test_what_is_spoilt_costs_its_own_answer_only(memo):
    memo.store(HERE, {'car': 9.0, 'tree': 2.0, 'bird': 3.0, 'deep': 1.0})
    with closing(sqlite3.connect(memo.path)) as file, file:
        file.execute("UPDATE answers SET answer = CAST(x'ff39' AS TEXT) WHERE words = 'tree'")
        file.execute("UPDATE answers SET words = x'00ff' WHERE words = 'bird'")
        file.execute("UPDATE answers SET answer = ? WHERE words = 'deep'", ('[' * 100_000,))
    found = memo.load(HERE)
    assert found['car'] == 9.0 and not {'tree', 'bird', 'deep'} & found.keys()


@pytest.mark.parametrize(
    'content',
    [
        'PRAGMA user_version = 2',
        'PRAGMA user_version = 2; CREATE TABLE answers (words TEXT, answer TEXT)',
        'CREATE TABLE answers (words TEXT, answer TEXT)',
        'CREATE TABLE songs (name TEXT)',
    ],
)
def test_the_database_of_something_else_is_set_aside_as_it_is(memo, caplog, content):
    memo.path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(memo.path)) as file:
        file.executescript(content)
        before = list(file.iterdump())
    assert memo.load(HERE) == {}
    memo.store(HERE, {'car': 9.0})
    assert memo.load(HERE) == {'car': 9.0} and len(caplog.records) == 1
    with closing(sqlite3.connect(memo.path.with_name('memo.sqlite3.format-0'))) as file:
        assert list(file.iterdump()) == before


def test_a_view_without_end_in_place_of_the_table_is_set_aside_unread(memo, caplog):
    memo.path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(memo.path)) as file:
        file.executescript(
            'PRAGMA user_version = 2; CREATE VIEW answers AS '
            'WITH RECURSIVE row(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM row) '
            "SELECT 'm' AS model, 'association-1' AS mode, 1 AS prompt, 'q' AS query, "
            "'w' || n AS words, '1.0' AS answer FROM row"
        )
    assert memo.load(HERE) == {}
    assert memo.store(HERE, {'car': 9.0})
    assert 'kept as memo.sqlite3.format-0' in caplog.text


def schema_format(content):
    content[47] = 9


def schema_words(content):
    place = content.index(b'model TEXT')
    content[place : place + 5] = b'\xff\xfe,,,'


@pytest.mark.parametrize('spoil', [schema_format, schema_words])
def test_a_layout_that_sqlite_does_not_know_is_damage_too(memo, caplog, spoil):
    memo.store(HERE, {'car': 9.0})
    content = bytearray(memo.path.read_bytes())
    spoil(content)
    memo.path.write_bytes(content)
    assert memo.load(HERE) == {}
    assert memo.store(HERE, {'car': 8.0}) and memo.load(HERE) == {'car': 8.0}
    assert 'kept as memo.sqlite3.damaged' in caplog.text


def test_a_file_that_has_vanished_meanwhile_is_no_fault(memo, caplog):
    memo.store(HERE, {'car': 9.0})
    inode = memo._inode()
    memo.path.unlink()
    memo._set_aside(inode, 'damaged', 'found late')
    assert memo.load(HERE) == {} and not caplog.records


def test_the_words_needed_most_come_first_and_lists_last(memo):
    memo.store(HERE, {'["a", "b"]': [1], 'zebra': 1.0, 'bus': 2.0, 'car': 3.0, '{"a"': [2.0, 3.0]})
    assert list(memo.load(HERE, 2, ['zebra'])) == ['zebra', 'bus']
    assert list(memo.load(HERE, 4)) == ['bus', 'car', 'zebra', '{"a"']


def test_text_that_looks_like_a_command_is_only_text(memo):
    hostile = "x'); DROP TABLE answers; --"
    memo.store(HERE._replace(query=hostile), {hostile: 1.0})
    assert memo.load(HERE._replace(query=hostile)) == {hostile: 1.0}
    assert memo.load(HERE) == {}
