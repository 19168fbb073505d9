# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Image messages to BGR arrays, without a copy where the encoding allows it.

Encodings are those of ``sensor_msgs/image_encodings.hpp``. What is not in the table here goes to
ROS 2's cv_bridge where that is installed.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sageiq_ros.quoting import quoted, shortened
from sageiq_ros.types import Image, SageIQError

COMPRESSED_TYPE = 'sensor_msgs/msg/CompressedImage'
RAW_TYPE = 'sensor_msgs/msg/Image'


class ImageError(SageIQError):
    """An image message that holds no usable picture; ``kind`` groups equal faults."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


def image_type(topic: str) -> str:
    """Name the message type a topic carries, by image_transport's naming of topics."""
    return COMPRESSED_TYPE if topic.endswith('/compressed') else RAW_TYPE


def to_bgr(message: Any) -> Image:
    """Return the picture of an Image or CompressedImage message as (height, width, 3) uint8 BGR.

    A bgr8 image is a view of the message's own buffer. Raises ImageError for a size of zero, data
    too short for the size, an unknown encoding, compressed data that are neither JPEG nor PNG or
    cannot be decoded, and what ``decompress`` refuses.
    """
    if hasattr(message, 'format'):
        return _from_compressed(message)
    return _from_raw(message)


def _from_compressed(message: Any) -> Image:
    # OpenCV knows more formats, whose decoders nobody on the network needs to reach.
    start = bytes(message.data[: len(_PNG_START)])
    if start and not start.startswith((_JPEG_START, _PNG_START)):
        raise _undecodable(message.format)
    return decompress(message.data, message.format)


def _from_raw(message: Any) -> Image:
    height, width, encoding = message.height, message.width, message.encoding
    if height == 0 or width == 0:
        raise ImageError(
            'size', f'The image is {width}x{height} pixels; nothing can be seen in it.'
        )
    if encoding in _PLANAR:
        return _from_planar(message, _PLANAR[encoding])
    if encoding not in _PACKED:
        return _from_cv_bridge(message)
    channels, dtype, convert = _PACKED[encoding]
    pixel = channels * dtype.itemsize
    _check_length(message, pixel * width, height)
    if encoding.startswith(('bayer', 'yuv', 'yuyv', 'uyvy')):
        _check_even(message, rows=encoding.startswith('bayer'))
    if message.is_bigendian:
        dtype = dtype.newbyteorder('>')
    pixels: NDArray[Any] = np.ndarray(
        (height, width, channels),
        dtype,
        _bytes(message.data).data,
        strides=(message.step, pixel, dtype.itemsize),
    )
    return convert(_to_eight_bits(pixels) if dtype.itemsize == 2 else pixels)


def _from_planar(message: Any, code: int) -> Image:
    height, width, step = message.height, message.width, message.step
    rows = height * 3 // 2
    _check_even(message, rows=True)
    _check_length(message, width, rows)
    planes = _bytes(message.data)[: rows * step].reshape(rows, step)[:, :width]
    return cv2.cvtColor(planes, code)


def _bytes(data: Any) -> NDArray[np.uint8]:
    return np.frombuffer(data, np.uint8)


def _check_length(message: Any, row: int, rows: int) -> None:
    """Refuse a step shorter than a row, and data shorter than the rows (the last one unpadded)."""
    step, length = message.step, len(message.data)
    if step < row:
        raise ImageError(
            'step',
            f'A row of {message.width} pixels in {message.encoding} takes {row} bytes, but the '
            f'step is {step}.',
        )
    needed = step * rows
    if length < needed:
        raise ImageError(
            'truncated',
            f'The image of {message.width}x{message.height} pixels in {message.encoding} takes '
            f'{needed} bytes, but the message holds {length}.',
        )


def _check_even(message: Any, *, rows: bool) -> None:
    if message.width % 2 or (rows and message.height % 2):
        raise ImageError(
            'size',
            f'{message.encoding} needs an even size, not {message.width}x{message.height}.',
        )


