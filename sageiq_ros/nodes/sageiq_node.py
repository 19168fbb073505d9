# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq_node``: camera images in, ``tar_quality`` out, as a lifecycle node."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from time import perf_counter
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.clock import Clock, ClockType
from rclpy.lifecycle import (
    LifecycleNode,
    LifecyclePublisher,
    LifecycleState,
    TransitionCallbackReturn,
)
from rclpy.qos import QoSProfile, ReliabilityPolicy, qos_profile_sensor_data
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.subscription import Subscription
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image as ImageMessage

from sageiq_msgs.msg import TarQuality
from sageiq_ros.config import Config, PipelineConfig, of_camera
from sageiq_ros.images import COMPRESSED_TYPE
from sageiq_ros.nodes.camera import Camera, NewestFrames, resolve_cameras
from sageiq_ros.nodes.camera_report import CameraReport, find_source
from sageiq_ros.nodes.describe import DescribeQualityService
from sageiq_ros.nodes.diagnostics import results_status, stage_statuses
from sageiq_ros.nodes.load_report import LoadReport, memory_status
from sageiq_ros.nodes.loading import Loading
from sageiq_ros.nodes.messages import bgr_image, tar_quality
from sageiq_ros.nodes.parameters import NodeParameters
from sageiq_ros.nodes.run import run_until_signal
from sageiq_ros.nodes.worker import InferenceWorker, Taken
from sageiq_ros.overlay import draw_assessment
from sageiq_ros.pipeline import Pipeline, build_pipeline, grade
from sageiq_ros.types import Assessment, SageIQError

NAME, NAMESPACE = 'sageiq_node', 'sageiq'
RESULTS, OVERLAY = 'tar_quality', 'overlay'
DIAGNOSTICS_PERIOD_S = 1.0
EXIT_WAIT_S = 1.0
LOG_PERIOD_S = 5.0

SUCCESS, FAILURE = TransitionCallbackReturn.SUCCESS, TransitionCallbackReturn.FAILURE


