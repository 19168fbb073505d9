# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""When the cameras of a load send, and in which order."""

from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.nodes.load.cameras import Load, schedule

LOADS = st.builds(
    Load,
    cameras=st.lists(st.sampled_from('abcd'), min_size=1, max_size=4, unique=True).map(tuple),
    rate_hz=st.floats(0.5, 200.0),
    burst=st.integers(1, 20),
    broken_every=st.integers(0, 5),
)


def first(load, number):
    return list(islice(schedule(load), number))


@given(LOADS)
def test_frames_are_due_in_the_order_of_time(load):
    assert all(a.at_s <= b.at_s + 1e-9 for a, b in pairwise(first(load, 100)))


@given(LOADS)
def test_every_camera_sends_at_the_rate_whatever_the_pattern(load):
    groups = 4
    due = first(load, groups * load.burst * len(load.cameras) + 1)
    for camera in load.cameras:
        assert sum(one.camera == camera for one in due[:-1]) == groups * load.burst
    assert due[-1].at_s == pytest.approx(groups * load.burst / load.rate_hz)


def test_steady_cameras_are_evenly_staggered():
    due = first(Load(('a', 'b'), 10.0), 5)
    assert [one.camera for one in due] == ['a', 'b', 'a', 'b', 'a']
    assert [one.at_s for one in due] == pytest.approx([0.0, 0.05, 0.1, 0.15, 0.2])


def test_a_burst_is_five_times_as_fast_and_then_there_is_a_pause():
    times = [one.at_s for one in first(Load(('a',), 10.0, burst=3), 4)]
    assert times == pytest.approx([0.0, 0.02, 0.04, 0.3])


def test_the_first_frame_of_each_camera_is_broken_and_every_third_after_it():
    due = first(Load(('a', 'b'), 10.0, broken_every=3), 12)
    for camera in 'ab':
        broken = [one.broken for one in due if one.camera == camera]
        assert broken == [True, False, False, True, False, False]


@pytest.mark.parametrize('load', [Load(), Load((), 30.0), Load(('a',), 0.0)])
def test_no_camera_and_no_rate_are_silence(load):
    assert first(load, 1) == []
