# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What a soak puts the node through, in rotation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PHASE_S = 30.0
PHASES_AT_LEAST = 40
BURST = 15
BROKEN_EVERY = 20


@dataclass(frozen=True, slots=True)
class Condition:
    """Describe a phase: ``burst`` and ``broken_every`` are those of a Load.

    ``stops`` takes one camera away for the phase, ``overlay`` has somebody look at the overlay.
    """

    name: str
    burst: int = 1
    broken_every: int = 0
    stops: bool = False
    overlay: bool = False


STEADY = Condition('steady')
BURSTS = Condition('bursts', burst=BURST)
STOPPED = Condition('a camera stops', stops=True)
BROKEN = Condition('broken frames', broken_every=BROKEN_EVERY)
OVERLAY = Condition('overlay', overlay=True)
# Between two disturbances the node may settle, and the camera that stopped returns.
CYCLE = (STEADY, BURSTS, STEADY, STOPPED, STEADY, BROKEN, STEADY, OVERLAY)

# Set one a minute, each back to what it was before the next.
PARAMETERS: tuple[tuple[str, float | int], ...] = (
    ('scorer.good', 0.7),
    ('scorer.good', 0.6),
    ('scene_graph.entity_threshold', 0.4),
    ('scene_graph.entity_threshold', 0.3),
    ('analyzer.max_triplets', 3),
    ('analyzer.max_triplets', 5),
)


@dataclass(frozen=True, slots=True)
class Phase:
    """Place a condition in a soak: which cycle it belongs to and which camera it takes away.

    ``parameter`` is what is set at its beginning, if anything.
    """

    condition: Condition
    cycle: int
    stopped: str | None
    parameter: tuple[str, float | int] | None


def phases(cameras: Sequence[str]) -> Iterator[Phase]:
    """Yield phases without end; another camera stops in every cycle."""
    number = 0
    while True:
        cycle, place = divmod(number, len(CYCLE))
        condition = CYCLE[place]
        stopped = cameras[cycle % len(cameras)] if condition.stops else None
        set_now = number % 2 == 1
        parameter = PARAMETERS[number // 2 % len(PARAMETERS)] if set_now else None
        yield Phase(condition, cycle, stopped, parameter)
        number += 1


def phase_seconds(total_s: float) -> float:
    """Return how long a phase lasts, so that a short soak goes through all of them too."""
    return min(PHASE_S, total_s / PHASES_AT_LEAST)
