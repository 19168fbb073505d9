# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""How good one result is, apart from when it came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, auto

from sageiq_ros.gate.blame import pulled_down_most
from sageiq_ros.gate.impossible import find_impossible
from sageiq_ros.gate.limits import Limits, is_below
from sageiq_ros.gate.result import Region, Result


class Level(IntEnum):
    """Say what a result argues for: the greater, the worse."""

    GOOD = auto()
    """Opening: everything is the hysteresis above its limit."""
    BETWEEN = auto()
    """Staying as it is: nothing is below its limit."""
    BAD = auto()
    """Closing: something is below its limit."""
    IMPOSSIBLE = auto()
    """Closing at once: it holds a number that cannot be."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The level of a result, why in one sentence, and the regions that keep it from GOOD."""

    level: Level
    reason: str
    regions: tuple[Region, ...] = ()


def judge(result: Result, limits: Limits) -> Judgement:
    """Measure a result against the limits of its camera."""
    impossible = find_impossible(result, limits)
    if impossible is not None:
        return Judgement(Level.IMPOSSIBLE, *impossible)
    for level in (Level.BAD, Level.BETWEEN):
        below = list(_shortfalls(result, limits, level))
        if below:
            regions = {id(one.region): one.region for one in below if one.region is not None}
            return Judgement(level, below[0].reason, tuple(regions.values()))
    return Judgement(Level.GOOD, f'score {result.score:.2f} is good enough')


@dataclass(frozen=True, slots=True)
class _Shortfall:
    reason: str
    region: Region | None


def _shortfalls(result: Result, limits: Limits, level: Level) -> Iterator[_Shortfall]:
    """Yield what is below the limits of this level: regions, the farthest first, then the score.

    The limits of BAD are those set, the limits of BETWEEN those from which the gate opens.
    """
    to_open = level is Level.BETWEEN
    low = []
    for region in result.regions:
        floor = limits.floor(region.label)
        if floor is None:
            continue
        least = limits.to_open(floor) if to_open else floor
        if is_below(region.quality, least):
            low.append((region.quality - least, region, least))
    for _, region, least in sorted(low, key=lambda each: each[0]):
        quality, shown = _apart(region.quality, least)
        end = f'{shown}, from which the gate opens' if to_open else f'its floor {shown}'
        yield _Shortfall(f'{region.label} {quality} is below {end}', region)
    least = limits.to_open(limits.score) if to_open else limits.score
    if is_below(result.score, least):
        score, shown = _apart(result.score, least)
        end = ', from which the gate opens' if to_open else ''
        worst = pulled_down_most(result, least)
        most = '' if worst is None else f'; {worst.label} {worst.quality:.2f} lowers it most'
        yield _Shortfall(f'score {score} is below {shown}{end}{most}', worst)


def _apart(value: float, limit: float) -> tuple[str, str]:
    """Write two unequal numbers with two decimals, or as many as tell them apart."""
    for decimals in range(2, 10):
        first, second = f'{value:.{decimals}f}', f'{limit:.{decimals}f}'
        if first != second:
            break
    return first, second
