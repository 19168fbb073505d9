# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Recordings in mcap that were cut off, read as if they had been finished after the last record.

The index at the end of such a file is missing; it is made here from the records before the cut,
as ``mcap recover`` does, without writing anything. Format: https://mcap.dev/spec.
"""

from __future__ import annotations

import io
import struct
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PosixPath
from typing import Any, BinaryIO

from rosbags.rosbag2.storage_mcap import decompress

MAGIC = b'\x89MCAP0\r\n'
FOOTER, SCHEMA, CHANNEL, MESSAGE, CHUNK, MESSAGE_INDEX, CHUNK_INDEX, DATA_END = (
    0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x0F,
)  # fmt: skip
_RECORD = struct.Struct('<BQ')
_CHUNK = struct.Struct('<QQQII')
_KEY, _SIZE, _TIME = struct.Struct('<H'), struct.Struct('<Q'), struct.Struct('<HIQ')
# Of a message index: opcode and length of the record, its channel and the length of its entries.
_INDEX_HEAD, _INDEX_ENTRY = 15, 16


class RecordingPath(PosixPath):
    """A path whose mcap file, or those in whose folder, open as finished ones."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Open as pathlib does; a file that was cut off has its index at the end."""
        file = super().open(*args, **kwargs)
        return finished(file) if self.suffix == '.mcap' and is_cut_off(self) else file


def is_cut_off(path: Path) -> bool:
    """Tell whether a file begins as mcap does but does not end so."""
    with open(path, 'rb') as file:
        if file.read(len(MAGIC)) != MAGIC:
            return False
        file.seek(max(len(MAGIC), file.seek(0, io.SEEK_END) - len(MAGIC)))
        return file.read() != MAGIC


def finished(file: BinaryIO) -> BinaryIO:
    """Return the file up to its last whole message, with an index and an end."""
    size = last = len(MAGIC)
    file.seek(size)
    for kind, begin, end in _records(file):
        size = end
        if kind == CHUNK:
            last = begin
    # The chunk at the cut, or else the last one, of which a part may only seem to be written.
    rest = _rest(file, size)
    if not rest and (rest := _rest(file, last)):
        size = last
    whole = _Extended(file, size, rest)
    stream = io.BufferedReader(whole)
    definitions, chunks = _survey(stream)
    # Messages outside of chunks have no index: a summary that begins at 0 is none.
    footer = struct.pack('<QQI', size + len(whole.tail) if chunks else 0, 0, 0)
    whole.tail += b''.join([*definitions, *(chunk.index() for chunk in chunks)])
    whole.tail += _record(FOOTER, footer) + MAGIC
    stream.seek(0)
    return stream


class _Extended(io.RawIOBase):
    """The first ``size`` bytes of a file, then ``tail``."""

    def __init__(self, file: BinaryIO, size: int, tail: bytes) -> None:
        self.tail = tail
        self._file, self._size, self._place = file, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        end = self._size + len(self.tail)
        self._place = offset + (0, self._place, end)[whence]
        return self._place

    def readinto(self, buffer: Any) -> int:
        wanted = len(buffer)
        if self._place < self._size:
            self._file.seek(self._place)
            part = self._file.read(min(wanted, self._size - self._place))
        else:
            begin = self._place - self._size
            part = self.tail[begin : begin + wanted]
        buffer[: len(part)] = part
        self._place += len(part)
        return len(part)

    def close(self) -> None:
        self._file.close()
        super().close()


@dataclass(slots=True)
class _Chunk:
    """Where a chunk lies in its file, and how many messages of which channel are in it."""

    begin: int
    end: int
    start_ns: int
    end_ns: int
    size: int
    crc: int
    compression: bytes
    packed_begin: int
    messages: Counter[int]

    def content(self, file: BinaryIO) -> BinaryIO:
        file.seek(self.packed_begin)
        packed = file.read(self.end - self.packed_begin)
        return io.BytesIO(decompress(packed, self.compression.decode(), self.size, self.crc))

    def index(self) -> bytes:
        """Lay out the chunk's index; it refers to message indices of which only sizes matter."""
        place, places = self.end, b''
        for channel, count in self.messages.items():
            places += struct.pack('<HQ', channel, place)
            place += _INDEX_HEAD + _INDEX_ENTRY * count
        return _record(
            CHUNK_INDEX,
            struct.pack('<QQQQ', self.start_ns, self.end_ns, self.begin, self.end - self.begin)
            + struct.pack('<I', len(places))
            + places
            + struct.pack('<Q', place - self.end)
            + struct.pack('<I', len(self.compression))
            + self.compression
            + struct.pack('<QQ', self.end - self.packed_begin, self.size),
        )


