# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Which pictures have every score, and means over them: a scorer may give a picture none (NaN)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from statistics import fmean

from sageiq_ros.experiments.conditions import Condition
from sageiq_ros.experiments.work import Item, Row


def split_scored(rows: Iterable[Row]) -> tuple[list[Row], list[Item]]:
    """Leave out what has no finite score or label; return the other rows and who was left out.

    A scorer's picture is left out under all conditions if it has no number under one of them, so
    that all are compared on the same pictures. A condition under which no picture of a data set
    has one is left out by itself.
    """
    cells: dict[tuple[str, str, Condition], list[Row]] = {}
    for row in rows:
        cells.setdefault((row.scorer, row.dataset, row.condition), []).append(row)
    some = [cell for cell in cells.values() if any(map(_is_finite, cell))]
    dropped = {_item(row): None for cell in some for row in cell if not _is_finite(row)}
    return [row for cell in some for row in cell if _item(row) not in dropped], list(dropped)


def mean_error(rows: Sequence[Row]) -> float:
    """Return the mean distance of score and label in [0, 1]; NaN without rows."""
    return mean_of(rows, lambda row: abs(row.score - row.label))


def mean_aim(rows: Sequence[Row]) -> float:
    """Return the mean share of weight on clear regions; NaN where no row has one."""
    return mean_of([row for row in rows if not math.isnan(row.aim)], lambda row: row.aim)


def mean_of(rows: Sequence[Row], value: Callable[[Row], float]) -> float:
    """Average a value over rows; NaN without rows."""
    return fmean(map(value, rows)) if rows else math.nan


def _is_finite(row: Row) -> bool:
    return math.isfinite(row.label) and math.isfinite(row.score)


def _item(row: Row) -> Item:
    return Item(row.scorer, row.dataset, row.key)
