# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The gate in a process of its own: its last word, and a clean end within two seconds."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from gate_side import ACTIVATE, CONFIGURE, NODE, OPEN, SHUTDOWN, UNKNOWN, latched
from lifecycle_msgs.msg import State, Transition
from lifecycle_msgs.srv import ChangeState
from node_child import START_S, Child, assert_clean_end
from std_msgs.msg import Float64

from sageiq_msgs.msg import GateState

GATE = ('-m', 'sageiq_ros.nodes.gate_node')
PLANNER = (str(Path(__file__).parents[2] / 'examples' / 'slow_down_planner.py'),)
QUICK = ('open_after_s:=0.05', 'stale_after_s:=5.0')
STEPS = {
    'unconfigured': (),
    'inactive': ((CONFIGURE, State.PRIMARY_STATE_INACTIVE),),
    'active': (
        (CONFIGURE, State.PRIMARY_STATE_INACTIVE),
        (ACTIVATE, State.PRIMARY_STATE_ACTIVE),
    ),
    'finalized': ((SHUTDOWN[State.PRIMARY_STATE_UNCONFIGURED], State.PRIMARY_STATE_FINALIZED),),
}


@pytest.fixture
def processes():
    """Return a function that starts a process."""
    children = []

    def start(command, *parameters):
        children.append(Child(command, parameters))
        return children[-1]

    yield start
    for process in children:
        process.end()


def change(side, transition, target):
    request = ChangeState.Request(transition=Transition(id=transition))
    side.probe.call(
        ChangeState, f'{NODE}/change_state', request, lambda: side.lifecycle() == target
    )
    assert side.lifecycle() == target


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize('reached', STEPS)
def test_a_signal_ends_the_process_cleanly_from_every_state_with_a_last_word(
    processes, side, probe, reached, number
):
    process = processes(GATE, 'autostart:=false', *QUICK)
    probe.until(lambda: side.heard, 'first word', START_S)
    for transition, target in STEPS[reached]:
        change(side, transition, target)
    if reached == 'active':
        with side.stream():
            side.await_state(OPEN, timeout=START_S)
    assert 'rror' not in assert_clean_end(process, number)
    side.await_last_word('the gate has ended')
    assert side.heard[-1].state == UNKNOWN


def test_a_second_signal_changes_nothing(processes, side, probe):
    process = processes(GATE)
    probe.until(lambda: side.heard, 'first word', START_S)
    process._process.send_signal(signal.SIGINT)
    assert 'rror' not in assert_clean_end(process)


class Planner:
    """Hear the speed limits of the example."""

    def __init__(self, probe):
        self.probe = probe
        self.limits = []
        self._subscription = probe.node.create_subscription(
            Float64, '/sageiq/speed_limit', lambda message: self.limits.append(message.data), 10
        )

    def count(self, number):
        """Wait for so many limits from now on."""
        del self.limits[:]
        self.probe.until(lambda: len(self.limits) >= number, f'{number} limits', START_S)

    def await_limit(self, limit):
        """Wait for two such limits, one after the other: the reason is logged after the first."""
        del self.limits[:]
        self.probe.until(lambda: self.limits[-2:] == [limit] * 2, f'limit {limit}', START_S)


PARAMETERS = ('clear_mps:=12.0', 'unclear_mps:=3.0', 'longest_silence_s:=2.0')


def test_a_planner_slows_down_unless_the_gate_says_that_it_is_open(processes, probe):
    planner = Planner(probe)
    process = processes(PLANNER, *PARAMETERS)
    planner.await_limit(3.0)
    gate = probe.node.create_publisher(GateState, '/sageiq/gate_state', latched())
    timer = None
    for state, limit in ((OPEN, 12.0), (GateState.STATE_CLOSED, 3.0), (OPEN, 12.0)):
        if timer is not None:
            probe.node.destroy_timer(timer)
        message = GateState(state=state, reason='told so')
        timer = probe.node.create_timer(0.1, lambda said=message: gate.publish(said))
        planner.await_limit(limit)
    probe.node.destroy_timer(timer)
    planner.await_limit(3.0)
    words = assert_clean_end(process)
    assert 'Slow: told so' in words and 'nothing is heard of the gate for 2.' in words


def test_a_planner_does_not_believe_what_is_latched_of_a_gate_that_hangs(processes, probe):
    gate = probe.node.create_publisher(GateState, '/sageiq/gate_state', latched())
    gate.publish(GateState(state=OPEN))
    planner = Planner(probe)
    process = processes(PLANNER, *PARAMETERS)
    probe.until(lambda: gate.get_subscription_count() and planner.limits, 'planner', START_S)
    planner.count(10)
    assert set(planner.limits) == {3.0}
    gate.publish(GateState(state=OPEN))
    planner.await_limit(12.0)
    assert_clean_end(process)


def test_a_planner_slows_down_while_two_gates_speak(processes, probe):
    planner = Planner(probe)
    process = processes(PLANNER, *PARAMETERS)
    gate = probe.node.create_publisher(GateState, '/sageiq/gate_state', latched())
    probe.node.create_timer(0.1, lambda: gate.publish(GateState(state=OPEN)))
    planner.await_limit(12.0)
    rival = probe.node.create_publisher(GateState, '/sageiq/gate_state', latched())
    planner.await_limit(3.0)
    probe.node.destroy_publisher(rival)
    planner.await_limit(12.0)
    assert 'Slow: 2 nodes publish /sageiq/gate_state' in assert_clean_end(process)


def test_a_planner_refuses_a_speed_of_the_wrong_type_in_one_sentence():
    command = [sys.executable, *PLANNER, '--ros-args', '-p', 'clear_mps:=14']
    done = subprocess.run(command, capture_output=True, text=True, timeout=START_S)
    assert done.returncode == 2
    assert 'with a decimal point' in done.stderr and 'Traceback' not in done.stderr
    assert done.stderr.count('\n') == 1


@pytest.mark.parametrize('end', [signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP])
def test_a_planner_slows_down_when_the_gate_ends_is_killed_or_hangs(processes, side, probe, end):
    planner = Planner(probe)
    gate = processes(GATE, *QUICK)
    processes(PLANNER, *PARAMETERS)
    with side.stream():
        planner.await_limit(12.0)
        gate._process.send_signal(end)
        planner.await_limit(3.0)
