# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Paths as users write them in parameters and on the command line."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from sageiq_ros.quoting import quoted
from sageiq_ros.types import SageIQError


def user_path(text: str) -> Path:
    """Return the path that a user means, ``~`` being a home folder; it need not be there.

    Raises SageIQError for what cannot be a path: it is too long, or names a user there is not.
    """
    try:
        path = Path(text).expanduser()
        with suppress(FileNotFoundError, NotADirectoryError):
            path.lstat()
    except (OSError, RuntimeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error).rstrip('.')
        raise SageIQError(f'{quoted(text)} cannot be a path here ({reason}).') from error
    return path
