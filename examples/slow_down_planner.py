#!/usr/bin/env python3
# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Publish a speed limit that is low unless the gate is open and says so often enough.

    ros2 run sageiq_ros sageiq_gate
    python3 slow_down_planner.py --ros-args -p clear_mps:=13.9 -p unclear_mps:=4.0

What matters for safety: the limit starts low, any state but OPEN lowers it, and so do silence,
measured by a clock that does not stop with simulated time, and a second gate.
"""

from __future__ import annotations

import sys
import time

import rclpy
from rclpy.clock import Clock, ClockType
from rclpy.exceptions import InvalidParameterTypeException
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from std_msgs.msg import Float64

from sageiq_msgs.msg import GateState

PERIOD_S = 0.1


class SlowDownPlanner(Node):
    """Publish ``speed_limit`` [m/s] at 10 Hz."""

    def __init__(self) -> None:
        super().__init__('slow_down_planner', namespace='sageiq')
        self._clear = self.declare_parameter('clear_mps', 13.9)
        self._unclear = self.declare_parameter('unclear_mps', 4.0)
        # Three heartbeats of the gate as it is shipped.
        self._silence = self.declare_parameter('longest_silence_s', 0.3)
        self._gate: GateState | None = None
        self._heard_s = 0.0
        self._said = ''
        self._limits = self.create_publisher(Float64, 'speed_limit', 1)
        # What is latched may be the word of a gate that hangs; the next heartbeat is not.
        fresh = QoSProfile(
            depth=1,
            reliability=ReliabilityPolicy.RELIABLE,
            durability=DurabilityPolicy.VOLATILE,
        )
        self._gates = self.create_subscription(GateState, 'gate_state', self._hear, fresh)
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(PERIOD_S, self._publish_limit, clock=steady)

    def _hear(self, gate: GateState) -> None:
        self._gate, self._heard_s = gate, time.monotonic()
        # At once: the next turn of the timer may be a tenth of a second away.
        self._publish_limit()

    def _publish_limit(self) -> None:
        reason = self._reason_to_slow_down()
        self._limits.publish(Float64(data=(self._unclear if reason else self._clear).value))
        if bool(reason) != bool(self._said):
            self.get_logger().info(f'Slow: {reason}' if reason else 'The gate is open.')
        self._said = reason

    def _reason_to_slow_down(self) -> str:
        if self._gate is None:
            return 'nothing is heard of the gate'
        silent_s = time.monotonic() - self._heard_s
        if silent_s > self._silence.value:
            return f'nothing is heard of the gate for {silent_s:.1f} s'
        gates = self.count_publishers(self._gates.topic_name)
        if gates > 1:
            return f'{gates} nodes publish {self._gates.topic_name}'
        if self._gate.state != GateState.STATE_OPEN:
            return self._gate.reason
        return ''


def main() -> int:
    """Run until SIGINT or SIGTERM; return 2 for a parameter of the wrong type."""
    rclpy.init()
    try:
        rclpy.spin(SlowDownPlanner())
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    except InvalidParameterTypeException as error:
        print(f'{error}. Give speeds and times with a decimal point, as 14.0.', file=sys.stderr)
        return 2
    except RuntimeError:
        # A signal in the middle of publishing shows as a fault of rcl.
        if rclpy.ok():
            raise
    finally:
        rclpy.try_shutdown()
    return 0


if __name__ == '__main__':
    sys.exit(main())
