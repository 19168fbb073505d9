# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The language model's answers on disk: one SQLite file that several processes may share."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

FORMAT = 1
LOCK_WAIT = 5.0
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_TABLE = """
CREATE TABLE IF NOT EXISTS ratings (
    model TEXT NOT NULL, prompt INTEGER NOT NULL, query TEXT NOT NULL, label TEXT NOT NULL,
    rating REAL NOT NULL, PRIMARY KEY (model, prompt, query, label)
) WITHOUT ROWID
"""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Memo:
    """Remember ratings by model, prompt version, query and label.

    A file that is damaged or of another format is set aside under another name with a warning; one
    that cannot be read or written costs a warning too, and the answers then live in memory only.
    Every call opens the file anew, so that any thread and any process may use it.
    """

    path: Path

    def load(self, model: str, prompt: int, query: str) -> dict[str, float]:
        """Read the ratings in [1, 10] of all labels known for a query."""
        found: list[tuple[object, object]] = []
        with self._guard(), closing(self._open()) as file:
            found = file.execute(
                'SELECT label, rating FROM ratings WHERE model = ? AND prompt = ? AND query = ?',
                (model, prompt, query),
            ).fetchall()
        return {
            label: rating
            for label, rating in found
            if isinstance(label, str) and isinstance(rating, float) and 1.0 <= rating <= 10.0
        }

    def store(self, model: str, prompt: int, query: str, ratings: Mapping[str, float]) -> None:
        """Write ratings, replacing older ones."""
        rows = [(model, prompt, query, label, rating) for label, rating in ratings.items()]
        with self._guard(), closing(self._open()) as file, file:
            file.executemany('INSERT OR REPLACE INTO ratings VALUES (?, ?, ?, ?, ?)', rows)

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._connect()
        except sqlite3.DatabaseError as error:
            if getattr(error, 'sqlite_errorcode', None) not in _DAMAGE:
                raise
            self._set_aside(str(error))
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        file = sqlite3.connect(self.path, timeout=LOCK_WAIT)
        try:
            version = file.execute('PRAGMA user_version').fetchone()[0]
            if version not in (0, FORMAT):
                file.close()
                self._set_aside(f'format {version} instead of {FORMAT}')
                file = sqlite3.connect(self.path, timeout=LOCK_WAIT)
                version = 0
            if version == 0:
                _switch_to_wal(file)
                with file:
                    file.execute(_TABLE)
                    file.execute(f'PRAGMA user_version = {FORMAT}')
            return file
        except BaseException:
            file.close()
            raise

    def _set_aside(self, reason: str) -> None:
        aside = self.path.with_name(f'{self.path.name}.damaged')
        log.warning(
            'The memo %s is not usable (%s); it is kept as %s and a new one is begun.',
            self.path,
            reason,
            aside.name,
        )
        for suffix in ('', '-wal', '-shm'):
            source = self.path.with_name(self.path.name + suffix)
            if source.exists():
                os.replace(source, aside.with_name(aside.name + suffix))

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            if getattr(error, 'sqlite_errorcode', None) in _DAMAGE:
                self._set_aside(str(error))
            else:
                log.warning('The memo %s cannot be used: %s.', self.path, error)
        except OSError as error:
            log.warning('The memo %s cannot be used: %s.', self.path, error.strerror or error)


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
