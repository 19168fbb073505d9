# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the paper fixes of the training of SageIQ-M and what it leaves open (IV-A 2, IV-B 3)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

REDUCTIONS = ('rescaled', 'cropped')
TEACHERS = ('backbone', 'q-instruct')


@dataclass(frozen=True, slots=True)
class Recipe:
    """Hold the settings of one training; the defaults of ``epochs`` and ``rate`` are the paper's.

    ``batch`` is the number of pictures that each process takes a step. The paper does not give
    it: Adam moves a number by about ``rate`` a step whatever the batch, and alpha and LSQ start
    at 0, so that small steps need to be many.
    ``reductions`` are the ways in which a picture is halved; a picture draws one every epoch.
    """

    epochs: int = 5
    rate: float = 1e-5
    batch: int = 1
    reductions: tuple[str, ...] = REDUCTIONS
    seed: int = 1

    def to_json(self) -> dict[str, Any]:
        """Return the settings as plain values."""
        return {**asdict(self), 'reductions': list(self.reductions)}
