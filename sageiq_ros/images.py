# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Image messages to BGR arrays, without a copy where the encoding allows it.

Encodings are those of ``sensor_msgs/image_encodings.hpp``. What is not in the table here goes to
ROS 2's cv_bridge where that is installed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

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
    too short for the size, an unknown encoding and data that cannot be decoded.
    """
    if hasattr(message, 'format'):
        return decompress(message.data, message.format)
    return _from_raw(message)


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
            f'The encoding {message.encoding!r} is not known; known are '
            f'{", ".join((*_PACKED, *_PLANAR))}.',
        ) from None
    try:
        return np.ascontiguousarray(CvBridge().imgmsg_to_cv2(message, 'bgr8'), np.uint8)
    except Exception as error:
        raise ImageError(
            'encoding',
            f'cv_bridge cannot convert the encoding {message.encoding!r}: {error}.',
        ) from error


_JPEG_START, _JPEG_SCAN, _JPEG_END = b'\xff\xd8', b'\xff\xda', b'\xff\xd9'
_PNG_START, _PNG_END = b'\x89PNG\r\n\x1a\n', b'IEND\xaeB`\x82'
AS_STORED = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION


def decompress(data: Sequence[int], form: str = '', flags: int = AS_STORED) -> Image:
    """Decode JPEG or PNG bytes to (height, width, 3) uint8 BGR, or as other OpenCV ``flags`` ask.

    ``form`` is the message's own word for its format and only names it in errors. By default the
    picture's rows and columns stay as encoded, whatever orientation its metadata ask for, so
    that boxes are pixels of the image the camera sent. Raises ImageError, also for data cut
    short: OpenCV would fill the missing part with grey.
    """
    packed = _bytes(data)
    if not packed.size:
        raise ImageError('size', 'The compressed image holds no data.')
    if _ends_early(packed.tobytes()):
        raise ImageError(
            'truncated', f'The compressed image ends early, after {packed.size} bytes.'
        )
    try:
        image = cv2.imdecode(packed, flags)
    except cv2.error as error:
        image, reason = None, f': {error.err}'
    else:
        reason = ''
    if image is None:
        raise ImageError(
            'undecodable',
            f'The compressed image of format {form!r} is neither JPEG nor PNG that can be '
            f'decoded{reason}.',
        )
    return image


def _ends_early(data: bytes) -> bool:
    """Tell whether a JPEG or PNG lacks its end, behind which cameras and phones write more."""
    if data.startswith(_PNG_START):
        return _PNG_END not in data
    return data.startswith(_JPEG_START) and data.rfind(_JPEG_END, _first_scan(data)) < 0


def _first_scan(data: bytes) -> int:
    """Return where a JPEG's headers end, one of which may hold a small JPEG with its own end."""
    place = len(_JPEG_START)
    while data[place : place + 1] == b'\xff' and not data.startswith(_JPEG_SCAN, place):
        # A marker may be filled up with further bytes 0xff; else its length follows it.
        filled = data.startswith(b'\xff\xff', place)
        place += 1 if filled else 2 + int.from_bytes(data[place + 2 : place + 4], 'big')
    return place
