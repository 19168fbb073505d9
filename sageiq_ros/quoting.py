# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What somebody gave, quoted in a sentence: one short line, whatever it is."""

from __future__ import annotations

import reprlib

MOST = 200
_MOST_BITS = 1000


class _Short(reprlib.Repr):
    """As reprlib's, which fails where Python refuses to write a number out."""

    def repr_int(self, x: int, level: int) -> str:
        if x.bit_length() > _MOST_BITS:
            return f'a number of {x.bit_length()} bits'
        return super().repr_int(x, level)


_SHORT = _Short()
_SHORT.maxstring = _SHORT.maxother = 160
_SHORT.maxlevel = 3


def quoted(value: object) -> str:
    """Return a value as Python writes it, on one line of at most MOST characters."""
    return shortened(_SHORT.repr(value))


def shortened(text: str) -> str:
    """Return text on one line of at most MOST characters."""
    line = ' '.join(text[: 4 * MOST].split())
    return line if len(line) <= MOST else f'{line[: MOST - 3]}...'
