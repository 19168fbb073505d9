# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What a language model has said, as it is remembered: the memo, files of answers, replies."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from fuzzing.files import in_file
from fuzzing.mutators import decoded, encoded, mutate_bytes, mutate_json
from fuzzing.target import Run, Target
from sageiq_ros.analyzer.answers import items_key, pair_key, valid_answer
from sageiq_ros.analyzer.answers_file import AnswersFile, load_answers
from sageiq_ros.analyzer.memo import Memo, Section

# A byte of SQLite's header; above 2 a file may be read but not written.
_WRITE_VERSION = 18
_SECTION = Section('m', 'association-1', 1, 'q')
_MODES = ('association-1', 'rating-1', 'constrained-1', 'paper-strict-5', '')
_ANSWERS = {
    'car': 7.5,
    'tree': -3,
    items_key(['car on street', 'man on bike']): [1, 0],
    pair_key('car', 'street'): [9, 3.5],
}
# A database that is laid out as ours, but whose rows come from elsewhere and without end.
_ENDLESS = """
    PRAGMA user_version = 2;
    CREATE VIEW answers AS WITH RECURSIVE row(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM row)
    SELECT 'm' AS model, 'association-1' AS mode, 1 AS prompt, 'q' AS query, 'w' || n AS words,
    '1.0' AS answer FROM row
"""


def _memo(folder: Path) -> tuple[Sequence[bytes], Run]:
    path = folder / 'memo.sqlite3'

    def run(data: bytes) -> str:
        for file in folder.iterdir():
            file.unlink()
        path.write_bytes(data)
        memo = Memo(path)
        found = memo.load(_SECTION, 1000, ['car'])
        memo.sections()
        # Whatever it was, answers can be kept from now on, unless its header says read-only.
        assert memo.store(_SECTION, {'bus': 1.0}) or data[_WRITE_VERSION] > 2
        return f'{min(len(found), 3)} {sorted(file.name for file in folder.iterdir())}'

    return [_memo_of(path, 1), _memo_of(path, 300), _database(path, _ENDLESS)], run


def _memo_of(path: Path, copies: int) -> bytes:
    Memo(path).store(
        _SECTION, {f'{word}{n or ""}': v for n in range(copies) for word, v in _ANSWERS.items()}
    )
    return _taken(path)


def _database(path: Path, script: str) -> bytes:
    with closing(sqlite3.connect(path)) as file:
        file.executescript(script)
    return _taken(path)


def _taken(path: Path) -> bytes:
    data = path.read_bytes()
    path.unlink()
    return data


def _valid(data: bytes) -> str:
    try:
        answers = json.loads(decoded(data))
    except (ValueError, RecursionError):
        return 'no JSON'
    if not isinstance(answers, dict):
        return 'no object'
    return str([valid_answer(mode, *pair) for mode in _MODES for pair in answers.items()][:10])


def _answers_file() -> list[bytes]:
    document = {'format': 1, 'model': 'm', 'name': 'smollm2', 'mode': 'constrained-1', 'prompt': 1}
    queries = {'autonomous driving': _ANSWERS, 'parking': {}}
    return [encoded(json.dumps(document | {'queries': queries}))]


def _load(path: Path) -> str:
    loaded = load_answers(path)
    assert isinstance(loaded, AnswersFile)
    return str({query: len(answers) for query, answers in loaded.queries.items()})[:80]


TARGETS = (
    Target('memo file', _memo, mutate_bytes, 3_000),
    Target(
        'remembered answers',
        lambda folder: ([encoded(json.dumps(_ANSWERS))], _valid),
        mutate_json,
        8_000,
        (),
    ),
    Target('file of answers', in_file('a.json', _answers_file(), _load), mutate_json, 6_000),
)