def _rest(file: BinaryIO, begin: int) -> bytes:
    """Return a chunk of the whole messages that the uncompressed chunk at a place begins with."""
    file.seek(begin)
    head = file.read(_RECORD.size + _CHUNK.size + _SIZE.size)
    if len(head) < _RECORD.size + _CHUNK.size + _SIZE.size or head[0] != CHUNK:
        return b''
    *_, length, _, name_length = _CHUNK.unpack_from(head, _RECORD.size)
    if name_length:
        return b''
    content = io.BytesIO(file.read(length))
    size, times = 0, []
    for kind, _, end in _records(content):
        size = end
        if kind == MESSAGE:
            times.append(_TIME.unpack(content.read(_TIME.size))[-1])
    if not times:
        return b''
    start = _CHUNK.pack(min(times), max(times), size, 0, 0) + _SIZE.pack(size)
    return _record(CHUNK, start + content.getvalue()[:size])


def _survey(file: BinaryIO) -> tuple[list[bytes], list[_Chunk]]:
    """Collect the definitions of channels, schemas first, and the chunks."""
    known: dict[tuple[int, int], bytes] = {}
    chunks: list[_Chunk] = []
    file.seek(len(MAGIC))
    for kind, begin, end in _records(file):
        if kind == CHUNK:
            chunks.append(_read_chunk(file, begin, end))
        elif kind == MESSAGE_INDEX and chunks:
            (channel,) = _KEY.unpack(file.read(_KEY.size))
            chunks[-1].messages[channel] = (end - begin - _INDEX_HEAD) // _INDEX_ENTRY
        elif kind in (SCHEMA, CHANNEL):
            _keep(known, kind, file, begin, end)
    for chunk in chunks:
        channels = {key for kind, key in known if kind == CHANNEL}
        # Of the message indices of the last chunk some may be lost.
        indexed = bool(chunk.messages) and chunk is not chunks[-1]
        if indexed and channels.issuperset(chunk.messages):
            continue
        chunk.messages.clear()
        with suppress(Exception):
            # Whatever a decompressor meets in space that was reserved but not written.
            content = chunk.content(file)
            for kind, begin, end in _records(content):
                if kind == MESSAGE:
                    chunk.messages.update(_KEY.unpack(content.read(_KEY.size)))
                elif kind in (SCHEMA, CHANNEL):
                    _keep(known, kind, content, begin, end)
    definitions = [record for _, record in sorted(known.items())]
    return definitions, [chunk for chunk in chunks if chunk.messages]


def _records(file: BinaryIO) -> Iterator[tuple[int, int, int]]:
    """Yield kind, begin and end of the whole records from here; the file is at their content."""
    begin = file.tell()
    size = file.seek(0, io.SEEK_END)
    while begin + _RECORD.size <= size:
        file.seek(begin)
        kind, length = _RECORD.unpack(file.read(_RECORD.size))
        end = begin + _RECORD.size + length
        # Zeros are space that was reserved but not written.
        if kind in (0, DATA_END, FOOTER) or end > size:
            return
        yield kind, begin, end
        begin = end


def _read_chunk(file: BinaryIO, begin: int, end: int) -> _Chunk:
    start_ns, end_ns, size, crc, name_length = _CHUNK.unpack(file.read(_CHUNK.size))
    compression = file.read(name_length)
    packed_begin = file.seek(_SIZE.size, io.SEEK_CUR)
    return _Chunk(begin, end, start_ns, end_ns, size, crc, compression, packed_begin, Counter())


def _keep(
    known: dict[tuple[int, int], bytes], kind: int, file: BinaryIO, begin: int, end: int
) -> None:
    file.seek(begin)
    record = file.read(end - begin)
    (key,) = _KEY.unpack_from(record, _RECORD.size)
    known.setdefault((kind, key), record)


def _record(kind: int, content: bytes) -> bytes:
    return _RECORD.pack(kind, len(content)) + content
