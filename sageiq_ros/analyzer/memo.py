# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The language model's answers on disk: one SQLite file that several processes may share."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

FORMAT = 2
LOCK_WAIT = 5.0
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_UNKNOWN_LAYOUT = 'unsupported file format'
_TABLE = """\
CREATE TABLE answers (
    model TEXT NOT NULL, mode TEXT NOT NULL, prompt INTEGER NOT NULL, query TEXT NOT NULL,
    words TEXT NOT NULL, answer TEXT NOT NULL, PRIMARY KEY (model, mode, prompt, query, words)
) WITHOUT ROWID"""
_SECTION = 'model = ? AND mode = ? AND prompt = ? AND query = ?'
# Those that are needed most come first, lists that were selected from come last.
_ORDER = "words NOT IN (SELECT value FROM json_each(?)), substr(words, 1, 1) = '[', words"

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

    def load(self, section: Section, most: int = -1, first: Sequence[str] = ()) -> dict[str, Any]:
        """Read the answers of a section by their words, ``most`` of them or all.

        Those to the words ``first`` are among them in any case.
        """

        def read(file: sqlite3.Connection) -> list[tuple[Any, Any]]:
            found = f'SELECT words, answer FROM answers WHERE {_SECTION} ORDER BY {_ORDER} LIMIT ?'
            return file.execute(found, (*section, json.dumps(list(first)), most)).fetchall()

        answers = {}
        for words, text in self._use(read, []):
            # What is no text, or no JSON, was not written by this package.
            with suppress(ValueError, TypeError, RecursionError):
                answers[str(words)] = json.loads(text)
        return answers

    def store(self, section: Section, answers: Mapping[str, Any]) -> bool:
        """Write answers, replacing older ones; returns whether they are written."""
        rows = [(*section, words, json.dumps(answer)) for words, answer in answers.items()]

        def write(file: sqlite3.Connection) -> bool:
            with file:
                file.executemany('INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)', rows)
            return True

        return self._use(write, False)

    def sections(self) -> list[Section]:
        """List what there are answers of."""

        def read(file: sqlite3.Connection) -> list[tuple[str, str, int, str]]:
            found = 'SELECT DISTINCT model, mode, prompt, query FROM answers ORDER BY 1, 2, 3, 4'
            return file.execute(found).fetchall()

        return [Section(*row) for row in self._use(read, [])]

    def _use(self, action: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """Run an action on the open file; on a new one where the old one must be set aside."""
        for attempt in (1, 2):
            inode = None
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                inode = self._inode()
                with closing(sqlite3.connect(self.path, timeout=LOCK_WAIT)) as file:
                    # A flipped byte spoils its own answer only.
                    file.text_factory = lambda text: text.decode('utf-8', 'replace')
                    version = _prepare(file)
                    if version == FORMAT:
                        return action(file)
                reason = f'format {version} instead of {FORMAT}'
                self._set_aside(inode, f'format-{version}', reason)
            except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
                if not _is_damage(error) or attempt == 2:
                    log.warning('The memo %s cannot be used: %s.', self.path, error)
                    break
                self._set_aside(inode, 'damaged', str(error))
            except (OSError, ValueError) as error:
                # A name that no file can have is a ValueError.
                reason = getattr(error, 'strerror', None) or error
                log.warning('The memo %s cannot be used: %s.', self.path, reason)
                break
        return otherwise

    def _inode(self) -> int | None:
        try:
            return self.path.stat().st_ino
        except OSError:
            return None

    def _set_aside(self, inode: int | None, ending: str, reason: str) -> None:
        # Another process may have done it already, and what lies here now is the new file.
        if inode is None or inode != self._inode():
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


def _is_damage(error: sqlite3.DatabaseError | UnicodeDecodeError) -> bool:
    """Tell whether the file is to blame, not what is around it."""
    # What SQLite says of a damaged layout may quote bytes that are no text.
    if isinstance(error, UnicodeDecodeError):
        return True
    if _UNKNOWN_LAYOUT in str(error):
        return True
    # The lowest byte is the kind of an error, what is above it tells more.
    return getattr(error, 'sqlite_errorcode', 0) & 0xFF in _DAMAGE


def _prepare(file: sqlite3.Connection) -> int:
    """Lay out a new file; returns the format of the file, which may be another one's.

    A file of our format with anything but our table has format 0: a view or a trigger may take
    for ever.
    """
    if _version(file) == 0 and _is_empty(file):
        _switch_to_wal(file)
        # Two processes may begin a file at once: what the first has made, the second finds.
        file.execute('BEGIN IMMEDIATE')
        with file:
            if _version(file) == 0:
                file.execute(_TABLE)
                file.execute(f'PRAGMA user_version = {FORMAT}')
    version = _version(file)
    if version == FORMAT and file.execute('SELECT sql FROM sqlite_master').fetchall() != [
        (_TABLE,)
    ]:
        return 0
    return version


def _version(file: sqlite3.Connection) -> int:
    return int(file.execute('PRAGMA user_version').fetchone()[0])


def _is_empty(file: sqlite3.Connection) -> bool:
    return file.execute('SELECT 1 FROM sqlite_master').fetchone() is None


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
