# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Read word vectors of the files that word2vec writes, binary or text (Mikolov et al., 2013).

Both begin with a line of two numbers: how many words there are, and how many values each has.
Binary: a word, a space, the values as little-endian float32, and in some files a line feed.
Text: a line a word, its values as decimals. Only the words asked for are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from sageiq_ros.types import SageIQError

MOST_VALUES, MOST_WORD_BYTES = 10_000, 1000
CHUNK_BYTES = 1 << 20

WordVectors = dict[str, NDArray[np.float32]]


def words_of(text: str) -> list[str]:
    """Split an answer into words: runs of letters, digits and inner apostrophes."""
    return re.findall(r"\w+(?:'\w+)*", text)


def look_up(words: list[str], vectors: WordVectors) -> NDArray[np.float32] | None:
    """Return the vectors (known words, width) of words as written, else in lower case.

    Words that the file lacks are left out; None where it has none of them.
    """
    spelt = (word if word in vectors else word.lower() for word in words)
    found = [vectors[word] for word in spelt if word in vectors]
    return np.stack(found) if found else None


def read_word2vec(path: Path, wanted: Set[str]) -> WordVectors:
    """Read the vectors of the wanted words that a file has; the format is told by its content.

    Raises SageIQError for a file that cannot be read, is cut short or of another format.
    """
    try:
        with path.open('rb') as file:
            count, width = _header(file, path)
            start = file.tell()
            as_text = _is_text(file.readline(MOST_WORD_BYTES + 40 * width), width)
            file.seek(start)
            entries = _text(file, width) if as_text else _binary(file, width)
            return _collect(entries, count, wanted, path)
    except OSError as error:
        raise SageIQError(f'Cannot read {path}: {error.strerror}.') from error


def _header(file: BinaryIO, path: Path) -> tuple[int, int]:
    fields = file.readline(100).split()
    if len(fields) == 2 and all(field.isdigit() for field in fields):
        count, width = (int(field) for field in fields)
        if 0 < width <= MOST_VALUES:
            return count, width
    raise SageIQError(
        f'{path} does not begin with a number of words and of values, as word2vec files do; '
        f'unpack it first if it is packed.'
    )


def _is_text(line: bytes, width: int) -> bool:
    fields = line.split()
    if len(fields) != width + 1:
        return False
    try:
        [float(field) for field in fields[1:]]
    except ValueError:
        return False
    return True


def _collect(
    entries: Iterator[tuple[bytes, NDArray[np.float32]]],
    count: int,
    wanted: Set[str],
    path: Path,
) -> WordVectors:
    keys = {word.encode(): word for word in wanted}
    found: WordVectors = {}
    for place in range(count):
        entry = next(entries, None)
        if entry is None:
            raise SageIQError(f'{path} ends after {place} of {count} words; copy it again.')
        word, values = entry
        if word in keys:
            if not np.isfinite(values).all():
                raise SageIQError(f'{path} has no finite vector for {keys[word]!r}.')
            # A view would keep the whole chunk that was read alive.
            found[keys[word]] = values.copy()
    return found


def _text(file: BinaryIO, width: int) -> Iterator[tuple[bytes, NDArray[np.float32]]]:
    for line in file:
        fields = line.split()
        try:
            values = np.array(fields[1:], np.float32)
        except ValueError:
            return
        if values.shape != (width,):
            return
        yield fields[0], values


def _binary(file: BinaryIO, width: int) -> Iterator[tuple[bytes, NDArray[np.float32]]]:
    size = 4 * width
    buffer, at = b'', 0
    while True:
        space = buffer.find(b' ', at)
        if space < 0 or space + 1 + size > len(buffer):
            more = file.read(CHUNK_BYTES + size)
            if not more or (space < 0 and len(buffer) - at > MOST_WORD_BYTES):
                return
            buffer, at = buffer[at:] + more, 0
            continue
        word = buffer[at:space].lstrip(b'\n')
        yield word, np.frombuffer(buffer, '<f4', width, space + 1)
        at = space + 1 + size
