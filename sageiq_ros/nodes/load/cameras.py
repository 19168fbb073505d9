# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What several cameras send, and when: steadily, in bursts, some frames broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

# How much faster than its rate a camera sends within a burst.
BURST_SPEED = 5.0


@dataclass(frozen=True, slots=True)
class Load:
    """Describe what is sent: ``rate_hz`` frames a second of every camera, by the mean.

    ``cameras`` are topics; at a rate of 0 they are advertised and silent. ``burst`` frames follow
    one another quickly, then there is a pause; 1 is a steady camera. The first frame of
    a camera and every ``broken_every``-th after it are broken; 0 for none.
    """

    cameras: tuple[str, ...] = ()
    rate_hz: float = 0.0
    burst: int = 1
    broken_every: int = 0


@dataclass(frozen=True, slots=True)
class Due:
    """Name the frame that is due ``at_s`` seconds after the load's beginning."""

    at_s: float
    camera: str
    broken: bool


def schedule(load: Load) -> Iterator[Due]:
    """Yield without end the frames of a load in the order of time, cameras evenly staggered."""
    if not load.cameras or not load.rate_hz:
        return
    period_s = 1.0 / load.rate_hz
    within_s = period_s / BURST_SPEED if load.burst > 1 else period_s
    for number in count():
        group, place = divmod(number, load.burst)
        begin_s = group * load.burst * period_s + place * within_s
        broken = load.broken_every > 0 and number % load.broken_every == 0
        for turn, camera in enumerate(load.cameras):
            yield Due(begin_s + within_s * turn / len(load.cameras), camera, broken)
