# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Small valid pictures of every kind that is decoded, and bombs: few bytes that ask for much."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from functools import cache

import cv2
import numpy as np

PNG_START = b'\x89PNG\r\n\x1a\n'
GREY, COLOUR, PALETTE, COLOUR_ALPHA = 0, 2, 3, 6
_EXIF_TURN = bytes.fromhex(
    'ffe1 0022 457869660000 4d4d002a00000008 0001 0112 0003 00000001 00060000 00000000'
)


def scene(channels: int = 3, dtype: type = np.uint8) -> np.ndarray:
    """Return a picture (24, 32, channels) that compresses, yet not to nothing."""
    rows, columns = np.mgrid[:24, :32]
    planes = [(5 * rows + 7 * columns + 40 * channel) % 256 for channel in range(channels)]
    return (np.dstack(planes) * (np.iinfo(dtype).max // 255)).astype(dtype)


def jpegs() -> list[bytes]:
    """Return JPEGs: colour, grey, progressive, with restarts, turned by Exif, and CMYK."""
    colour, progressive, restarting = (
        cv2.imencode('.jpg', scene(), options)[1].tobytes()
        for options in ((), (cv2.IMWRITE_JPEG_PROGRESSIVE, 1), (cv2.IMWRITE_JPEG_RST_INTERVAL, 1))
    )
    grey = cv2.imencode('.jpg', scene(1))[1].tobytes()
    turned = colour[:2] + _EXIF_TURN + colour[2:]
    return [colour, grey, progressive, restarting, turned, four_channel_jpeg()]


def four_channel_jpeg() -> bytes:
    """Return a CMYK JPEG of 8 x 8 pixels, made by hand: every block is two bits."""
    adobe = _segment(0xEE, b'Adobe\0\x64\0\0\0\0\x02')
    quantization = _segment(0xDB, b'\0' + bytes([1] * 64))
    frame = _segment(0xC0, struct.pack('>BHHB', 8, 8, 8, 4) + b'\1\x11\0\2\x11\0\3\x11\0\4\x11\0')
    # One code of one bit, for the value 0: no difference, end of block.
    codes = bytes([1] + [0] * 15) + b'\0'
    tables = _segment(0xC4, b'\x00' + codes + b'\x10' + codes)
    scan = _segment(0xDA, b'\4\1\0\2\0\3\0\4\0\0\x3f\0')
    return b'\xff\xd8' + adobe + quantization + frame + tables + scan + b'\0' + b'\xff\xd9'


def pngs() -> list[bytes]:
    """Return PNGs: colour, grey, of 16 bits, with alpha, with a palette, interlaced, moving."""
    kinds = (scene(), scene(1), scene(4), scene(3, np.uint16), scene(4, np.uint16))
    encoded = [cv2.imencode('.png', picture)[1].tobytes() for picture in kinds]
    palette = [(b'PLTE', bytes(range(48))), (b'tRNS', bytes(16))]
    indices = b''.join(b'\0' + bytes([row % 16] * 8) for row in range(8))
    paletted = png(8, 8, indices, colour=PALETTE, before=palette)
    interlaced = png(1, 1, b'\0\1\2\3', interlaced=1)
    control = struct.pack('>IIIIIHHBB', 0, 8, 8, 0, 0, 1, 10, 0, 0)
    moving = png(
        8,
        8,
        b''.join(b'\0' + bytes(8) for _ in range(8)),
        colour=GREY,
        before=[(b'acTL', struct.pack('>II', 1, 0)), (b'fcTL', control)],
    )
    return [*encoded, paletted, interlaced, moving]


@cache
def bombs() -> tuple[bytes, ...]:
    """Return pictures that ask for far more memory or time than their bytes would."""
    side = 12_000
    packer = zlib.compressobj(1)
    row = bytes(1 + 3 * side)
    packed = b''.join(packer.compress(row) for _ in range(side)) + packer.flush()
    wide_png = _png(_header(side, side, 8, COLOUR, 0), [], packed)
    short = jpegs()[0]
    place = short.index(b'\xff\xc0') + 5
    wide_jpeg = short[:place] + struct.pack('>HH', 16_000, 16_000) + short[place + 4 :]
    blank = np.zeros((2_000, 2_000), np.uint8)
    scans = cv2.imencode('.jpg', blank, (cv2.IMWRITE_JPEG_PROGRESSIVE, 1))[1].tobytes()
    last = scans.rindex(b'\xff\xda')
    return wide_png, wide_jpeg, scans[:-2] + scans[last:-2] * 2_000 + scans[-2:]


def png(
    width: int,
    height: int,
    rows: bytes,
    *,
    depth: int = 8,
    colour: int = COLOUR,
    interlaced: int = 0,
    before: list[tuple[bytes, bytes]] | None = None,
) -> bytes:
    """Build a PNG of rows, each behind its filter byte, and chunks before them."""
    header = _header(width, height, depth, colour, interlaced)
    return _png(header, before or [], zlib.compress(rows))


def png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and content of a PNG's chunks as far as they are whole."""
    place = len(PNG_START)
    while place + 8 <= len(data):
        length = int.from_bytes(data[place : place + 4], 'big')
        yield data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        place += 12 + length


def png_of(chunks: list[tuple[bytes, bytes]]) -> bytes:
    """Build a PNG of chunks with the checksums that they must have."""
    return PNG_START + b''.join(
        struct.pack('>I', len(content))
        + kind
        + content
        + struct.pack('>I', zlib.crc32(kind + content))
        for kind, content in chunks
    )


def _header(width: int, height: int, depth: int, colour: int, interlaced: int) -> bytes:
    return struct.pack('>IIBBBBB', width, height, depth, colour, 0, 0, interlaced)


def _png(header: bytes, before: list[tuple[bytes, bytes]], packed: bytes) -> bytes:
    return png_of([(b'IHDR', header), *before, (b'IDAT', packed), (b'IEND', b'')])


def _segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack('>H', len(content) + 2) + content
