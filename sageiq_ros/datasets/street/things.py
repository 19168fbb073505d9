# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the rendered street consists of: its cross-section, and records of all that is in it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Layout:
    """Fix the street's cross-section; metres, traffic keeps to the right (positive x)."""

    lane: float
    lanes: int
    parking: tuple[bool, bool]
    sidewalk: float
    verge: float
    suburb: bool

    @property
    def kerb(self) -> tuple[float, float]:
        """Return how far the left and the right kerb lie from the middle of the road."""
        road = self.lane * self.lanes
        return tuple(road + (2.1 if park else 0.35) for park in self.parking)  # type: ignore[return-value]

    def lane_x(self, lane: int) -> float:
        """Return the middle of a lane; 0 and up are ours, -1 and down the oncoming ones."""
        return (lane + 0.5) * self.lane


@dataclass(frozen=True, slots=True)
class Building:
    """A house: its face lies at x, from z1 to z2; ``side`` is -1 (left) or 1 (right).

    ``facade`` names one of the stock: style, height, shop, variant; ``tint`` multiplies its
    colours.
    """

    key: tuple[int, int]
    side: int
    x: float
    z1: float
    z2: float
    height: float
    facade: tuple[str, str, bool, int]
    tint: tuple[float, float, float]
    roof: str


@dataclass(frozen=True, slots=True)
class Prop:
    """A thing that stands: tree, lamp (pole with a light), sign, signal (traffic light), fence.

    A fence runs from z to z + ``size`` along the street; other sizes are heights. ``surface``
    names what it stands on: sidewalk, or '' for soil.
    """

    kind: str
    key: tuple[int, int]
    x: float
    z: float
    size: float
    surface: str
    side: int


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A car, truck or bus; heading 0 drives away from the camera; ``speed`` in m/s, 0 parked."""

    key: tuple[int, int]
    label: str
    variant: int
    paint: tuple[float, float, float]
    x: float
    z: float
    heading: float
    speed: float
    lane: int | None
    braking: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """A man, woman or person; ``gait`` is the walking phase in radians, NaN standing.

    ``ride`` is '' on foot, else the label of what is ridden: bike or motorcycle.
    """

    key: tuple[int, int]
    label: str
    x: float
    z: float
    heading: float
    gait: float
    surface: str
    ride: str = ''


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Hold everything near the camera at one moment."""

    buildings: list[Building] = field(default_factory=list)
    props: list[Prop] = field(default_factory=list)
    vehicles: list[Vehicle] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
