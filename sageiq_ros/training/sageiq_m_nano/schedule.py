# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What every training step of SageIQ-M nano shares: learning rate, averages, saved state."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

AVERAGE_DECAY = 0.995


@dataclass(frozen=True, slots=True)
class Schedule:
    """Rise linearly over ``warm_up`` steps to ``peak``, then fall by half a cosine to ``last``."""

    peak: float
    last: float
    warm_up: int

    def rate(self, step: int, steps: int) -> float:
        """Return the learning rate of step 0 .. ``steps`` - 1."""
        if step < self.warm_up:
            return self.peak * (step + 1) / self.warm_up
        share = (step - self.warm_up) / max(1, steps - self.warm_up)
        return self.last + 0.5 * (self.peak - self.last) * (1.0 + math.cos(math.pi * share))


class AveragedParts:
    """Keep running averages of modules' weights, and save and resume both with the optimiser."""

    def __init__(self, parts: Mapping[str, nn.Module], optimiser: torch.optim.Optimizer) -> None:
        self._parts = nn.ModuleDict(parts)
        self._optimiser = optimiser
        self._averages = {k: v.detach().clone() for k, v in self._parts.state_dict().items()}
        self._updates = 0
        self._device = next(self._parts.parameters()).device

    @torch.no_grad()
    def update(self) -> None:
        """Move the averages towards the present weights; early on they follow faster."""
        self._updates += 1
        decay = min(AVERAGE_DECAY, self._updates / (self._updates + 10.0))
        for name, value in self._parts.state_dict().items():
            if value.is_floating_point():
                self._averages[name].lerp_(value, 1.0 - decay)

    def load_averages(self) -> None:
        """Put the averages in the place of the weights."""
        self._parts.load_state_dict(self._averages)

    @contextmanager
    def averages(self) -> Iterator[None]:
        """Use the averages for a while."""
        kept = {name: value.clone() for name, value in self._parts.state_dict().items()}
        self.load_averages()
        try:
            yield
        finally:
            self._parts.load_state_dict(kept)

    def save(self, path: Path, step: int) -> None:
        """Write everything a stopped training needs to go on."""
        state: dict[str, object] = {
            'parts': self._parts.state_dict(),
            'averages': self._averages,
            'optimiser': self._optimiser.state_dict(),
            'updates': self._updates,
            'step': step,
        }
        # Written aside first: a training that is stopped here still finds the previous state.
        partial = path.with_suffix('.partial')
        torch.save(state, partial)
        partial.replace(path)

    def resume(self, path: Path) -> int:
        """Take up the state in ``path``, if there is one; return the steps done."""
        if not path.is_file():
            return 0
        state = torch.load(path, weights_only=True, map_location='cpu')
        self._parts.load_state_dict(state['parts'])
        averages: dict[str, Tensor] = state['averages']
        self._averages = {name: value.to(self._device) for name, value in averages.items()}
        self._optimiser.load_state_dict(state['optimiser'])
        self._updates = int(state['updates'])
        return int(state['step'])
