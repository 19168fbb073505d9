# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The table of a SageIQ-D: one row a hybrid picture, as Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sageiq_ros.sageiq_d.files import file_digest
from sageiq_ros.types import SageIQError

MANIFEST_FILE = 'manifest.parquet'


def write_manifest(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write the rows of a set in their order; equal rows give equal bytes.

    A row has file, bytes, sha256 (of the file), dataset, key, source_sha256 (of the source's
    decoded BGR pixels), degradation, parameters (JSON), seed, width and height in pixels, scorer,
    label in [0, 1] (the mean of the regions' scores) and regions: label, score in [0, 1] and
    pixels x, y, width, height.
    """
    pa, parquet = need_pyarrow()
    region = pa.struct(
        [
            ('label', pa.string()),
            ('score', pa.float64()),
            *((name, pa.int32()) for name in ('x', 'y', 'width', 'height')),
        ]
    )
    schema = pa.schema(
        [
            ('file', pa.string()),
            ('bytes', pa.int64()),
            ('sha256', pa.string()),
            ('dataset', pa.string()),
            ('key', pa.string()),
            ('source_sha256', pa.string()),
            ('degradation', pa.string()),
            ('parameters', pa.string()),
            ('seed', pa.int64()),
            ('width', pa.int32()),
            ('height', pa.int32()),
            ('scorer', pa.string()),
            ('label', pa.float64()),
            ('regions', pa.list_(region)),
        ]
    )
    parquet.write_table(pa.Table.from_pylist(list(rows), schema=schema), path, compression='zstd')


def read_manifest(folder: Path) -> list[dict[str, Any]]:
    """Read the rows of the set in ``folder``; raises SageIQError where there is no whole one."""
    _, parquet = need_pyarrow()
    path = folder / MANIFEST_FILE
    if not path.is_file():
        raise SageIQError(
            f'{folder} holds no {MANIFEST_FILE}; name a finished SageIQ-D, or finish it with '
            '"sageiq dataset build".'
        )
    try:
        return parquet.read_table(path).to_pylist()
    except Exception as error:  # A damaged file raises whatever its bytes lead to.
        raise SageIQError(
            f'{path} is damaged ({type(error).__name__}); build the set again.'
        ) from error


def faults(folder: Path, rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Check every picture of a set against its checksum; yields a sentence for each fault."""
    for row in rows:
        path = folder / row['file']
        if not path.is_file():
            yield f'{row["file"]} is missing.'
        elif file_digest(path) != row['sha256']:
            yield f'{row["file"]} is not what was built (SHA-256 differs).'


def need_pyarrow() -> tuple[Any, Any]:
    """Return pyarrow and its module parquet; raises SageIQError where it is missing."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise SageIQError(
            "SageIQ-D's table needs pyarrow; run 'pip install -r requirements/experiments.txt'."
        ) from error
    return pyarrow, parquet
