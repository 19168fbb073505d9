# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Folders of clean pictures: what lies in them and which pictures are held out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2

from sageiq_ros.images import ImageError, decompress
from sageiq_ros.types import Image, SageIQError

SUFFIXES = ('.jpg', '.jpeg', '.png', '.bmp', '.webp')
HOLD_OUT_EVERY = 4
_WHY = {'truncated': 'ends early', 'size': 'cannot be read as a picture, being empty or too large'}


def list_pictures(folder: Path) -> list[Path]:
    """Return the picture files right inside ``folder`` by name; raises where there are none."""
    if not folder.is_dir():
        raise SageIQError(f'{folder} is not a folder; name one that holds pictures.')
    found = files_among(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES)
    if not found:
        raise SageIQError(f'{folder} holds no picture ({", ".join(SUFFIXES)}).')
    return found


def files_among(paths: Iterable[Path]) -> list[Path]:
    """Return those that are files, in order, without hidden ones as ``._x.jpg`` of macOS."""
    return sorted(path for path in paths if not path.name.startswith('.') and path.is_file())


def read_picture(path: Path, flags: int = cv2.IMREAD_COLOR) -> Image:
    """Read a picture as (height, width, 3) uint8 BGR, or as other OpenCV ``flags`` ask.

    By default it is turned as its EXIF tag says. Raises SageIQError naming a file that is not
    there, may not be read, ends early, is too large or is no picture.
    """
    # Not cv2.imread: it fills what is missing with grey, and a name that is not UTF-8 ends the
    # process there.
    try:
        return decompress(path.read_bytes(), flags=flags)
    except (OSError, ValueError) as error:
        # A name that no file can have is a ValueError.
        reason = error.strerror if isinstance(error, OSError) else error
        raise SageIQError(
            f'{path} cannot be opened ({reason}); put the picture there and allow reading it.'
        ) from error
    except ImageError as error:
        why = _WHY.get(error.kind, 'cannot be read as a picture')
        raise SageIQError(f'{path} {why}; remove or replace it.') from error


def split_pictures(pictures: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Split by picture into (training, held out): every fourth one by name is held out."""
    held_out = list(pictures[HOLD_OUT_EVERY - 1 :: HOLD_OUT_EVERY])
    return [p for p in pictures if p not in held_out], held_out
