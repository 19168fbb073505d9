# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq_gate``: ``tar_quality`` in, ``gate_state`` out, as a lifecycle node."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from typing import Any

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.clock import Clock, ClockType
from rclpy.duration import Duration
from rclpy.executors import SingleThreadedExecutor
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.signals import SignalHandlerOptions
from rclpy.subscription import Subscription
from rclpy.timer import Timer

from sageiq_msgs.msg import GateState, TarQuality
from sageiq_ros.gate.config import NODE, GateConfig
from sageiq_ros.gate.decision import GateDecision, undecided
from sageiq_ros.gate.gate import QualityGate
from sageiq_ros.nodes.camera import resolve_cameras
from sageiq_ros.nodes.gate_diagnostics import ResultCount, gate_status, results_status
from sageiq_ros.nodes.gate_messages import gate_state
from sageiq_ros.nodes.parameters import NodeParameters
from sageiq_ros.nodes.run import start_fault
from sageiq_ros.nodes.stop_request import StopRequest
from sageiq_ros.schema import ConfigError

NAMESPACE = 'sageiq'
DIAGNOSTICS_PERIOD_S = 1.0
# Cameras whose frames are assessed together send their results in one burst.
QUEUE_PER_CAMERA = 5
# Heartbeats that may be late before a deadline is missed.
DEADLINE_BEATS = 3.0
LAST_WORD_S = 0.5
TICK_S = 0.1

SUCCESS, FAILURE = TransitionCallbackReturn.SUCCESS, TransitionCallbackReturn.FAILURE


