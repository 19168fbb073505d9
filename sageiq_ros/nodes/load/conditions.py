# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What a soak puts the node through, in rotation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sageiq_ros.config import Config
from sageiq_ros.schema import ConfigError, settings, updated

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

# Live parameters and how far each is moved, or the other way where that is refused.
STEPS: tuple[tuple[str, float | int], ...] = (
    ('scorer.good', 0.1),
    ('scene_graph.entity_threshold', 0.1),
    ('analyzer.max_triplets', -2),
)
Parameter = tuple[str, float | int]
"""Name of a live parameter and the value to set."""


@dataclass(frozen=True, slots=True)
class Phase:
    """Place a condition in a soak: which cycle it belongs to and which camera it takes away.

    ``parameter`` is what is set at its beginning, if anything.
    """

    condition: Condition
    cycle: int
    stopped: str | None
    parameter: Parameter | None


def parameters(config: Config) -> tuple[Parameter, ...]:
    """List what is set, one a minute: each near its value in ``config`` and then back."""
    own = {name: value for name, value, _ in settings(config)}
    return tuple(
        parameter
        for name, step in STEPS
        for parameter in ((name, _near(config, name, own[name], step)), (name, own[name]))
    )


def _near(config: Config, name: str, own: float | int, step: float | int) -> float | int:
    """Move a value by a step, to where the others let it go; else it stays where it is."""
    for value in (own + step, own - step):
        try:
            updated(config, {name: value})
        except ConfigError:
            continue
        return value
    return own


def phases(cameras: Sequence[str], parameters: Sequence[Parameter]) -> Iterator[Phase]:
    """Yield phases without end; another camera stops in every cycle.

    Every second phase sets the next of ``parameters``.
    """
    number = 0
    while True:
        cycle, place = divmod(number, len(CYCLE))
        condition = CYCLE[place]
        stopped = cameras[cycle % len(cameras)] if condition.stops else None
        set_now = number % 2 == 1
        parameter = parameters[number // 2 % len(parameters)] if set_now else None
        yield Phase(condition, cycle, stopped, parameter)
        number += 1


def phase_seconds(total_s: float) -> float:
    """Return how long a phase lasts, so that a short soak goes through all of them too."""
    return min(PHASE_S, total_s / PHASES_AT_LEAST)
