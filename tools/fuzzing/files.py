# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Inputs that are files: each is written before it is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from fuzzing.target import Run


def in_file(
    name: str, seeds: Sequence[bytes], read: Callable[[Path], object]
) -> Callable[[Path], tuple[Sequence[bytes], Run]]:
    """Return a target's ``make`` for what reads one file."""

    def make(folder: Path) -> tuple[Sequence[bytes], Run]:
        path = folder / name

        def run(data: bytes) -> object:
            path.write_bytes(data)
            return read(path)

        return seeds, run

    return make
