# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The fail-safe gate over all cameras, for a planner of its own or for ``sageiq_gate``."""

from __future__ import annotations

from sageiq_ros.gate.camera import CameraGate
from sageiq_ros.gate.config import GateConfig
from sageiq_ros.gate.decision import GateDecision, decide
from sageiq_ros.gate.limits import limits_of
from sageiq_ros.gate.moment import Moment
from sageiq_ros.gate.result import Result
from sageiq_ros.schema import ConfigError


class QualityGate:
    """Decide from results whether a planner may rely on the cameras.

    Two clocks are asked for at every call, both in seconds: ``now_s`` by a clock that never
    stands still nor goes back, such as ``time.monotonic()``, and ``ros_now_s`` by the clock that
    the stamps of the images are of, simulated or not. Not safe for several threads at once.
    """

    def __init__(self, config: GateConfig) -> None:
        self._config = config
        self._cameras = {
            name: CameraGate(name, config, limits)
            for name, limits in zip(config.cameras, limits_of(config), strict=True)
        }

    @property
    def config(self) -> GateConfig:
        """Settings that hold from now on, for the newest results, too; the cameras stay.

        Raises ConfigError for other cameras.
        """
        return self._config

    @config.setter
    def config(self, config: GateConfig) -> None:
        if config.cameras != self._config.cameras:
            raise ConfigError('The cameras of a gate cannot be changed; make another gate.')
        self._config = config
        for camera, limits in zip(self._cameras.values(), limits_of(config), strict=True):
            camera.change(config, limits)

    def take(self, result: Result, now_s: float, ros_now_s: float) -> bool:
        """Judge a result that came now; return whether it is of a camera of this gate.

        A result of another camera changes nothing.
        """
        camera = self._cameras.get(result.camera)
        if camera is None:
            return False
        camera.take(result, Moment(now_s, ros_now_s))
        return True

    def state(self, now_s: float, ros_now_s: float) -> GateDecision:
        """Decide as of now."""
        now = Moment(now_s, ros_now_s)
        return decide([camera.decide(now) for camera in self._cameras.values()])
