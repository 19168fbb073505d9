# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The gate by simulated time: paused, faster, started over, and not there at all."""

from contextlib import contextmanager

import pytest
from builtin_interfaces.msg import Time
from gate_side import CLOSED, OPEN, QUICK, STALE
from rclpy.clock import Clock, ClockType
from rosgraph_msgs.msg import Clock as ClockMessage

STEP_S = 0.02


class Simulation:
    """Publish /clock and results of images of that time."""

    def __init__(self, side):
        self.side = side
        self.now_s = 100.0
        self._clock = side.probe.node.create_publisher(ClockMessage, '/clock', 10)

    def stamp(self):
        return Time(sec=int(self.now_s), nanosec=round(self.now_s % 1 * 1e9))

    @contextmanager
    def run(self, rate=1.0, results=True, clock=True):
        """Let the time pass at a rate."""

        def step():
            self.now_s += rate * STEP_S
            if clock:
                self._clock.publish(ClockMessage(clock=self.stamp()))
            if results:
                self.side.send(stamp=self.stamp())

        steady = Clock(clock_type=ClockType.STEADY_TIME)
        timer = self.side.probe.node.create_timer(STEP_S, step, clock=steady)
        yield
        self.side.probe.node.destroy_timer(timer)


@pytest.fixture
def simulation(start_gate, side):
    start_gate(**QUICK | {'stale_after_s': 0.5}, use_sim_time=True)
    return Simulation(side)


@pytest.mark.parametrize('rate', [0.5, 1.0, 2.0])
def test_it_opens_at_any_rate_and_stamps_by_simulated_time(simulation, side, rate):
    with simulation.run(rate):
        message = side.await_state(OPEN)
    assert 100 <= message.header.stamp.sec < 200


def test_a_paused_clock_makes_it_stale(simulation, side):
    with simulation.run():
        side.await_state(OPEN)
    side.await_state(STALE, 'no new result for')
    with simulation.run():
        side.await_state(CLOSED, 'opens in')
        side.await_state(OPEN)


def test_a_camera_that_goes_on_with_the_same_stamp_makes_it_stale(simulation, side):
    with simulation.run():
        side.await_state(OPEN)
    with simulation.run(rate=0.0):
        side.await_state(STALE, 'no new result for')


def test_a_bag_that_starts_over_starts_the_gate_over(simulation, side):
    with simulation.run():
        side.await_state(OPEN)
        simulation.now_s = 50.0
        side.await_state(STALE)
        side.await_state(OPEN)


def test_results_without_a_clock_open_nothing(simulation, side):
    with simulation.run(clock=False):
        side.await_state(STALE, 'there is no ROS time')
        assert {message.state for message in side.count(10)} == {STALE}
