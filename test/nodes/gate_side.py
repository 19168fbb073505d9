# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The gate's node in a thread, and what a probe does with it from outside, over DDS."""

import threading
from contextlib import contextmanager, suppress

from lifecycle_msgs.msg import State, Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rcl_interfaces.srv import SetParameters, SetParametersAtomically
from rclpy.clock import Clock, ClockType
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

from sageiq_msgs.msg import GateState, TarQuality, TarRegion
from sageiq_ros.nodes.gate_node import GateNode

NODE = '/sageiq/sageiq_gate'
UNKNOWN, OPEN = GateState.STATE_UNKNOWN, GateState.STATE_OPEN
CLOSED, STALE = GateState.STATE_CLOSED, GateState.STATE_STALE
CONFIGURE, ACTIVATE = Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE
DEACTIVATE, CLEANUP = Transition.TRANSITION_DEACTIVATE, Transition.TRANSITION_CLEANUP
SHUTDOWN = {
    State.PRIMARY_STATE_UNCONFIGURED: Transition.TRANSITION_UNCONFIGURED_SHUTDOWN,
    State.PRIMARY_STATE_INACTIVE: Transition.TRANSITION_INACTIVE_SHUTDOWN,
    State.PRIMARY_STATE_ACTIVE: Transition.TRANSITION_ACTIVE_SHUTDOWN,
}
# Quick, and patient with a loaded processor.
QUICK = {'open_after_s': 0.05, 'close_after_s': 0.0, 'stale_after_s': 2.0}


def latched(depth=1):
    """Return the QoS of gate_state, without a deadline."""
    return QoSProfile(
        depth=depth,
        reliability=ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.TRANSIENT_LOCAL,
    )


class RunningGate:
    """Spin a gate in a thread of its own, as its process would."""

    def __init__(self, context, parameters):
        self.node = GateNode(
            context=context,
            parameter_overrides=[
                Parameter(name, value=value) for name, value in parameters.items()
            ],
        )
        self._executor = SingleThreadedExecutor(context=context)
        self._executor.add_node(self.node)
        self._thread = threading.Thread(target=self._spin)
        self._thread.start()

    def _spin(self):
        with suppress(ExternalShutdownException):
            self._executor.spin()

    def stop(self):
        self._executor.shutdown()
        self._thread.join(10.0)
        assert not self._thread.is_alive()
        self.node.close()
        self.node.destroy_node()


class GateSide:
    """Publish results and hear the gate, by a probe."""

    def __init__(self, probe):
        self.probe = probe
        self.heard = []
        self._results = probe.node.create_publisher(TarQuality, '/sageiq/tar_quality', 10)
        self.listen(self.heard.append)

    def listen(self, hear, deadline=None, **options):
        """Subscribe once more to what the gate says."""
        qos = latched(100)
        if deadline is not None:
            qos.deadline = deadline
        return self.probe.node.create_subscription(
            GateState, '/sageiq/gate_state', hear, qos, **options
        )

    def now(self):
        return self.probe.node.get_clock().now().to_msg()

    def send(self, score=0.9, regions=(), camera='image_raw', stamp=None, state=1):
        """Publish one result, of an image of now unless told otherwise."""
        message = TarQuality(camera=camera, score=score, state=state)
        message.header.stamp = self.now() if stamp is None else stamp
        message.regions = [
            TarRegion(label=label, quality=quality) for label, quality in dict(regions).items()
        ]
        self._results.publish(message)

    @contextmanager
    def stream(self, **result):
        """Publish such results at 50 Hz."""
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        timer = self.probe.node.create_timer(0.02, lambda: self.send(**result), clock=steady)
        yield
        self.probe.node.destroy_timer(timer)

    def await_state(self, state, reason='', timeout=10.0):
        """Return the first message from now on of a state and with these words in its reason."""
        del self.heard[:]
        return self.probe.until(
            lambda: next((m for m in self.heard if m.state == state and reason in m.reason), None),
            f'gate_state {state} {reason}',
            timeout,
        )

    def await_last_word(self, reason):
        """Wait until the newest message gives this reason."""
        self.probe.until(lambda: self.heard[-1].reason == reason, f'last word {reason}')

    def open(self):
        """Open the gate and return its message."""
        with self.stream():
            return self.await_state(OPEN)

    def count(self, number):
        """Return so many messages that come from now on."""
        del self.heard[:]
        self.probe.until(lambda: len(self.heard) >= number, f'{number} messages')
        return list(self.heard)

    def change(self, transition):
        request = ChangeState.Request(transition=Transition(id=transition))
        return self.probe.call(ChangeState, f'{NODE}/change_state', request).success

    def lifecycle(self):
        answer = self.probe.call(GetState, f'{NODE}/get_state', GetState.Request())
        return answer.current_state.id

    def set(self, **values):
        """Set parameters in one step, all or none; return the result."""
        request = SetParametersAtomically.Request(parameters=_messages(values))
        name = f'{NODE}/set_parameters_atomically'
        return self.probe.call(SetParametersAtomically, name, request).result

    def set_singly(self, **values):
        request = SetParameters.Request(parameters=_messages(values))
        return self.probe.call(SetParameters, f'{NODE}/set_parameters', request).results


def _messages(values):
    return [Parameter(name, value=value).to_parameter_msg() for name, value in values.items()]
