# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The folder of a SageIQ-D: one writer at a time, and files that are whole or not there."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sageiq_ros.types import SageIQError

PARTS = '.parts'
"""What is being written lies here, beside everything that a set can hold."""


@contextmanager
def sole_writer(folder: Path) -> Iterator[None]:
    """Make a folder and keep other builders out of it; leaves no trace in it.

    Raises SageIQError where it cannot be made or another builder is at work.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise SageIQError(f'Cannot use {folder}: {error.strerror}.') from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SageIQError(
                f'Another build is at work in {folder}; wait for it or name another folder.'
            ) from error
        shutil.rmtree(folder / PARTS, ignore_errors=True)
        yield
        shutil.rmtree(folder / PARTS, ignore_errors=True)
    finally:
        os.close(handle)


def write_file(folder: Path, name: str, data: bytes, *, durable: bool = False) -> None:
    """Write a file of the set; ``durable`` ones are on disk when this returns."""
    part = part_path(folder)
    with part.open('wb') as file:
        file.write(data)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    move_part(part, folder / name)


def part_path(folder: Path) -> Path:
    """Return where to write something before it is moved to its place."""
    parts = folder / PARTS
    parts.mkdir(exist_ok=True)
    return parts / 'part'


def move_part(part: Path, path: Path) -> None:
    """Move what is whole to its place in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part.replace(path)


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, empty where it is not there."""
    if not path.is_file():
        return ''
    return hashlib.sha256(path.read_bytes()).hexdigest()
