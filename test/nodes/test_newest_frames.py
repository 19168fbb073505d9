# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""One slot a camera: the newest frame wins, cameras take turns, closing wakes the taker."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.nodes.camera import Camera, NewestFrames


def cameras(count):
    return [Camera(f'camera{place}', f'/camera{place}', 'image') for place in range(count)]


def test_a_newer_frame_takes_the_place_of_the_waiting_one():
    (camera,) = cameras(1)
    frames = NewestFrames([camera])
    for number in range(3):
        frames.put(camera, number)
    frame = frames.take()
    assert (frame.camera, frame.message) == (camera, 2)
    assert (camera.received, camera.dropped) == (3, 2)


def test_cameras_take_turns_from_the_one_after_the_last():
    left, middle, right = cameras(3)
    frames = NewestFrames([left, middle, right])
    for camera in (left, middle, right):
        frames.put(camera, None)
    assert frames.take().camera is left
    frames.put(left, None)
    assert [frames.take().camera for _ in range(3)] == [middle, right, left]


def test_closing_wakes_the_taker_and_ends_everything():
    (camera,) = cameras(1)
    frames = NewestFrames([camera])
    taken = []
    taker = threading.Thread(target=lambda: taken.append(frames.take()))
    taker.start()
    frames.close()
    taker.join(5.0)
    assert taken == [None]
    frames.put(camera, 'late')
    assert frames.take() is None
    assert camera.received == 0


def test_the_newest_frame_is_kept_after_it_was_taken():
    left, right = cameras(2)
    frames = NewestFrames([left, right])
    assert frames.newest(left) is None
    for number in range(3):
        frames.put(left, number)
        assert frames.newest(left).message == number
        frames.take()
        assert frames.newest(left).message == number
    assert frames.newest(right) is None


def test_errands_come_in_order_and_a_waiting_frame_between_two_of_them():
    left, right = cameras(2)
    frames = NewestFrames([left, right])
    errands = [lambda number=number: number for number in range(3)]
    for errand in errands:
        frames.ask(errand)
    assert frames.take() is errands[0]
    assert frames.take() is errands[1]
    frames.put(left, None)
    frames.put(right, None)
    assert frames.take().camera is left
    assert frames.take() is errands[2]
    assert frames.take().camera is right


def test_no_errand_is_handed_out_after_closing():
    frames = NewestFrames(cameras(1))
    frames.ask(lambda: None)
    frames.close()
    assert frames.take() is None


@given(st.lists(st.integers(0, 3), max_size=60))
def test_every_frame_is_taken_dropped_or_waiting_and_no_camera_waits_long(events):
    """Event 0 takes a frame if there is one; others give camera 1, 2 or 3 a new one."""
    group = cameras(3)
    frames = NewestFrames(group)
    waiting, since, taken, number = {}, {}, 0, 0
    for event in events:
        if event:
            number += 1
            camera = group[event - 1]
            frames.put(camera, number)
            waiting[camera.name] = number
            since.setdefault(camera.name, taken)
        elif waiting:
            frame = frames.take()
            assert frame.message == waiting.pop(frame.camera.name)
            assert taken - since.pop(frame.camera.name) < len(group)
            taken += 1
    assert sum(camera.received for camera in group) == number
    assert number == taken + len(waiting) + sum(camera.dropped for camera in group)
