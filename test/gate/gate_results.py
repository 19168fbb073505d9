# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Results as the gate reads them, and a gate of one camera with a clock of its own."""

import math
from types import SimpleNamespace

from sageiq_ros.gate.config import GateConfig
from sageiq_ros.gate.gate import QualityGate
from sageiq_ros.types import State

CAMERA = 'front/image_raw'
START_S = 1024.0
LATENCY_S = 1 / 32
PERIOD_S = 1 / 8


def config(**changes):
    return GateConfig(**{'cameras': (CAMERA,), **changes})


def region(label, quality, age_s=0.0):
    return SimpleNamespace(label=label, quality=quality, age_s=age_s)


def triplet(subject, object_, weight):
    return SimpleNamespace(
        subject=subject,
        object=object_,
        subject_weight_normalized=weight,
        object_weight_normalized=1.0 - weight,
    )


def result(score=0.8, *regions, triplets=(), stamp_s=START_S, camera=CAMERA, state=State.GOOD):
    whole = math.floor(stamp_s)
    stamp = SimpleNamespace(sec=whole, nanosec=round(1e9 * (stamp_s - whole)))
    return SimpleNamespace(
        header=SimpleNamespace(stamp=stamp),
        camera=camera,
        state=int(state),
        score=score,
        regions=list(regions),
        triplets=list(triplets),
    )


class Drive:
    """Feed a gate; the steady clock and ROS time advance together unless one is told not to."""

    def __init__(self, **changes):
        self.gate = QualityGate(config(**changes))
        self.steady_s, self.ros_s = 0.0, START_S

    def wait(self, seconds, ros=None):
        """Let time pass, on ROS's clock ``ros`` seconds if given; return the camera's decision."""
        self.steady_s += seconds
        self.ros_s += seconds if ros is None else ros
        return self.camera

    def take(self, score=0.8, *regions, stamp_s=None, **rest):
        """Hand over a result, of an image taken just before unless told; return the decision."""
        stamp_s = self.ros_s - LATENCY_S if stamp_s is None else stamp_s
        given = result(score, *regions, stamp_s=stamp_s, **rest)
        assert self.gate.take(given, self.steady_s, self.ros_s)
        return self.camera

    def run(self, seconds, score=0.8, *regions):
        """Hand over results at 8 Hz, one at once, the last after ``seconds``."""
        self.take(score, *regions)
        for _ in range(round(seconds / PERIOD_S)):
            self.wait(PERIOD_S)
            self.take(score, *regions)
        return self.camera

    def opened(self):
        """Open the gate and return self."""
        assert self.run(self.gate.config.open_after_s).state.name == 'OPEN'
        return self

    @property
    def decision(self):
        return self.gate.state(self.steady_s, self.ros_s)

    @property
    def camera(self):
        return self.decision.cameras[0]