class GateNode(LifecycleNode):
    """Publish what ``QualityGate`` decides, on every change and as a heartbeat.

    ``gate_state`` is published by the node in every state of its life, not by a lifecycle
    publisher: what is latched there must never be OPEN while the gate does not run.
    """

    def __init__(self, **options: Any) -> None:
        options.setdefault('namespace', NAMESPACE)
        super().__init__(NODE, **options)
        self._names: dict[str, str] = {}
        self._gate: QualityGate | None = None
        self._count = ResultCount()
        self._subscription: Subscription | None = None
        self._heartbeat: Timer | None = None
        self._fault = ''
        self._settings = NodeParameters(
            self, GateConfig(), locked=lambda: bool(self._names), changed=self._reconfigure
        )
        self._advertise()
        self._stand_by('the gate is not configured')
        # With simulated time the node's own clock may stand still.
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._diagnostics = self.create_publisher(DiagnosticArray, '/diagnostics', 10)
        self.create_timer(DIAGNOSTICS_PERIOD_S, self._publish_diagnostics, clock=self._steady)
        self._start = self.create_timer(0.0, self._autostart, clock=self._steady)

    def _autostart(self) -> None:
        self._start.cancel()
        if self._settings.config.autostart and self.trigger_configure() == SUCCESS:
            self.trigger_activate()

    def _reconfigure(self, config: GateConfig) -> None:
        if self._gate is not None:
            self._gate.config = config
            self._beat()
        if config.heartbeat_s != self._heartbeat_s:
            self.destroy_publisher(self._publisher)
            self._advertise()
        if not self._names:
            self._stand_by(self._decision.reason)

    def _advertise(self) -> None:
        self._heartbeat_s = self._settings.config.heartbeat_s
        self._publisher = self.create_publisher(
            GateState,
            'gate_state',
            QoSProfile(
                depth=1,
                reliability=ReliabilityPolicy.RELIABLE,
                durability=DurabilityPolicy.TRANSIENT_LOCAL,
                deadline=Duration(seconds=DEADLINE_BEATS * self._heartbeat_s),
            ),
        )

    # Transitions

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Check the parameters; a fault is told in one sentence and may be mended."""
        try:
            self._settings.require_accepted()
            cameras = resolve_cameras(self._settings.config.cameras, self.resolve_topic_name)
        except ConfigError as error:
            return self._fail(f'cannot configure: {error}')
        self._fault = ''
        self._names = {camera.topic: camera.name for camera in cameras}
        self._stand_by('the gate is not active')
        return super().on_configure(state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Subscribe to the results; what was known before a deactivation counts no more."""
        try:
            self._subscription = self._subscribe()
        except Exception as error:
            return self._fail(f'cannot activate: {type(error).__name__}: {error}')
        self._fault = ''
        self._count = ResultCount()
        self._gate = QualityGate(self._settings.config)
        self._heartbeat = self.create_timer(self._heartbeat_s, self._beat, clock=self._steady)
        self._beat()
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Unsubscribe; the last word is that the gate does not run."""
        self._stop('the gate is not active')
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Let the settings that are not live be changed."""
        self._names = {}
        self._stand_by('the gate is not configured')
        return super().on_cleanup(state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop from any state."""
        self._stop('the gate is shut down')
        return super().on_shutdown(state)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Return to unconfigured, from where everything can be tried again."""
        self._names = {}
        self._stop('the gate has failed; its log says why')
        return super().on_error(state)

    def close(self) -> None:
        """Say the last word when the process ends, and see it delivered within a bounded time."""
        if self.context.ok():
            self._stop('the gate has ended')
            # rmw_zenoh cannot wait for that and says so by an error.
            with suppress(RuntimeError):
                self._publisher.wait_for_all_acked(Duration(seconds=LAST_WORD_S))

    def _fail(self, fault: str) -> TransitionCallbackReturn:
        self._fault = fault
        self.get_logger().error(fault[0].upper() + fault[1:])
        self._stand_by(fault)
        return FAILURE

    def _stop(self, reason: str) -> None:
        if self._subscription is not None:
            self.destroy_subscription(self._subscription)
        if self._heartbeat is not None:
            self.destroy_timer(self._heartbeat)
        self._gate = self._subscription = self._heartbeat = None
        self._stand_by(reason)

    # Results and decisions

    def _subscribe(self) -> Subscription:
        depth = QUEUE_PER_CAMERA * len(self._names)
        return self.create_subscription(
            TarQuality,
            'tar_quality',
            self._take,
            QoSProfile(depth=depth, reliability=ReliabilityPolicy.RELIABLE),
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
        )

    def _take(self, result: TarQuality) -> None:
        name = self._name_of(result.camera)
        if name is None:
            self._count.others += 1
            self._count.stranger = result.camera
            return
        self._count.taken += 1
        # As configured here, which may be another name of the same topic.
        result.camera = name
        self._gate.take(result, *self._clocks())
        decision = self._gate.state(*self._clocks())
        if _gist(decision) != _gist(self._decision):
            self._say(decision)

    def _name_of(self, camera: str) -> str | None:
        try:
            return self._names.get(self.resolve_topic_name(camera))
        except RuntimeError:
            return None

    def _beat(self) -> None:
        self._say(self._gate.state(*self._clocks()))

    def _clocks(self) -> tuple[float, float]:
        return time.monotonic(), 1e-9 * self.get_clock().now().nanoseconds

    def _stand_by(self, reason: str) -> None:
        self._say(undecided(self._settings.config.cameras, reason))

    def _say(self, decision: GateDecision) -> None:
        self._decision = decision
        self._publisher.publish(gate_state(decision, self.get_clock().now().to_msg()))

    # Diagnostics

    def _publish_diagnostics(self) -> None:
        name = self.get_logger().name
        rivals = self.count_publishers(self._publisher.topic_name) - 1
        message = DiagnosticArray(
            status=[
                gate_status(name, self._decision, self._fault, rivals),
                results_status(name, self, self._subscription, self._count),
            ]
        )
        message.header.stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(message)


def _gist(decision: GateDecision) -> list[Any]:
    """Return what makes two decisions differ; a number within a reason does not."""
    cameras = [(one.state, [region.label for region in one.regions]) for one in decision.cameras]
    return [decision.state, decision.camera, *cameras]


def main(args: list[str] | None = None) -> int:
    """Run the node until SIGINT or SIGTERM."""
    stop = StopRequest()
    try:
        rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
    except RuntimeError as error:
        print(f'sageiq: {start_fault(error)}', file=sys.stderr)
        return 2
    try:
        node = GateNode()
        executor = SingleThreadedExecutor()
        executor.add_node(node)
        try:
            while not stop.asked:
                executor.spin_once(timeout_sec=TICK_S)
        finally:
            node.close()
            executor.shutdown()
            node.destroy_node()
    finally:
        rclpy.try_shutdown()
    return 0


if __name__ == '__main__':
    sys.exit(main())
