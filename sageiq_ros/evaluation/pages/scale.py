# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Where values lie on an axis, and at which round values the axis has ticks."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from sageiq_ros.evaluation.pages.text import number_text

# What is greater than this, or not a number, has no place in a chart.
GREATEST = 1e100
LEAST_SPAN, LEAST_SHARE = 1e-12, 1e-9
TICKS = 6


@dataclass(frozen=True, slots=True)
class Scale:
    """Hold an axis from its first to its last tick; ``step`` is 1, 2 or 5 times a power of 10."""

    ticks: tuple[float, ...]
    step: float

    @property
    def low(self) -> float:
        return self.ticks[0]

    @property
    def high(self) -> float:
        return self.ticks[-1]

    @property
    def decimals(self) -> int:
        """Return how many decimals tell neighbouring ticks apart."""
        return max(0, -math.floor(math.log10(self.step) + 1e-9))

    def share(self, value: float) -> float:
        """Return where a value lies: 0 at the first tick, 1 at the last."""
        return (value - self.low) / (self.high - self.low)

    def label(self, tick: float) -> str:
        """Write a tick."""
        if self.decimals > 5 or abs(tick) >= 1e6:
            return f'{tick:.3g}'.replace('-', '−')
        return number_text(tick, self.decimals)


def drawable(value: float) -> bool:
    """Say whether a chart can show a value: NaN and the infinite have no place on an axis."""
    return abs(value) < GREATEST


def scale_of(values: Iterable[float], zero: bool = False) -> Scale:
    """Choose the axis that holds all drawable values, and 0 where ``zero`` asks for it."""
    known = [value for value in values if drawable(value)] + [0.0] * zero
    least, most = min(known, default=0.0), max(known, default=1.0)
    span = max(most - least, LEAST_SHARE * max(abs(least), abs(most)), LEAST_SPAN)
    if least == most:
        # A single value gets an axis of its own magnitude, not one of rounding errors.
        span = abs(most) if abs(most) > LEAST_SPAN else 1.0
    exponent = math.floor(math.log10(span / TICKS))
    factor = next(m for m in (1, 2, 5, 10) if m * 10.0**exponent >= span / TICKS * (1 - 1e-9))
    if factor == 10:
        factor, exponent = 1, exponent + 1
    step = factor * 10.0**exponent
    first, last = math.floor(least / step + 1e-6), math.ceil(most / step - 1e-6)
    last = max(last, first + 1)
    # Dividing by a whole number keeps ticks such as 0.3 exact.
    ticks = (
        (n * factor / 10.0**-exponent if exponent < 0 else n * step)
        for n in range(first, last + 1)
    )
    return Scale(tuple(ticks), step)
