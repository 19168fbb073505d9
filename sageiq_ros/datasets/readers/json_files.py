# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Annotations in JSON: files, lists of objects and boxes, each checked before it is used."""

from __future__ import annotations

import json
import math
from collections.abc import Collection
from pathlib import Path
from typing import Any

from sageiq_ros.quoting import quoted
from sageiq_ros.types import Box, Image, SageIQError


def read_json(path: Path, used: Collection[str] | None = None) -> dict[str, Any]:
    """Read a file whose content is one JSON object.

    Of its objects only the values ``used`` are kept, None for all: the rest may be most of it.
    Raises SageIQError naming the file, and the line where it stops being JSON.
    """

    def keep(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return {key: value for key, value in pairs if used is None or key in used}

    try:
        content = json.loads(path.read_text(encoding='utf-8-sig'), object_pairs_hook=keep)
    except json.JSONDecodeError as error:
        raise SageIQError(
            f'Line {error.lineno} of {path} is not JSON ({error.msg}); unpack or write it again.'
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise SageIQError(
            f'{path} cannot be read as JSON ({type(error).__name__}); unpack or write it again.'
        ) from error
    if not isinstance(content, dict):
        raise SageIQError(f'{path} holds no JSON object; unpack or write it again.')
    return content


def objects_of(content: dict[str, Any], name: str, path: Path) -> list[dict[str, Any]]:
    """Return the list of objects that ``content`` has under ``name``; raises SageIQError."""
    items = content.get(name)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise SageIQError(
            f'{path} has no list of objects called "{name}"; unpack or write it again.'
        )
    return items


def finite(values: object, count: int) -> tuple[float, ...] | None:
    """Return a JSON list of ``count`` numbers as floats, or None where it is anything else."""
    if not isinstance(values, list) or len(values) != count:
        return None
    if not all(isinstance(value, int | float) and abs(value) < math.inf for value in values):
        return None
    try:
        return tuple(float(value) for value in values)
    except OverflowError:
        return None


def xywh_box(values: object) -> Box | None:
    """Return the box of a JSON list x, y, width, height in pixels, or None where it is none."""
    numbers = finite(values, 4)
    if numbers is None or min(numbers[2:]) < 0.0:
        return None
    x, y, width, height = numbers
    return Box(x, y, x + width, y + height)


def check_size(image: Image, width: object, height: object, picture: Path, notes: Path) -> None:
    """Raise SageIQError where annotations were made on a picture of another size."""
    tall, wide = image.shape[:2]
    if (width, height) != (wide, tall):
        raise SageIQError(
            f'{picture} has {wide} x {tall} pixels but {notes} says '
            f'{quoted(width)} x {quoted(height)}; use the '
            'pictures that were annotated.'
        )
