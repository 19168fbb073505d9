# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A few of many, spread evenly, the same few in every experiment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from sageiq_ros.types import SageIQError

Item = TypeVar('Item')


def evenly(items: Sequence[Item], most: int | None) -> list[Item]:
    """Return at most ``most`` items from the first to the last, in their order; None is all.

    Raises SageIQError where ``most`` is less than 1.
    """
    if most is not None and most < 1:
        raise SageIQError(f'Take at least 1 picture, not {most}.')
    if most is None or most >= len(items):
        return list(items)
    return [items[place] for place in np.linspace(0, len(items) - 1, most).round().astype(int)]
