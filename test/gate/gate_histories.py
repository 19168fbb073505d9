# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Generated histories of a gate: what came when, by two clocks, and what is true of it.

A history is drawn as bytes, which is fast and shrinks well: four for the settings, then two an
event. All times are multiples of 1/64 s, so that sums of them are exact.
"""

import math
from dataclasses import dataclass, field
from enum import Enum, auto

from gate_results import CAMERA, LATENCY_S, START_S, config, region, result
from hypothesis import strategies as st

from sageiq_ros.gate.gate import QualityGate

REAR = 'rear/image_raw'
STEPS = 24


class Truth(Enum):
    """What a result was made to be."""

    GOOD = auto()
    BETWEEN = auto()
    BAD = auto()
    IMPOSSIBLE = auto()


@dataclass(frozen=True)
class Given:
    """One result of a history: its score and regions, and what they were made to be."""

    truth: Truth
    score: float = 0.8
    regions: tuple = ()
    state: int = 1


TREE = region('tree', 0.0)
GOOD = Given(Truth.GOOD), Given(Truth.GOOD, 0.9, (TREE, region('person', 0.9)))
OTHERS = (
    Given(Truth.BETWEEN, 0.4),
    Given(Truth.BETWEEN, 0.8, (region('Child', 0.35),)),
    Given(Truth.BAD, 0.2),
    Given(Truth.BAD, 0.1, (TREE,)),
    Given(Truth.BAD, 0.9, (region('PERSON', 0.1),)),
    Given(Truth.IMPOSSIBLE, math.nan),
    Given(Truth.IMPOSSIBLE, math.inf),
    Given(Truth.IMPOSSIBLE, 0.8, (region('person', math.nan),)),
    Given(Truth.IMPOSSIBLE, 0.8, (region('tree', -math.inf),)),
    Given(Truth.IMPOSSIBLE, 0.8, state=0),
)
KEPT = Given(Truth.GOOD, 0.8, (region('car', 0.9, age_s=0.25),))


@dataclass(frozen=True)
class Event:
    """One moment of a history; ``given`` is None where nothing came."""

    steady_s: float
    ros_s: float
    given: Given | None = None
    camera: str = CAMERA
    stamp_s: float = math.nan

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
            if event.given is not None:
                gate.take(event.result, event.steady_s, event.ros_s)
            asks = asked(index)
            said.append(gate.state(event.steady_s, event.ros_s) if asks else None)
        return said

    def takes(self, camera, until):
        """Return the results of a camera up to an event."""
        return [
            event
            for event in self.events[: until + 1]
            if event.given is not None and event.camera == camera
        ]


STEPS_S = (1 / 8, 1 / 8, 1 / 8, 1 / 16, 1 / 4, 0.0, 3 / 8, 3 / 4)
RATES = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 0.0)


def _read(data, *, jumps):
    """Turn bytes into a history, in which ROS time may jump back where there are ``jumps``."""
    settings = config(
        cameras=(CAMERA, REAR)[: 1 + data[0] % 2],
        open_after_s=(0.0, 1 / 4, 1 / 2, 1.0)[data[1] % 4],
        close_after_s=(0.0, 1 / 8, 1 / 4, 1 / 2)[data[1] // 4 % 4],
        stale_after_s=(1 / 2, 1 / 4, 1.0)[data[2] % 3],
    )
    history = History(settings)
    steady_s, ros_s = 0.0, START_S
    for place in range(4, len(data), 2):
        first, second = data[place], data[place + 1]
        step_s = STEPS_S[first % 8]
        steady_s += step_s
        ros_s += step_s * RATES[first // 8 % 8]
        stamp_s = ros_s - LATENCY_S
        what, detail = second // 16, second % 16
        camera = settings.cameras[first // 64 % len(settings.cameras)]
        given = GOOD[detail % 2]
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
            given = None
        elif what >= 9:
            given = OTHERS[(detail + 16 * what) % len(OTHERS)]
        history.events.append(Event(steady_s, ros_s, given, camera, stamp_s))
    return history


def histories(*, jumps=True):
    """Draw histories of STEPS events."""
    size = 4 + 2 * STEPS
    return st.binary(min_size=size, max_size=size).map(lambda data: _read(data, jumps=jumps))
