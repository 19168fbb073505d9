# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Variables in files of MATLAB 5: numbers, text, and cells of them (MathWorks, MAT-File Format).

Not by scipy, which ends the process over some damaged files.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Value: TypeAlias = 'NDArray[np.float64] | str | list[Any]'

_HEADER, _VERSION_7_3 = 128, 0x0200
_MATRIX, _COMPRESSED = 14, 15
_CELL, _CHAR, _NUMBERS = 1, 4, range(6, 16)
# Numpy's types of a number by its kind in the file, which may be smaller than its class.
_TYPES = {
    1: 'i1',
    2: 'u1',
    3: 'i2',
    4: 'u2',
    5: 'i4',
    6: 'u4',
    7: 'f4',
    9: 'f8',
    12: 'i8',
    13: 'u8',
}
_UTF_8, _UTF_16 = (1, 2, 16), (4, 17)
_MOST_BYTES = 1 << 26


def read_variable(path: Path, name: str) -> Value:
    """Return a variable: numbers as one row (n,), text, or a cell's values as a list of these.

    Raises OSError for a file that cannot be read, NotImplementedError for one of MATLAB 7.3, and
    ValueError or struct.error for one that is damaged or lacks the variable.
    """
    data = path.read_bytes()
    if data[126:_HEADER] not in (b'IM', b'MI'):
        raise ValueError('no header of MATLAB 5')
    order = '<' if data[126:_HEADER] == b'IM' else '>'
    if struct.unpack(f'{order}H', data[124:126])[0] == _VERSION_7_3:
        raise NotImplementedError
    for kind, content in _elements(data[_HEADER:], order):
        if kind == _COMPRESSED:
            ((kind, content),) = _elements(_unpacked(content), order)
        if kind == _MATRIX:
            found, value = _matrix(content, order)
            if found == name:
                return value
    raise ValueError(f'no variable {name}')


def _unpacked(content: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        whole = unpacker.decompress(content, _MOST_BYTES)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if unpacker.unconsumed_tail:
        raise ValueError(f'a variable of more than {_MOST_BYTES} bytes')
    return whole


def _elements(data: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    """Yield kind and content of what stands in a row; raises ValueError where it ends early."""
    place = 0
    while place < len(data):
        kind, size = struct.unpack_from(f'{order}II', data, place)
        begin = place + 8
        # Up to four bytes stand in the place of their own size.
        if kind >> 16:
            kind, size, begin = kind & 0xFFFF, kind >> 16, place + 4
        content = data[begin : begin + size]
        if len(content) < size:
            raise ValueError('it ends early')
        yield kind, content
        padding = 0 if kind == _COMPRESSED else -(begin + size) % 8
        place = begin + size + padding


def _matrix(content: bytes, order: str) -> tuple[str, Value]:
    """Return a matrix's name and value."""
    (_, flags), (_, sizes), (_, name), *parts = _elements(content, order)
    kind = struct.unpack_from(f'{order}I', flags)[0] & 0xFF
    count = math.prod(np.frombuffer(sizes, f'{order}i4').tolist())
    value: Value
    if kind == _CELL:
        value = [_matrix(part, order)[1] for kind, part in parts if kind == _MATRIX]
    elif kind == _CHAR:
        value = ''.join(_text(*part, order) for part in parts[:1])
    elif kind in _NUMBERS:
        stored, part = parts[0]
        if stored not in _TYPES:
            raise ValueError(f'numbers of kind {stored}')
        value = np.frombuffer(part, f'{order}{_TYPES[stored]}').astype(np.float64)
    else:
        raise ValueError(f'a matrix of class {kind}')
    if len(value) != count and kind != _CHAR:
        raise ValueError(f'{len(value)} values instead of {count}')
    return name.decode('ascii', 'replace'), value


def _text(kind: int, content: bytes, order: str) -> str:
    if kind in _UTF_8:
        return content.decode('utf-8')
    if kind in _UTF_16:
        return content.decode('utf-16-le' if order == '<' else 'utf-16-be')
    raise ValueError(f'text of kind {kind}')
