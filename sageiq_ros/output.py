# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Files that commands write their results to."""

from __future__ import annotations

import os
from pathlib import Path

from sageiq_ros.types import SageIQError


def check_writable(path: Path | None) -> None:
    """Make sure, before work that takes long, that a file can be written; None is no file.

    Leaves nothing behind. Raises SageIQError with the reason.
    """
    if path is None:
        return
    existed = path.exists()
    try:
        with path.open('ab'):
            pass
    except OSError as error:
        raise SageIQError(f'Cannot write {path}: {error.strerror}.') from error
    if not existed:
        # Of a link that leads nowhere the file is what was made, and the link is the user's.
        path.resolve().unlink()


def check_out(out: Path) -> None:
    """Make the output folder; raises SageIQError where nothing could be written into it."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SageIQError(f'{out} cannot be made a folder ({error.strerror}).') from error
    if not os.access(out, os.W_OK):
        raise SageIQError(f'The folder {out} cannot be written to; name another with --out.')
