# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Build a SageIQ-D: every chosen picture under every degradation, with its label.

A picture's files are written whole before its line in the journal. A build that was killed is
therefore gone on with by the same command, and ends with the bytes of one that was not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from sageiq_ros.executors.base import Executor
from sageiq_ros.sageiq_d.files import file_digest, move_part, part_path, sole_writer, write_file
from sageiq_ros.sageiq_d.journal import JOURNAL_FILE, Journal, Record
from sageiq_ros.sageiq_d.manifest import (
    MANIFEST_FILE,
    need_pyarrow,
    read_manifest,
    write_manifest,
)
from sageiq_ros.sageiq_d.plan import Plan, check_paths, settle_plan
from sageiq_ros.sageiq_d.recording import write_recording
from sageiq_ros.sageiq_d.work import BuildJob, Item
from sageiq_ros.types import SageIQError

SUMMARY_FILE = 'summary.json'


@dataclass(frozen=True, slots=True)
class Built:
    """Tell what a set holds: its hybrids, and the source pictures left out with the reason."""

    rows: Sequence[dict[str, Any]]
    skipped: Sequence[dict[str, str]]


def build(
    folder: Path,
    plan: Plan,
    job: BuildJob,
    keys: Mapping[str, Sequence[str]],
    executor: Executor,
    progress: Callable[[int], object] = lambda count: None,
    storage: str | None = None,
) -> Built:
    """Build into ``folder`` what is missing there; ``keys`` are those of each data set.

    ``storage`` adds a bag of this format. ``progress`` is told of pictures done, those of an
    earlier run first. Raises SageIQError for a folder of another plan, one that another build is
    at work in or that cannot be written, where not one picture could be built, and where some
    failed for a reason that may pass: what is done stays done.
    """
    need_pyarrow()
    check_paths(keys)
    with sole_writer(folder):
        settle_plan(folder, plan)
        try:
            if _is_finished(folder):
                (folder / JOURNAL_FILE).unlink(missing_ok=True)
                progress(sum(map(len, keys.values())))
            else:
                _build_pictures(folder, job, keys, executor, progress)
            rows = read_manifest(folder)
            if storage is not None:
                write_recording(folder, rows, storage)
        except OSError as error:
            raise SageIQError(
                f'Cannot write into {folder}: {error.strerror}; mend that and give the command '
                'again, what is done stays done.'
            ) from error
        summary = json.loads((folder / SUMMARY_FILE).read_text(encoding='utf-8'))
    return Built(rows, summary['skipped'])


def _is_finished(folder: Path) -> bool:
    try:
        json.loads((folder / SUMMARY_FILE).read_text(encoding='utf-8'))
        rows = read_manifest(folder)
    except (OSError, ValueError, SageIQError):
        return False
    return all(file_digest(folder / row['file']) == row['sha256'] for row in rows)


def _build_pictures(
    folder: Path,
    job: BuildJob,
    keys: Mapping[str, Sequence[str]],
    executor: Executor,
    progress: Callable[[int], object],
) -> None:
    wanted: list[Item] = [(dataset, key) for dataset in keys for key in keys[dataset]]
    skipped: dict[Item, str] = {}
    failed: dict[Item, str] = {}
    with Journal(folder, _records(folder)) as journal:
        # From here on the journal holds what the files of a damaged set told.
        (folder / SUMMARY_FILE).unlink(missing_ok=True)
        (folder / MANIFEST_FILE).unlink(missing_ok=True)
        left = [item for item in wanted if item not in journal.records]
        progress(len(wanted) - len(left))
        for outcome in executor.run(job, left):
            item = left[outcome.index]
            if outcome.value is None:
                (skipped if outcome.final else failed)[item] = outcome.error
            elif outcome.value.reason:
                skipped[item] = outcome.value.reason
            else:
                journal.add(_write_picture(folder, item, outcome.value))
            progress(1)
        if failed:
            (_, key), error = next(iter(failed.items()))
            raise SageIQError(
                f'{len(failed)} pictures failed, the first is {key}: {error}; give the command '
                'again, what is done stays done.'
            )
        _finish(folder, wanted, journal.records, skipped)
        journal.remove()


def _records(folder: Path) -> Iterator[Record]:
    """Yield the records of a set whose manifest is whole, though other files are not."""
    try:
        rows = read_manifest(folder)
    except SageIQError:
        return
    for (dataset, key), group in groupby(rows, key=lambda row: (row['dataset'], row['key'])):
        yield {'dataset': dataset, 'key': key, 'rows': list(group)}


def _write_picture(folder: Path, item: Item, built: Any) -> Record:
    for name, data in built.files.items():
        write_file(folder, name, data)
    return {'dataset': item[0], 'key': item[1], 'rows': built.rows}


def _finish(
    folder: Path,
    wanted: Sequence[Item],
    records: Mapping[Item, Record],
    skipped: Mapping[Item, str],
) -> None:
    # In the order asked for, whichever order the workers were done in.
    rows = [row for item in wanted if item in records for row in records[item]['rows']]
    if not rows:
        first = next(iter(skipped.values()), 'there are none')
        raise SageIQError(f'Not one of {len(wanted)} pictures could be used; the first: {first}.')
    part = part_path(folder)
    write_manifest(part, rows)
    move_part(part, folder / MANIFEST_FILE)
    left_out = [
        {'dataset': item[0], 'key': item[1], 'reason': skipped[item]}
        for item in wanted
        if item in skipped
    ]
    summary = {
        'source_pictures': len(wanted),
        'used': len(wanted) - len(left_out),
        'hybrids': len(rows),
        'skipped': left_out,
    }
    text = json.dumps(summary, indent=1) + '\n'
    write_file(folder, SUMMARY_FILE, text.encode(), durable=True)
