# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The language model's answers on disk: one SQLite file that several processes may share."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

FORMAT = 2
LOCK_WAIT = 5.0
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_TABLE = """
CREATE TABLE IF NOT EXISTS answers (
    model TEXT NOT NULL, mode TEXT NOT NULL, prompt INTEGER NOT NULL, query TEXT NOT NULL,
    words TEXT NOT NULL, answer TEXT NOT NULL, PRIMARY KEY (model, mode, prompt, query, words)
) WITHOUT ROWID
"""
_SECTION = 'model = ? AND mode = ? AND prompt = ? AND query = ?'

T = TypeVar('T')

log = logging.getLogger(__name__)


class Section(NamedTuple):
    """Whose answers, and to what: model, mode, version of the prompt, and query."""

    model: str
    mode: str
    prompt: int
    query: str


@dataclass(frozen=True, slots=True)
class Memo:
    """Remember answers, any JSON values, by section and by the words that were asked about.

    A file that is damaged or of another format is set aside under another name with a warning; one
    that cannot be read or written costs a warning too, and the answers then live in memory only.
    Every call opens the file anew, so that any thread and any process may use it.
    """

    path: Path

    def load(self, section: Section, most: int = -1) -> dict[str, Any]:
        """Read the answers of a section by their words, ``most`` of them or all."""

        def read(file: sqlite3.Connection) -> list[tuple[str, str]]:
            found = f'SELECT words, answer FROM answers WHERE {_SECTION} ORDER BY words LIMIT ?'
            return file.execute(found, (*section, most)).fetchall()

        return {words: json.loads(text) for words, text in self._use(read, []) if _is_json(text)}

    def store(self, section: Section, answers: Mapping[str, Any]) -> None:
        """Write answers, replacing older ones."""
        rows = [(*section, words, json.dumps(answer)) for words, answer in answers.items()]

        def write(file: sqlite3.Connection) -> None:
            with file:
                file.executemany('INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)', rows)

        self._use(write, None)

    def sections(self) -> list[Section]:
        """List what there are answers of."""

        def read(file: sqlite3.Connection) -> list[tuple[str, str, int, str]]:
            found = 'SELECT DISTINCT model, mode, prompt, query FROM answers ORDER BY 1, 2, 3, 4'
            return file.execute(found).fetchall()

        return [Section(*row) for row in self._use(read, [])]

    def _use(self, action: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """Run an action on the open file; on a new one where the old one must be set aside."""
        for attempt in (1, 2):
            number = None
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                number = self._number()
                with closing(sqlite3.connect(self.path, timeout=LOCK_WAIT)) as file:
                    version = _prepare(file)
                    if version == FORMAT:
                        return action(file)
                reason = f'format {version} instead of {FORMAT}'
                self._set_aside(number, f'format-{version}', reason)
            except sqlite3.DatabaseError as error:
                if getattr(error, 'sqlite_errorcode', None) not in _DAMAGE or attempt == 2:
                    log.warning('The memo %s cannot be used: %s.', self.path, error)
                    break
                self._set_aside(number, 'damaged', str(error))
            except OSError as error:
                log.warning('The memo %s cannot be used: %s.', self.path, error.strerror or error)
                break
        return otherwise

    def _number(self) -> int | None:
        return self.path.stat().st_ino if self.path.exists() else None

    def _set_aside(self, number: int | None, ending: str, reason: str) -> None:
        # Another process may have done it already, and what lies here now is the new file.
        if number is None or number != self._number():
            return
        aside = self.path.with_name(f'{self.path.name}.{ending}')
        log.warning(
            'The memo %s is not usable (%s); it is kept as %s and a new one is begun.',
            self.path,
            reason,
            aside.name,
        )
        for suffix in ('', '-wal', '-shm'):
            with suppress(OSError):
                os.replace(
                    self.path.with_name(self.path.name + suffix),
                    aside.with_name(aside.name + suffix),
                )


def _prepare(file: sqlite3.Connection) -> int:
    """Lay out a new file; returns the format of the file, which may be another one's."""
    version = int(file.execute('PRAGMA user_version').fetchone()[0])
    if version == 0:
        _switch_to_wal(file)
        with file:
            file.execute(_TABLE)
            file.execute(f'PRAGMA user_version = {FORMAT}')
        return FORMAT
    return version


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, TypeError):
        return False
    return True


def _switch_to_wal(file: sqlite3.Connection) -> None:
    # SQLite's own waiting for a lock does not cover this step, where two processes begin a file.
    deadline = time.monotonic() + LOCK_WAIT
    while True:
        try:
            file.execute('PRAGMA journal_mode = WAL')
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
