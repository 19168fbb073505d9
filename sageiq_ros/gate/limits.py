# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What one camera's results are measured against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sageiq_ros.gate.config import GateConfig, same_label


@dataclass(frozen=True, slots=True)
class Limits:
    """Below these a camera is bad; ``hysteresis`` above them it is good.

    ``floors`` holds the least quality of a region by its label, as ``same_label`` writes it.
    """

    score: float
    floors: Mapping[str, float]
    hysteresis: float

    def floor(self, label: str) -> float | None:
        """Return the least quality of a region of this label, None where there is none."""
        return self.floors.get(same_label(label))

    def to_open(self, limit: float) -> float:
        """Return from where the gate opens; 1 at most, so that it can open at all."""
        return min(1.0, limit + self.hysteresis)


def limits_of(config: GateConfig) -> list[Limits]:
    """Return the limits of every camera, in their order."""
    floors = {
        same_label(label): floor
        for label, floor in zip(
            config.floor_labels, _each(config.floor, len(config.floor_labels)), strict=True
        )
        if same_label(label)
    }
    return [
        Limits(score, floors, config.hysteresis)
        for score in _each(config.min_score, len(config.cameras))
    ]


def is_below(value: float, limit: float) -> bool:
    """Compare in the 32 bits of a message, which carries a score of 0.35 as 0.34999999404."""
    return bool(np.float32(value) < np.float32(limit))


def _each(values: tuple[float, ...], count: int) -> tuple[float, ...]:
    return values * count if len(values) == 1 else values
