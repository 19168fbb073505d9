# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""No result of steady cameras is older than the age limit of a soak, whatever they send."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.nodes.camera import NewestFrames, resolve_cameras
from sageiq_ros.nodes.load.verdict import age_limit

FRAMES_SENT = 40


def oldest(period, begins):
    """Return the greatest age of a result, in the time that a frame takes to process.

    Each camera sends every ``period``, the first frame at its entry in ``begins``.
    """
    cameras = resolve_cameras([f'camera_{place}' for place in range(len(begins))], str)
    slots = NewestFrames(cameras)
    due = sorted(
        (begin + number * period, camera.place)
        for number in range(FRAMES_SENT)
        for camera, begin in zip(cameras, begins, strict=True)
    )
    now, ages = 0.0, []
    # Until a camera sends its last frame, whose place no newer one would take.
    while now <= (FRAMES_SENT - 1) * period:
        if sum(camera.received - camera.dropped for camera in cameras) == len(ages):
            now = max(now, due[0][0])
        while due and due[0][0] <= now:
            at, place = due.pop(0)
            header = SimpleNamespace(stamp=SimpleNamespace(sec=1, nanosec=0))
            slots.put(cameras[place], SimpleNamespace(header=header, at=at))
        now += 1.0
        ages.append(now - slots.take().message.at)
    return max(ages)


@given(
    period=st.floats(0.1, 8.0),
    begins=st.lists(st.floats(0.0, 8.0), min_size=1, max_size=5),
)
def test_the_limit_holds_for_every_period_and_every_stagger(period, begins):
    begins = [begin % period for begin in begins]
    assert oldest(period, begins) <= age_limit(period, len(begins)) + 1e-6


@pytest.mark.parametrize('count', [1, 2, 3, 4])
def test_cameras_that_send_at_once_wait_for_one_another_though_nothing_is_overloaded(count):
    assert oldest(10.0, [0.0] * count) == count
    assert age_limit(10.0, count) >= count


@pytest.mark.parametrize('period', [0.1, 0.47, 1.0])
def test_cameras_faster_than_the_node_are_held_to_two_frames(period):
    assert age_limit(period, 3) == 2.0


def test_a_node_that_hardly_keeps_up_makes_a_frame_wait_for_its_own_camera_too():
    # Of two cameras: more than the frame in work and one of the other.
    assert oldest(1.5, [0.0, 0.75]) == 2.25
    assert age_limit(1.5, 2) == 2.5
