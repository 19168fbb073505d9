# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Image messages: raw of all encodings, JPEG and PNG."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from random import Random
from types import SimpleNamespace

import cv2
import numpy as np

from fuzzing import pictures
from fuzzing.mutators import mutate_bytes
from fuzzing.target import Run, Target
from sageiq_ros.images import decompress, to_bgr

# A raw message as bytes: height, width, step, byte order, place of its encoding, then its data.
_HEAD = struct.Struct('<IIIBB')
# Bytes of a pixel, or of one and a half rows' worth where None.
_ENCODINGS = {
    'bgr8': 3, '8UC3': 3, 'rgb8': 3, 'bgra8': 4, 'rgba8': 4, '8UC4': 4, 'mono8': 1, '8UC1': 1,
    'bgr16': 6, '16UC3': 6, 'rgb16': 6, 'bgra16': 8, '16UC4': 8, 'rgba16': 8, 'mono16': 2,
    '16UC1': 2, 'yuv422': 2, 'uyvy': 2, 'yuv422_yuy2': 2, 'yuyv': 2, 'nv12': None, 'nv21': None,
    **{f'bayer_{pattern}{bits}': bits // 8
       for pattern in ('rggb', 'bggr', 'gbrg', 'grbg') for bits in (8, 16)},
    # Known to ROS and not to us: depth, floats (NaN among them), packed planes, nothing at all.
    '32FC1': 4, '32FC3': 12, '64FC1': 8, '16SC1': 2, '32SC1': 4, 'nv24': 3, 'abstract': 1,
    'BGR8': 3, '': 1,
}  # fmt: skip
_NAMES = tuple(_ENCODINGS)
MOST_MB = 1024
"""A picture of the most pixels that are decoded, with a progressive JPEG's coefficients."""


def raw_message(data: bytes) -> SimpleNamespace:
    """Lay bytes out as the fields of a sensor_msgs/Image."""
    height, width, step, big, encoding = _HEAD.unpack(data[: _HEAD.size].ljust(_HEAD.size, b'\0'))
    return SimpleNamespace(
        height=height,
        width=width,
        step=step,
        is_bigendian=big,
        encoding=_NAMES[encoding % len(_NAMES)],
        data=data[_HEAD.size :],
    )


def _raw(folder: Path) -> tuple[Sequence[bytes], Run]:
    width, height = 8, 6
    seeds = []
    for place, pixel in enumerate(_ENCODINGS.values()):
        for pad, big in ((0, 0), (4, 1)):
            row = width * (pixel or 1) + pad
            rows = height if pixel else height * 3 // 2
            head = _HEAD.pack(height, width, row, big, place)
            # Four bytes of 0xff are a NaN of 32 bits.
            seeds.append(head + bytes(range(64)) + b'\xff' * (row * rows - 64))
    return seeds, _convert_raw


def _convert_raw(data: bytes) -> str:
    message = raw_message(data)
    image = to_bgr(message)
    assert image.shape == (message.height, message.width, 3) and image.dtype == np.uint8
    # What follows reads all of it.
    return f'{message.encoding} {image[-1, -1, -1] >= 0 and int(image.max()) >= 0}'


def _mutate_raw(rng: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Change the numbers of the head more often than the pixels behind it."""
    if rng.random() < 0.3:
        return mutate_bytes(rng, data, others)
    fields = list(_HEAD.unpack(data[: _HEAD.size].ljust(_HEAD.size, b'\0')))
    for _ in range(rng.randint(1, 2)):
        place = rng.randrange(len(fields))
        near = fields[place] + rng.choice((-2, -1, 1, 2, 8))
        value = rng.choice((near, 0, 1, 2, 255, 2**16, 2**31, 2**32 - 1, rng.randrange(64)))
        fields[place] = value % (2**32 if place < 3 else 256)
    body = data[_HEAD.size :]
    if rng.random() < 0.3:
        body = mutate_bytes(rng, body, others)
    return _HEAD.pack(*fields) + body


def _compressed(
    seeds: Sequence[bytes], flags: int | None, folder: Path
) -> tuple[Sequence[bytes], Run]:
    def decode(data: bytes) -> str:
        if flags is None:
            image = to_bgr(SimpleNamespace(format='x', data=data))
            assert image.ndim == 3 and image.shape[2] == 3 and image.dtype == np.uint8
        else:
            image = decompress(data, flags=flags)
        return f'{image.ndim} {image.dtype} {image.size.bit_length()}'

    return seeds, decode


def _mutate_png(rng: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Change a chunk and mend its checksum, without which nothing behind it is looked at."""
    chunks = list(pictures.png_chunks(data))
    if not chunks or rng.random() < 0.3:
        return mutate_bytes(rng, data, others)
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(chunks))
        kind, content = chunks[place]
        action = rng.randrange(4)
        if action == 0:
            borrowed = list(pictures.png_chunks(rng.choice(others)))
            chunks[place:place] = borrowed[: rng.randint(0, 3)]
        elif action == 1 and len(chunks) > 1:
            del chunks[place]
        else:
            chunks[place] = kind, mutate_bytes(rng, content, others)
    return pictures.png_of(chunks)


TARGETS = (
    Target('raw image', _raw, _mutate_raw, 8_000),
    Target(
        'JPEG image',
        lambda folder: _compressed([*pictures.jpegs(), *pictures.bombs()[1:]], None, folder),
        mutate_bytes,
        4_000,
        most_mb=MOST_MB,
    ),
    Target(
        'PNG image',
        lambda folder: _compressed([*pictures.pngs(), pictures.bombs()[0]], None, folder),
        _mutate_png,
        4_000,
        most_mb=MOST_MB,
    ),
    Target(
        'picture file',
        lambda folder: _compressed(
            [
                *pictures.jpegs(),
                *pictures.pngs(),
                *(
                    cv2.imencode(suffix, pictures.scene())[1].tobytes()
                    for suffix in ('.bmp', '.webp', '.tiff', '.ppm')
                ),
            ],
            cv2.IMREAD_UNCHANGED,
            folder,
        ),
        mutate_bytes,
        4_000,
        most_mb=MOST_MB,
    ),
)
