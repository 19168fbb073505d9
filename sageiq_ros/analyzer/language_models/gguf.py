# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""How long a GGUF file has to be, by its own header; libraries crash over one that is cut off.

The layout is that of ggml's ``docs/gguf.md``: counts, key-value pairs, tensor descriptions, data.
"""

from __future__ import annotations

import mmap
import struct
from math import prod
from pathlib import Path

MAGIC = b'GGUF'
_VERSIONS = (2, 3)
_STRING, _ARRAY = 8, 9
_MOST_DIMENSIONS, _MOST_VALUES = 4, 4_000_000
_SCALAR_BYTES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
# Type of a tensor: bytes of a block, and values in it. Of other types the least is taken.
_BLOCKS = {
    0: (4, 1),
    1: (2, 1),
    2: (18, 32),
    3: (20, 32),
    6: (22, 32),
    7: (24, 32),
    8: (34, 32),
    10: (84, 256),
    11: (110, 256),
    12: (144, 256),
    13: (176, 256),
    14: (210, 256),
    30: (2, 1),
}


def needed_bytes(path: Path) -> int:
    """Return the least size of a GGUF file; raises ValueError for a header that cannot be one."""
    with (
        path.open('rb') as stream,
        mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        try:
            return _Header(data).end()
        except (struct.error, KeyError, ArithmeticError, RecursionError) as error:
            raise ValueError('the header is not whole') from error


class _Header:
    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._place = len(MAGIC)

    def end(self) -> int:
        (version,) = self._read('<I')
        if version not in _VERSIONS:
            raise ValueError(f'version {version}')
        tensors, pairs = self._read('<QQ')
        alignment = 32
        for _ in range(pairs):
            name = self._string()
            (kind,) = self._read('<I')
            if name == b'general.alignment' and kind == 4:
                (alignment,) = self._read('<I')
            else:
                self._skip(kind)
        last, size = 0, 0
        for _ in range(tensors):
            self._string()
            (dimensions,) = self._read('<I')
            if dimensions > _MOST_DIMENSIONS:
                raise ValueError(f'a tensor of {dimensions} dimensions')
            shape = self._read(f'<{dimensions}Q')
            kind, offset = self._read('<IQ')
            if offset >= last:
                block, values = _BLOCKS.get(kind, (1, 256))
                last, size = offset, prod(shape) // values * block
        start = -(-self._place // alignment) * alignment if tensors else self._place
        return start + last + size

    def _skip(self, kind: int) -> None:
        if kind == _STRING:
            self._string()
        elif kind == _ARRAY:
            inner, count = self._read('<IQ')
            if count > _MOST_VALUES:
                raise ValueError(f'an array of {count} values')
            if inner in _SCALAR_BYTES:
                self._place += count * _SCALAR_BYTES[inner]
            else:
                for _ in range(count):
                    self._skip(inner)
        else:
            self._place += _SCALAR_BYTES[kind]

    def _string(self) -> bytes:
        (length,) = self._read('<Q')
        text = self._data[self._place : self._place + min(length, 64)]
        self._place += length
        return text

    def _read(self, form: str) -> tuple[int, ...]:
        found = struct.unpack_from(form, self._data, self._place)
        self._place += struct.calcsize(form)
        return found
