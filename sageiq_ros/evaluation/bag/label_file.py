# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Labels of a drive in a CSV file: a score for a moment, or for a frame."""

from __future__ import annotations

import csv
import math
import re
import reprlib
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from sageiq_ros.evaluation.bag.labels import Labels
from sageiq_ros.quoting import shortened
from sageiq_ros.types import SageIQError

SCORE = 'score'
LARGEST = 2**63 - 1


def read_label_file(path: Path) -> Labels:
    """Read a file of labels; a row whose score is empty is a frame that has none.

    The first line names the columns: ``score``, and what it belongs to, which is the first there
    is of ``name`` ("message 7"), ``frame`` (7), ``stamp_ns`` and ``stamp`` (seconds). Others are
    passed over, so that a results.csv is a file of labels too. Raises SageIQError, naming the
    line.
    """
    try:
        with path.open(newline='', encoding='utf-8-sig') as file:
            reader = csv.reader(file, skipinitialspace=True, strict=True)
            return _read(path, reader)
    except OSError as error:
        raise SageIQError(f'Cannot read the labels {path}: {error.strerror}.') from error
    except UnicodeDecodeError as error:
        raise SageIQError(f'{path} is not a CSV file in UTF-8; save it as one.') from error


def _read(path: Path, reader: Any) -> Labels:
    lines: dict[int, int] = {}
    scores: list[float] = []
    empty = 0
    try:
        heads = [head.strip().lower() for head in next(reader, [])]
        key = next((name for name in KEYS if name in heads), None)
        if key is None or SCORE not in heads:
            raise SageIQError(
                f'{path} must name its columns in the first line: {SCORE} and one of '
                f'{", ".join(KEYS)}, not {shortened(", ".join(heads)) or "nothing"}.'
            )
        places = heads.index(key), heads.index(SCORE)
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            try:
                _check_width(row, heads)
                where, score = (row[place].strip() for place in places)
                value = _score(score)
                if math.isnan(value):
                    empty += 1
                    continue
                number = KEYS[key](where)
                if number in lines:
                    raise ValueError(f'{key} {where} has a label on line {lines[number]} already')
            except ValueError as error:
                raise SageIQError(f'{path}, line {reader.line_num}: {error}.') from None
            lines[number] = reader.line_num
            scores.append(value)
    except csv.Error as error:
        raise SageIQError(f'{path}, line {reader.line_num}: {error}.') from error
    return Labels(str(path), tuple(lines), tuple(scores), key.startswith('stamp'), empty)


def _check_width(row: Sequence[str], heads: Sequence[str]) -> None:
    if len(row) != len(heads):
        hint = '; write decimals with a point, not a comma' if len(row) == len(heads) + 1 else ''
        raise ValueError(f'the line has {len(row)} columns, the first line has {len(heads)}{hint}')


def _score(text: str) -> float:
    """Read a score; what is empty or NaN is none."""
    if not text:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f'the score {reprlib.repr(text)} is not a number') from None
    if math.isinf(value):
        raise ValueError(f'the score {reprlib.repr(text)} is not finite')
    return value


def _integer(text: str) -> int:
    if not re.fullmatch('[0-9]{1,19}', text) or int(text) > LARGEST:
        raise ValueError(
            f'{reprlib.repr(text)} is no whole number of 0 or more that fits in 64 bits'
        )
    return int(text)


def _seconds(text: str) -> int:
    # As a decimal: a float of seconds since 1970 is exact to some hundred nanoseconds only.
    try:
        nanoseconds = Decimal(text) * 1_000_000_000
        fits = 0 <= nanoseconds <= LARGEST
    except ArithmeticError:
        fits = False
    if not fits:
        raise ValueError(f'{reprlib.repr(text)} is not a time in seconds')
    return round(nanoseconds)


def _name(text: str) -> int:
    found = re.fullmatch('message ([0-9]{1,19})', text)
    if not found:
        raise ValueError(
            f'{reprlib.repr(text)} is no frame of a bag; its frames are called message 0, '
            'message 1 and so on'
        )
    return int(found[1])


# By what a label belongs to a frame, the most exact first.
KEYS: dict[str, Callable[[str], int]] = {
    'name': _name,
    'frame': _integer,
    'stamp_ns': _integer,
    'stamp': _seconds,
}
