# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""One slot a camera: the newest frame wins, cameras take turns, closing wakes the taker."""

import threading
from itertools import accumulate
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.nodes.camera import Camera, NewestFrames, Stamps


def cameras(count):
    return [Camera(f'camera{place}', f'/camera{place}', 'image', place) for place in range(count)]


def message(number=0, seconds=1.0):
    sec, nanosec = divmod(round(seconds * 1e9), 1_000_000_000)
    return SimpleNamespace(
        number=number, header=SimpleNamespace(stamp=SimpleNamespace(sec=sec, nanosec=nanosec))
    )


def test_a_newer_frame_takes_the_place_of_the_waiting_one():
    (camera,) = cameras(1)
    frames = NewestFrames([camera])
    for number in range(3):
        frames.put(camera, message(number))
    frame = frames.take()
    assert (frame.camera, frame.message.number) == (camera, 2)
    assert (camera.received, camera.dropped) == (3, 2)


def test_cameras_take_turns_from_the_one_after_the_last():
    left, middle, right = cameras(3)
    frames = NewestFrames([left, middle, right])
    for camera in (left, middle, right):
        frames.put(camera, message())
    assert frames.take().camera is left
    frames.put(left, message())
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
    frames.put(camera, message())
    assert frames.take() is None
    assert camera.received == 0


def test_the_newest_frame_is_kept_after_it_was_taken():
    left, right = cameras(2)
    frames = NewestFrames([left, right])
    assert frames.newest(left) is None
    for number in range(3):
        frames.put(left, message(number))
        assert frames.newest(left).message.number == number
        frames.take()
        assert frames.newest(left).message.number == number
    assert frames.newest(right) is None


def test_errands_come_in_order_and_a_waiting_frame_between_two_of_them():
    left, right = cameras(2)
    frames = NewestFrames([left, right])
    errands = [lambda number=number: number for number in range(3)]
    for errand in errands:
        frames.ask(errand)
    assert frames.take() is errands[0]
    assert frames.take() is errands[1]
    frames.put(left, message())
    frames.put(right, message())
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
            frames.put(camera, message(number))
            waiting[camera.name] = number
            since.setdefault(camera.name, taken)
        elif waiting:
            frame = frames.take()
            assert frame.message.number == waiting.pop(frame.camera.name)
            assert taken - since.pop(frame.camera.name) < len(group)
            taken += 1
    assert sum(camera.received for camera in group) == number
    assert number == taken + len(waiting) + sum(camera.dropped for camera in group)


def test_another_frame_is_of_another_camera_and_none_is_waited_for():
    left, right = cameras(2)
    frames = NewestFrames([left, right])
    frames.put(left, message(1))
    frames.put(right, message(2))
    assert frames.take().camera is left
    frames.put(left, message(3))
    assert frames.take_another(without=[left]).camera is right
    assert frames.take_another(without=[left, right]) is None
    assert frames.take().message.number == 3


def test_no_other_frame_is_handed_out_after_closing():
    left, right = cameras(2)
    frames = NewestFrames([left, right])
    frames.put(right, message())
    frames.close()
    assert frames.take_another(without=[left]) is None


def taken(times, max_rate):
    """Tell which of the messages that come at ``times`` a camera takes."""
    (camera,) = cameras(1)
    camera.max_rate = max_rate
    found = [time for time in times if camera.receive(message(), time)]
    assert (camera.received, camera.skipped) == (len(times), len(times) - len(found))
    return found


def test_a_camera_at_its_greatest_rate_loses_nothing_though_its_frames_come_unevenly():
    times = [number / 30 + (0.003 if number % 2 else -0.003) for number in range(90)]
    assert taken(times, 30.0) == times


def test_every_third_frame_of_a_camera_is_taken_at_a_third_of_its_rate():
    times = [number / 30 for number in range(90)]
    assert taken(times, 10.0) == times[::3]


@given(st.lists(st.floats(0.0, 0.2), min_size=1, max_size=100), st.floats(1.0, 100.0))
def test_no_more_frames_are_taken_than_the_greatest_rate_allows(gaps, max_rate):
    times = list(accumulate(gaps, initial=0.0))
    found = taken(times, max_rate)
    # The first, and of each the tenth of a period that it may come early.
    assert len(found) <= 1.2 + (found[-1] - found[0]) * max_rate / 0.9


def test_after_a_pause_the_first_frame_is_taken_at_once_and_no_burst_follows():
    assert taken([0.0, 0.01, 5.0, 5.01, 5.02, 5.03], 10.0) == [0.0, 5.0]


def test_stamps_that_are_missing_or_run_backwards_are_counted():
    stamps = Stamps()
    for seconds in (1.0, 2.0, 2.0, 0.0, 3.0, 1.5, 1.6):
        stamps.add(message(seconds=seconds).header.stamp)
    assert (stamps.missing, stamps.backward) == (1, 1)


def test_a_new_greatest_rate_counts_from_the_next_frame_on():
    (camera,) = cameras(1)
    camera.limit(0.01)
    assert camera.receive(message(), 0.0)
    assert not camera.receive(message(), 1.0)
    camera.limit(10.0)
    assert camera.receive(message(), 1.1)
    camera.limit(10.0)
    assert not camera.receive(message(), 1.12)
