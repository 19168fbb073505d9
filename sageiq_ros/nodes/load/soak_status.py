# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What a soak says while it runs."""

from __future__ import annotations

import sys
from typing import Any


class StatusLine:
    """Show the newest sample: one line that is written over on a terminal, else a line each."""

    def __init__(self) -> None:
        self._over = sys.stdout.isatty()

    def show(self, row: dict[str, Any]) -> None:
        """Show a sample."""
        text = describe(row)
        print(
            f'\r\033[K{text}' if self._over else text, end='' if self._over else '\n', flush=True
        )

    def end(self) -> None:
        """Leave the last sample standing."""
        if self._over:
            print()


def describe(row: dict[str, Any]) -> str:
    """Word a sample of a soak."""
    minutes, seconds = divmod(int(row['at_s']), 60)
    age = row['age_ms']
    return (
        f'{minutes // 60:d}:{minutes % 60:02d}:{seconds:02d} {row["condition"]:14} '
        f'{row["results_hz"]:5.1f} results/s, age {age["median"]:.0f} ms (p99 {age["p99"]:.0f}), '
        f'{row["memory_mb"]:.1f} MB ({row["shared_mb"]:.1f} shared), '
        f'{row["cores"]:.2f} processors, {row["threads"]} threads, {row["files"]} files, '
        f'{row["errors"]} errors'
    )
