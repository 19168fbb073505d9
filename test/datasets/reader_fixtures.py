# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Small data sets in their official layouts, written by the tests of the readers."""

import json
import zlib
from pathlib import Path

import cv2
import numpy as np

WIDTH, HEIGHT = 200, 100


def picture(seed: int = 0, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """Return a picture of noise, another one for each seed."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def write_picture(path: Path, seed: int = 0) -> Path:
    """Write a picture, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), picture(seed))
    return path


def png_of_size(width: int, height: int) -> bytes:
    """Return a PNG whose header says a size of which its data hold nothing."""
    data = bytearray(cv2.imencode('.png', picture())[1].tobytes())
    data[16:24] = width.to_bytes(4, 'big') + height.to_bytes(4, 'big')
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, 'big')
    return bytes(data)


def write_turned(path: Path, orientation: int, seed: int = 0) -> np.ndarray:
    """Write a JPEG whose EXIF tag asks for an orientation; return its pixels as stored."""
    exif = bytes.fromhex('ffe1 0022 457869660000 4d4d002a00000008 0001 0112 0003 00000001')
    data = cv2.imencode('.jpg', picture(seed))[1].tobytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data[:2] + exif + bytes([0, orientation]) + bytes(6) + data[2:])
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


def write_json(path: Path, content: object) -> Path:
    """Write JSON as the official files are, over several lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=4), encoding='utf-8')
    return path


def plain(boxes) -> list[tuple]:
    """Return (label, x1, y1, x2, y2) of annotated boxes."""
    return [(b.label, b.box.x1, b.box.y1, b.box.x2, b.box.y2) for b in boxes]
