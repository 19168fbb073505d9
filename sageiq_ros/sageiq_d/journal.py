# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What of a SageIQ-D is done: one line a source picture, so that a killed build goes on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sageiq_ros.sageiq_d.files import file_digest, write_file

JOURNAL_FILE = 'journal.jsonl'

Record = dict[str, Any]


class Journal:
    """Remember finished source pictures in a file, across kills; a context manager.

    A record has ``dataset`` and ``key``, and ``rows`` of its hybrids, each with ``file`` and
    ``sha256``. Records whose files are missing or others are forgotten, as is a last line that
    was cut off. ``earlier`` are records from elsewhere, checked alike.
    """

    def __init__(self, folder: Path, earlier: Iterable[Record] = ()) -> None:
        self._path = folder / JOURNAL_FILE
        self.records: dict[tuple[str, str], Record] = {}
        for record in (*self._read(), *earlier):
            try:
                whole = all(
                    file_digest(folder / row['file']) == row['sha256'] for row in record['rows']
                )
                if whole:
                    self.records[record['dataset'], record['key']] = record
            except (KeyError, TypeError):
                continue
        # Anew, so that what is appended does not continue a line that was cut off.
        text = ''.join(json.dumps(record) + '\n' for record in self.records.values())
        write_file(folder, JOURNAL_FILE, text.encode(), durable=True)
        self._file = self._path.open('a', encoding='utf-8')

    def add(self, record: Record) -> None:
        """Note a finished picture; on disk when this returns."""
        self._file.write(json.dumps(record) + '\n')
        self._file.flush()
        os.fsync(self._file.fileno())
        self.records[record['dataset'], record['key']] = record

    def remove(self) -> None:
        """Delete the file; the set is complete."""
        self._file.close()
        self._path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def _read(self) -> list[Record]:
        if not self._path.is_file():
            return []
        found = []
        for line in self._path.read_text(encoding='utf-8', errors='replace').splitlines():
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if isinstance(record, dict):
                found.append(record)
        return found