def _to_eight_bits(pixels: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Scale the full range of 16 bits to that of 8, as cv_bridge does."""
    native = np.ascontiguousarray(pixels, np.uint16)
    return cv2.convertScaleAbs(native, alpha=255 / 65535).reshape(pixels.shape)


def _as_is(pixels: Image) -> Image:
    return pixels


def _by(code: int) -> Callable[[NDArray[np.uint8]], Image]:
    return lambda pixels: cv2.cvtColor(pixels, code)


_U8, _U16 = np.dtype(np.uint8), np.dtype(np.uint16)
_GRAY = _by(cv2.COLOR_GRAY2BGR)
_UYVY, _YUYV = _by(cv2.COLOR_YUV2BGR_UYVY), _by(cv2.COLOR_YUV2BGR_YUY2)
# OpenCV names a Bayer pattern by its second row's second and third pixel, ROS by its first four.
_BAYER = {
    'rggb': _by(cv2.COLOR_BayerBG2BGR),
    'bggr': _by(cv2.COLOR_BayerRG2BGR),
    'gbrg': _by(cv2.COLOR_BayerGR2BGR),
    'grbg': _by(cv2.COLOR_BayerGB2BGR),
}
# Encoding -> channels, type of a sample, conversion of (height, width, channels) to BGR.
_PACKED: dict[str, tuple[int, np.dtype[Any], Callable[[NDArray[np.uint8]], Image]]] = {
    'bgr8': (3, _U8, _as_is),
    '8UC3': (3, _U8, _as_is),
    'rgb8': (3, _U8, _by(cv2.COLOR_RGB2BGR)),
    'bgra8': (4, _U8, _by(cv2.COLOR_BGRA2BGR)),
    'rgba8': (4, _U8, _by(cv2.COLOR_RGBA2BGR)),
    'mono8': (1, _U8, _GRAY),
    '8UC1': (1, _U8, _GRAY),
    '8UC4': (4, _U8, _by(cv2.COLOR_BGRA2BGR)),
    'bgr16': (3, _U16, _as_is),
    '16UC3': (3, _U16, _as_is),
    'rgb16': (3, _U16, _by(cv2.COLOR_RGB2BGR)),
    'bgra16': (4, _U16, _by(cv2.COLOR_BGRA2BGR)),
    '16UC4': (4, _U16, _by(cv2.COLOR_BGRA2BGR)),
    'rgba16': (4, _U16, _by(cv2.COLOR_RGBA2BGR)),
    'mono16': (1, _U16, _GRAY),
    '16UC1': (1, _U16, _GRAY),
    'yuv422': (2, _U8, _UYVY),
    'uyvy': (2, _U8, _UYVY),
    'yuv422_yuy2': (2, _U8, _YUYV),
    'yuyv': (2, _U8, _YUYV),
    **{f'bayer_{pattern}8': (1, _U8, convert) for pattern, convert in _BAYER.items()},
    **{f'bayer_{pattern}16': (1, _U16, convert) for pattern, convert in _BAYER.items()},
}
_PLANAR = {'nv12': cv2.COLOR_YUV2BGR_NV12, 'nv21': cv2.COLOR_YUV2BGR_NV21}


def _from_cv_bridge(message: Any) -> Image:
    try:
        from cv_bridge import CvBridge
    except ImportError:
        raise ImageError(
            'encoding',
            f'The encoding {quoted(message.encoding)} is not known; known are '
            f'{", ".join((*_PACKED, *_PLANAR))}.',
        ) from None
    try:
        return np.ascontiguousarray(CvBridge().imgmsg_to_cv2(message, 'bgr8'), np.uint8)
    except Exception as error:
        raise ImageError(
            'encoding',
            f'cv_bridge cannot convert the encoding {quoted(message.encoding)}: '
            f'{shortened(str(error))}.',
        ) from error


_JPEG_START, _JPEG_SCAN, _JPEG_END = b'\xff\xd8', 0xDA, 0xD9
# A marker that begins a segment of a JPEG; zeros and restarts stand within its scans.
_JPEG_MARKER = re.compile(rb'\xff([^\x00\x01\xd0-\xd7\xff])')
_JPEG_FRAMES = (*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0))
_PNG_START, _PNG_END = b'\x89PNG\r\n\x1a\n', b'IEND'
AS_STORED = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION

MOST_PIXELS = 1 << 26
"""Pixels of a JPEG or PNG that is decoded; a few bytes may claim to be many more."""

MOST_WORK = 1 << 31
"""Pixels times scans of a JPEG: every scan of a progressive one goes over all of them again."""


def decompress(data: Sequence[int], form: str = '', flags: int = AS_STORED) -> Image:
    """Decode JPEG or PNG bytes to (height, width, 3) uint8 BGR, or as other OpenCV ``flags`` ask.

    ``form`` is the message's own word for its format and only names it in errors. By default the
    picture's rows and columns stay as encoded, whatever orientation its metadata ask for, so
    that boxes are pixels of the image the camera sent. Raises ImageError, also for data cut
    short, as OpenCV would fill the missing part with grey, and for a JPEG or PNG of more than
    MOST_PIXELS or MOST_WORK.
    """
    packed = _bytes(data)
    if not packed.size:
        raise ImageError('size', 'The compressed image holds no data.')
    content = packed.tobytes()
    ends = True
    if content.startswith(_JPEG_START):
        ends = _check_jpeg(content)
    elif content.startswith(_PNG_START):
        ends = _check_png(content)
    if not ends:
        raise ImageError(
            'truncated', f'The compressed image ends early, after {packed.size} bytes.'
        )
    try:
        image = cv2.imdecode(packed, flags)
    except cv2.error as error:
        raise _undecodable(form, f': {error.err}') from error
    if image is None:
        raise _undecodable(form)
    return image


def _undecodable(form: str, reason: str = '') -> ImageError:
    return ImageError(
        'undecodable',
        f'The compressed image of format {quoted(form)} is neither JPEG nor PNG that can be '
        f'decoded{reason}.',
    )


def _check_work(width: int, height: int, scans: int) -> None:
    pixels = width * height
    if pixels > MOST_PIXELS:
        raise ImageError(
            'size',
            f'The compressed image claims to be {width}x{height} pixels; no more than '
            f'{MOST_PIXELS} are decoded.',
        )
    if pixels * scans > MOST_WORK:
        raise ImageError(
            'size',
            f'The compressed image of {width}x{height} pixels has {scans} scans or more; decoding '
            f'it would take too long.',
        )


def _check_jpeg(data: bytes) -> bool:
    """Check size and scans of a JPEG; return whether it has its end.

    Cameras and phones write more behind it, and a small JPEG with its own end into its headers:
    so it is gone through from marker to marker, as libjpeg does.
    """
    width = height = scans = 0
    place = len(_JPEG_START)
    while found := _JPEG_MARKER.search(data, place):
        marker, place = found[1][0], found.end()
        if marker == _JPEG_END:
            break
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack('>HH', data[place + 3 : place + 7].ljust(4, b'\0'))
        scans += marker == _JPEG_SCAN
        _check_work(width, height, scans)
        place += max(2, int.from_bytes(data[place : place + 2], 'big'))
    return found is not None


def _check_png(data: bytes) -> bool:
    """Check the size of a PNG; return whether its chunks are whole, up to the last one."""
    _check_work(*struct.unpack('>II', data[16:24].ljust(8, b'\0')), 1)
    place = len(_PNG_START)
    while place < len(data):
        # OpenCV takes memory for whatever length a chunk claims.
        kind = data[place + 4 : place + 8]
        place += 12 + int.from_bytes(data[place : place + 4], 'big')
        if kind == _PNG_END:
            return place <= len(data)
    return False
