# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Generated histories of a gate: what came when, by two clocks, and what is true of it.

A history is drawn as bytes, which is fast and shrinks well: three for the settings, then two an
event, which may change the settings. All times are multiples of 1/64 s, so that sums of them are
exact.
"""

import math
from dataclasses import dataclass, field, replace
from enum import IntEnum, auto

from gate_results import CAMERA, LATENCY_S, START_S, config, region, result
from hypothesis import strategies as st

from sageiq_ros.gate.gate import QualityGate

REAR = 'rear/image_raw'
STEPS = 24


class Truth(IntEnum):
    """What a result was made to be: the greater, the worse."""

    GOOD = auto()
    BETWEEN = auto()
    BAD = auto()
    IMPOSSIBLE = auto()


# Limits of a history, which may change within it: as shipped, strict and loose.
LIMITS = (
    {},
    {'min_score': (0.85,), 'hysteresis': 0.04},
    {'min_score': (0.05,), 'floor_labels': ()},
)


# What those of LIMITS replace.
SHIPPED = {name: getattr(config(), name) for name in ('min_score', 'hysteresis', 'floor_labels')}


@dataclass(frozen=True)
class Given:
    """One result of a history: its score and regions, and what they are to each of LIMITS."""

    truths: tuple
    score: float = 0.8
    regions: tuple = ()
    state: int = 1


TREE = region('tree', 0.0)
_G, _BETWEEN, _BAD, _NOT = Truth
GOOD = (
    Given((_G, _BAD, _G)),
    Given((_G, _G, _G), 0.9, (TREE, region('person', 0.9))),
    Given((_G, _BETWEEN, _G), 0.875),
)
OTHERS = (
    Given((_BETWEEN, _BAD, _G), 0.4),
    Given((_BETWEEN, _BAD, _G), 0.8, (region('Child', 0.35),)),
    Given((_BAD, _BAD, _G), 0.2),
    Given((_BAD, _BAD, _BETWEEN), 0.1, (TREE,)),
    Given((_BAD, _BAD, _G), 0.9, (region('PERSON', 0.1),)),
    Given((_NOT, _NOT, _NOT), math.nan),
    Given((_NOT, _NOT, _NOT), math.inf),
    Given((_NOT, _NOT, _G), 0.8, (region('person', math.nan),)),
    Given((_NOT, _NOT, _NOT), 0.8, (region('tree', -math.inf),)),
    Given((_NOT, _NOT, _NOT), 0.8, state=0),
)
KEPT = Given((_G, _BAD, _G), 0.8, (region('car', 0.9, age_s=0.25),))


@dataclass(frozen=True)
class Event:
    """One moment of a history; ``given`` is None where nothing came.

    ``config`` and ``limits``, one of LIMITS by its place, hold from this moment on; they are set
    before the result is taken.
    """

    steady_s: float
    ros_s: float
    config: object
    limits: int
    given: Given | None = None
    camera: str = CAMERA
    stamp_s: float = math.nan

    def truth(self, given):
        """Return what a result is to the limits of this moment."""
        return given.truths[self.limits]

    @property
    def result(self):
        return result(
            self.given.score,
            *self.given.regions,
            stamp_s=self.stamp_s,
            camera=self.camera,
            state=self.given.state,
        )


@dataclass
class History:
    """Settings, and events in their order."""

    config: object
    events: list = field(default_factory=list)

    def decisions(self, asked=lambda index: True):
        """Feed a gate and return what it says after every event, None where it is not asked."""
        gate = QualityGate(self.config)
        said = []
        for index, event in enumerate(self.events):
            if self.changes(index):
                gate.config = event.config
            if event.given is not None:
                gate.take(event.result, event.steady_s, event.ros_s)
            asks = asked(index)
            said.append(gate.state(event.steady_s, event.ros_s) if asks else None)
        return said

    def changes(self, index):
        """Tell whether the settings change at an event."""
        before = self.events[index - 1].config if index else self.config
        return self.events[index].config is not before

    def last_change(self, until):
        """Return where the settings changed last up to an event, 0 where they never did."""
        return next((at for at in range(until, 0, -1) if self.changes(at)), 0)

    def takes(self, camera, until):
        """Return the results of a camera up to an event."""
        return [
            event
            for event in self.events[: until + 1]
            if event.given is not None and event.camera == camera
        ]


STEPS_S = (1 / 8, 1 / 8, 1 / 8, 1 / 16, 1 / 4, 0.0, 3 / 8, 3 / 4)
STALE_S = (1 / 2, 1 / 4, 1.0)
RATES = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 0.0)


def _read(data, *, jumps, changes):
    """Turn bytes into a history.

    ROS time may jump back where there are ``jumps``, settings change where there are ``changes``.
    """
    settings = config(
        cameras=(CAMERA, REAR)[: 1 + data[0] % 2],
        open_after_s=(0.0, 1 / 4, 1 / 2, 1.0)[data[1] % 4],
        close_after_s=(0.0, 1 / 8, 1 / 4, 1 / 2)[data[1] // 4 % 4],
        stale_after_s=STALE_S[data[2] % 3],
    )
    history = History(settings)
    limits = 0
    steady_s, ros_s = 0.0, START_S
    for place in range(3, len(data), 2):
        first, second = data[place], data[place + 1]
        step_s = STEPS_S[first % 8]
        steady_s += step_s
        ros_s += step_s * RATES[first // 8 % 8]
        stamp_s = ros_s - LATENCY_S
        what, detail = second // 16, second % 16
        camera = settings.cameras[first // 64 % len(settings.cameras)]
        given = GOOD[detail % 3]
        if what == 15:
            stamp_s = (
                0.0,
                stamp_s - 1 / 2,
                stamp_s - 2.0,
                stamp_s + 1 / 16,
                stamp_s + 1.0,
                START_S,
            )[detail % 6]
            if jumps and detail % 4 == 3:
                ros_s -= 1.0
        elif what == 14:
            given = KEPT
        elif what == 13:
            if detail % 2:
                given = None
            if changes and detail >= 4:
                limits = detail // 4 % 3
                stale_s = STALE_S[(detail // 2 + data[2]) % 3]
                settings = replace(settings, stale_after_s=stale_s, **SHIPPED | LIMITS[limits])
        elif what >= 9:
            given = OTHERS[(detail + 16 * what) % len(OTHERS)]
        event = Event(steady_s, ros_s, settings, limits, given, camera, stamp_s)
        history.events.append(event)
    return history


def histories(*, jumps=True, changes=True):
    """Draw histories of STEPS events."""
    size = 3 + 2 * STEPS
    drawn = st.binary(min_size=size, max_size=size)
    return drawn.map(lambda data: _read(data, jumps=jumps, changes=changes))
