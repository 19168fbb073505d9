# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Folders of clean pictures: what lies in them and which pictures are held out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2

from sageiq_ros.types import Image, SageIQError

SUFFIXES = ('.jpg', '.jpeg', '.png', '.bmp', '.webp')
HOLD_OUT_EVERY = 4


def list_pictures(folder: Path) -> list[Path]:
    """Return the picture files right inside ``folder`` by name; raises where there are none."""
    if not folder.is_dir():
        raise SageIQError(f'{folder} is not a folder; name one that holds pictures.')
    found = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES)
    if not found:
        raise SageIQError(f'{folder} holds no picture ({", ".join(SUFFIXES)}).')
    return found


def read_picture(path: Path) -> Image:
    """Read a picture as uint8 BGR; raises SageIQError naming a file that cannot be read."""
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise SageIQError(f'{path} cannot be read as a picture; remove or replace it.')
    return image


def split_pictures(pictures: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Split by picture into (training, held out): every fourth one by name is held out."""
    held_out = list(pictures[HOLD_OUT_EVERY - 1 :: HOLD_OUT_EVERY])
    return [p for p in pictures if p not in held_out], held_out
