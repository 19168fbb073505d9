# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Compressed images that would cost far more than their bytes are refused before they do."""

import struct
import zlib
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from sageiq_ros.images import ImageError, to_bgr


def encoded(extension):
    gradient = np.arange(12 * 16 * 3, dtype=np.uint8).reshape(12, 16, 3)
    return cv2.imencode(extension, gradient)[1].tobytes()


def resized(extension, width, height):
    """Return compressed data of a small picture whose header claims another size."""
    data = encoded(extension)
    if extension == '.png':
        header = b'IHDR' + struct.pack('>II', width, height) + data[24:29]
        return data[:12] + header + struct.pack('>I', zlib.crc32(header)) + data[33:]
    place = data.index(b'\xff\xc0') + 5
    return data[:place] + struct.pack('>HH', height, width) + data[place + 4 :]


@pytest.mark.parametrize('extension', ['.jpg', '.png'])
def test_a_few_bytes_that_claim_a_vast_picture_are_refused_unread(extension, monkeypatch):
    monkeypatch.setattr(cv2, 'imdecode', None)
    vast = SimpleNamespace(format='x', data=resized(extension, 9000, 9000))
    with pytest.raises(
        ImageError, match='claims to be 9000x9000 pixels; no more than 67108864 '
    ) as error:
        to_bgr(vast)
    assert error.value.kind == 'size'


def test_a_size_behind_bytes_that_libjpeg_passes_over_is_seen(monkeypatch):
    monkeypatch.setattr(cv2, 'imdecode', None)
    data = resized('.jpg', 9000, 9000)
    hidden = data[:2] + b'\0\0no marker\xff\0' + data[2:]
    with pytest.raises(ImageError, match='claims to be 9000x9000'):
        to_bgr(SimpleNamespace(format='x', data=hidden))


def test_a_jpeg_of_endless_scans_is_refused_unread(monkeypatch):
    big = np.zeros((2000, 2000), np.uint8)
    data = cv2.imencode('.jpg', big, (cv2.IMWRITE_JPEG_PROGRESSIVE, 1))[1].tobytes()
    to_bgr(SimpleNamespace(format='x', data=data))
    last = data[data.rindex(b'\xff\xda') : -2]
    monkeypatch.setattr(cv2, 'imdecode', None)
    with pytest.raises(ImageError, match='2000x2000 pixels has 537 scans or more') as caught:
        to_bgr(SimpleNamespace(format='x', data=data[:-2] + last * 1000 + data[-2:]))
    assert caught.value.kind == 'size'


def test_a_png_whose_chunk_claims_more_than_there_is_is_refused_unread(monkeypatch):
    data = encoded('.png')
    place = data.index(b'IDAT') - 4
    monkeypatch.setattr(cv2, 'imdecode', None)
    longer = data[:place] + b'\x7f' + data[place + 1 :]
    with pytest.raises(ImageError) as caught:
        to_bgr(SimpleNamespace(format='png', data=longer))
    assert caught.value.kind == 'truncated'


@pytest.mark.parametrize('extension', ['.bmp', '.webp', '.tiff'])
def test_a_message_of_another_format_is_refused_though_opencv_knows_it(extension):
    with pytest.raises(ImageError, match="of format 'x' is neither JPEG nor PNG") as caught:
        to_bgr(SimpleNamespace(format='x', data=encoded(extension)))
    assert caught.value.kind == 'undecodable'