class SageIQNode(LifecycleNode):
    """Run one pipeline for all cameras.

    Engines are loaded and warmed in configure, images are subscribed to in activate. The executor
    only stores messages; one inference thread takes the newest of every camera in turns. ``build``
    makes the pipeline of a configuration.
    """

    def __init__(
        self, *, build: Callable[[PipelineConfig], Pipeline] = build_pipeline, **options: Any
    ) -> None:
        options.setdefault('namespace', NAMESPACE)
        super().__init__(NAME, **options)
        self._build = build
        self._pipeline: Pipeline | None = None
        self._worker: InferenceWorker | None = None
        self._frames: NewestFrames | None = None
        self._cameras: list[Camera] = []
        self._reports: list[CameraReport] = []
        self._image_subscriptions: list[Subscription] = []
        self._advertised: list[LifecyclePublisher] = []
        self._fault = ''
        self._loading: Loading | None = None
        self._settings = NodeParameters(
            self, Config(), locked=lambda: self._pipeline is not None, changed=self._reconfigure
        )
        self._descriptions = DescribeQualityService(
            self, lambda: self._frames, lambda crop: self._pipeline.describe(crop)
        )
        # Both timers run on a steady clock: with simulated time the other one may stand still.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._diagnostics = self.create_publisher(DiagnosticArray, '/diagnostics', 10)
        self.create_timer(DIAGNOSTICS_PERIOD_S, self._publish_diagnostics, clock=steady)
        self._start = self.create_timer(0.0, self._autostart, clock=steady)

    def _autostart(self) -> None:
        self._start.cancel()
        if self._settings.config.autostart and self.trigger_configure() == SUCCESS:
            self.trigger_activate()

    def _reconfigure(self, config: Config) -> None:
        if self._pipeline is not None:
            self._pipeline.config = config
            for camera in self._cameras:
                camera.limit(of_camera(config.camera.max_rate, camera.place))

    # Transitions

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load and warm the engines; a fault is told in one sentence and may be mended."""
        start = perf_counter()
        try:
            self._settings.require_accepted()
            config = self._settings.config
            own = (RESULTS, OVERLAY)
            self._cameras = resolve_cameras(config.cameras, self.resolve_topic_name, own)
            self._loading = Loading(self._build, config)
            self._pipeline = self._loading.result(wanted=self.context.ok)
            if self._pipeline is None:
                return FAILURE
            self._reconfigure(config)
            self._results = self._advertise(TarQuality, RESULTS, config.result_queue)
            self._overlays = self._advertise(ImageMessage, OVERLAY, 1)
        except Exception as error:
            self._release()
            self._fault = _sentence(error)
            self.get_logger().error(f'Cannot configure: {self._fault}')
            return FAILURE
        self._fault = ''
        self.get_logger().info(f'Configured in {perf_counter() - start:.1f} s.')
        return super().on_configure(state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Subscribe to the cameras and start the inference thread."""
        super().on_activate(state)
        assert self._pipeline is not None
        self._frames = frames = NewestFrames(self._cameras)
        self._worker = InferenceWorker(
            frames,
            self._pipeline,
            self._publish,
            self._report_fault,
            batch=lambda: self._settings.config.camera.batch,
        )
        try:
            for camera in self._cameras:
                self._image_subscriptions.append(self._subscribe(camera, frames))
        except Exception as error:
            self._stop()
            super().on_deactivate(state)
            self._fault = _sentence(error)
            self.get_logger().error(f'Cannot activate: {self._fault}')
            return FAILURE
        self._fault = ''
        name = self.get_logger().name
        self._reports = [CameraReport(camera, name) for camera in self._cameras]
        self._load = LoadReport(self._cameras, name)
        topics = ', '.join(camera.topic for camera in self._cameras)
        self.get_logger().info(f'Waiting for images on {topics}.')
        return SUCCESS

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Unsubscribe and let the frame in work end without a result."""
        self._stop()
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Give the engines back; where one fails at it, the node returns by way of on_error."""
        self._fault = ''
        return super().on_cleanup(state) if self._release() else TransitionCallbackReturn.ERROR

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop from any state."""
        self._stop()
        self._release()
        return super().on_shutdown(state)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Return to unconfigured, from where everything can be tried again."""
        self._stop()
        self._release()
        return super().on_error(state)

    def close(self) -> bool:
        """Stop without a transition when the process ends, within a bounded time.

        Return whether all threads have ended; one within an engine cannot be interrupted.
        """
        ended = self._stop(EXIT_WAIT_S) and (self._loading is None or self._loading.done)
        self._release()
        return ended

    def _stop(self, timeout: float | None = None) -> bool:
        for subscription in self._image_subscriptions:
            self.destroy_subscription(subscription)
        self._image_subscriptions.clear()
        self._reports.clear()
        self._frames = None
        self._descriptions.cancel()
        if self._worker is not None and self._worker.stop(timeout, wanted=self.context.ok):
            self._worker = None
        return self._worker is None

    def _release(self) -> bool:
        """Give all back that configure took; return whether that went well, and tell if not."""
        pipeline, self._pipeline = self._pipeline, None
        while self._advertised:
            self.destroy_lifecycle_publisher(self._advertised.pop())
        try:
            if pipeline is not None:
                pipeline.close()
        except Exception as error:
            self.get_logger().error(f'The engines could not be closed: {_sentence(error)}')
            return False
        return True

    def _advertise(self, message_type: type, topic: str, depth: int) -> LifecyclePublisher:
        publisher = self.create_lifecycle_publisher(
            message_type,
            topic,
            QoSProfile(depth=depth, reliability=ReliabilityPolicy.RELIABLE),
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
        )
        self._advertised.append(publisher)
        return publisher

    # Images

    def _subscribe(self, camera: Camera, frames: NewestFrames) -> Subscription:
        qos = QoSProfile(depth=1, reliability=qos_profile_sensor_data.reliability)
        return self.create_subscription(
            CompressedImage if camera.message_type == COMPRESSED_TYPE else ImageMessage,
            camera.topic,
            partial(frames.put, camera),
            qos,
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
        )

    def _publish(self, one: Taken, assessment: Assessment) -> None:
        header, camera = one.frame.message.header, one.frame.camera
        levels = self._settings.config.levels(camera.place)
        assessment = replace(assessment, state=grade(assessment.score, levels))
        height, width = one.image.shape[:2]
        self._results.publish(
            tar_quality(
                assessment,
                header=header,
                camera=camera.name,
                size=(width, height),
                total_ms=1e3 * (perf_counter() - one.taken),
            )
        )
        if self._overlays.get_subscription_count():
            self._overlays.publish(bgr_image(draw_assessment(one.image, assessment), header))

    def _report_fault(self, camera: Camera, error: BaseException) -> None:
        self.get_logger().warning(
            f'No result for a frame of {camera.topic}: {_sentence(error)}',
            throttle_duration_sec=LOG_PERIOD_S,
        )

    # Diagnostics

    def _publish_diagnostics(self) -> None:
        message = DiagnosticArray(status=self._statuses())
        message.header.stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(message)

    def _statuses(self) -> list[DiagnosticStatus]:
        name = self.get_logger().name
        statuses = [*stage_statuses(name, self._pipeline, self._fault), memory_status(name)]
        if self._pipeline is None:
            return statuses
        rivals = self.count_publishers(self._results.topic_name) - 1
        statuses.append(results_status(name, self._worker, self._fault, rivals))
        if self._reports:
            statuses.append(self._load.status())
        for report, subscription in zip(self._reports, self._image_subscriptions, strict=True):
            source = find_source(self, report.camera, subscription.qos_profile)
            statuses.append(report.status(source))
        return statuses


def _sentence(error: BaseException) -> str:
    """Word a fault: the user's own plainly, another with its type."""
    return str(error) if isinstance(error, SageIQError) else f'{type(error).__name__}: {error}'


def main(
    args: list[str] | None = None,
    *,
    build: Callable[[PipelineConfig], Pipeline] = build_pipeline,
) -> int:
    """Run the node until SIGINT or SIGTERM."""
    return run_until_signal(lambda: SageIQNode(build=build), args)


if __name__ == '__main__':
    sys.exit(main())
