# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The service ``describe_quality``: the picture quality of a camera's newest frame in words."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue

from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.clock import Clock, ClockType
from rclpy.exceptions import InvalidHandle
from rclpy.node import Node
from rclpy.task import Future
from sensor_msgs.msg import RegionOfInterest

from sageiq_msgs.srv import DescribeQuality
from sageiq_ros.images import to_bgr
from sageiq_ros.nodes.camera import Camera, Frame, NewestFrames
from sageiq_ros.types import Image, SageIQError

DEADLINE_S = 60.0
MOST_WAITING = 4


class DescriptionError(SageIQError):
    """A request that cannot be answered; its text becomes the answer's ``message``."""


class DescribeQualityService:
    """Answer requests without holding up the executor or sharing the scorer between threads.

    A request waits as a coroutine of the executor while the inference thread, between two frames,
    decodes the frame and runs ``describe`` on the region. ``frames`` gives the frames of an
    active node and None otherwise; the service itself is there from the start, to say why there
    is no answer.
    """

    def __init__(
        self,
        node: Node,
        frames: Callable[[], NewestFrames | None],
        describe: Callable[[Image], str],
    ) -> None:
        self._node = node
        self._frames = frames
        self._describe = describe
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._waiting: set[Future] = set()
        self._outcomes: SimpleQueue[tuple[Future, str | Exception]] = SimpleQueue()
        # A coroutine that waits keeps its callback group: the node's own would stop with it.
        self._group = ReentrantCallbackGroup()
        self._wake = node.create_guard_condition(self._deliver, callback_group=self._group)
        node.create_service(
            DescribeQuality, 'describe_quality', self._answer, callback_group=self._group
        )

    def cancel(self) -> None:
        """Answer every waiting request that the node is no longer active."""
        for future in self._waiting:
            if not future.done():
                future.set_result(self._inactive())

    async def _answer(
        self, request: DescribeQuality.Request, response: DescribeQuality.Response
    ) -> DescribeQuality.Response:
        try:
            response.description = await self._outcome(request)
            response.success = True
        except SageIQError as error:
            response.message = str(error)
        except Exception as error:
            response.message = f'The description failed with {type(error).__name__}: {error}.'
        return response

    async def _outcome(self, request: DescribeQuality.Request) -> str:
        frames = self._frames()
        if frames is None:
            raise self._inactive()
        camera = choose_camera(frames.cameras, request.camera)
        frame = frames.newest(camera)
        if frame is None:
            raise DescriptionError(
                f'No image has come on {camera.topic} yet; check its publisher in /diagnostics.'
            )
        if len(self._waiting) >= MOST_WAITING:
            raise DescriptionError(
                f'{MOST_WAITING} descriptions are already waiting; ask again when they have come.'
            )
        future: Future = Future(executor=self._node.executor)
        self._waiting.add(future)
        timer = self._node.create_timer(
            DEADLINE_S,
            lambda: self._give_up(future),
            callback_group=self._group,
            clock=self._steady,
        )
        try:
            frames.ask(lambda: self._work(future, frame, request.roi))
            outcome = await future
        finally:
            self._waiting.discard(future)
            self._node.destroy_timer(timer)
        if isinstance(outcome, Exception):
            raise outcome
        if not outcome.strip():
            raise DescriptionError('The model gave an empty answer; ask again or about more.')
        return outcome

    def _give_up(self, future: Future) -> None:
        if not future.done():
            future.set_result(
                DescriptionError(
                    f'There was no description within {DEADLINE_S:.0f} s; the inference thread '
                    f'is busy or the model is slow.'
                )
            )

    def _work(self, future: Future, frame: Frame, roi: RegionOfInterest) -> None:
        """Describe in the inference thread, unless nobody waits any more."""
        if future.done():
            return
        try:
            outcome: str | Exception = self._describe(cut_roi(to_bgr(frame.message), roi))
        except Exception as error:
            outcome = error
        self._outcomes.put((future, outcome))
        # The node may have been destroyed meanwhile, where an engine outlives the wait for it.
        with suppress(InvalidHandle):
            self._wake.trigger()

    def _deliver(self) -> None:
        with suppress(Empty):
            while True:
                future, outcome = self._outcomes.get_nowait()
                if not future.done():
                    future.set_result(outcome)

    def _inactive(self) -> DescriptionError:
        name = self._node.get_fully_qualified_name()
        return DescriptionError(
            f'The node is not active; activate it with "ros2 lifecycle set {name} activate".'
        )


def choose_camera(cameras: tuple[Camera, ...], name: str) -> Camera:
    """Find a camera by its topic, as configured or resolved; an empty name is the only one's.

    Raises DescriptionError for an unknown name, and for none where there are several cameras.
    """
    names = ', '.join(camera.name for camera in cameras)
    if not name and len(cameras) > 1:
        raise DescriptionError(f'There are several cameras; name one of {names}.')
    for camera in cameras:
        if name in ('', camera.name, camera.topic):
            return camera
    raise DescriptionError(f'{name!r} is no camera of this node; name one of {names}.')


def cut_roi(image: Image, roi: RegionOfInterest) -> Image:
    """Return the pixels of a RegionOfInterest, all of them where it has no width or height.

    Raises DescriptionError for one that does not lie inside the image.
    """
    x, y, width, height = roi.x_offset, roi.y_offset, roi.width, roi.height
    if not (width and height):
        return image
    rows, columns = image.shape[:2]
    if x + width > columns or y + height > rows:
        raise DescriptionError(
            f'The roi of {width}x{height} pixels at ({x}, {y}) does not lie inside the image of '
            f'{columns}x{rows} pixels.'
        )
    return image[y : y + height, x : x + width]
