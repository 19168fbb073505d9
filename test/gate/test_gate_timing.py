# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""When the gate opens and closes: debounce, staleness, and clocks that misbehave."""

import math

import pytest
from gate_results import CAMERA, LATENCY_S, PERIOD_S, START_S, Drive, config, region, result

from sageiq_msgs.msg import GateState
from sageiq_ros.gate.decision import GateStatus
from sageiq_ros.gate.gate import QualityGate
from sageiq_ros.schema import ConfigError

OPEN, CLOSED, STALE = GateStatus.OPEN, GateStatus.CLOSED, GateStatus.STALE
GOOD, BETWEEN, BAD = 0.8, 0.4, 0.2


def test_the_states_are_those_of_the_message():
    told = {name: getattr(GateState, f'STATE_{name}') for name in GateStatus.__members__}
    assert told == dict(GateStatus.__members__)


# Opening


def test_it_opens_by_the_first_result_after_open_after_s_of_good_ones():
    drive = Drive()
    assert drive.run(1.0 - PERIOD_S, GOOD).state is CLOSED
    assert drive.wait(PERIOD_S).state is CLOSED
    assert drive.take(GOOD).state is OPEN


def test_it_opens_at_once_where_nothing_is_waited_for():
    assert Drive(open_after_s=0.0).take(GOOD).state is OPEN


@pytest.mark.parametrize('other', [BETWEEN, BAD, math.nan])
def test_any_result_that_is_not_good_starts_the_wait_anew(other):
    drive = Drive()
    drive.run(1.0 - PERIOD_S, GOOD)
    drive.wait(PERIOD_S)
    drive.take(other)
    drive.wait(PERIOD_S)
    assert drive.run(1.0 - PERIOD_S, GOOD).state is CLOSED
    drive.wait(PERIOD_S)
    assert drive.take(GOOD).state is OPEN


def test_a_gap_between_results_starts_the_wait_anew():
    drive = Drive()
    drive.run(1.0 - PERIOD_S, GOOD)
    drive.wait(0.625)
    drive.take(GOOD)
    assert drive.wait(0.375).state is CLOSED
    assert drive.take(GOOD).state is CLOSED


# Closing


def test_it_closes_after_close_after_s_of_bad_results():
    drive = Drive(close_after_s=0.5).opened()
    drive.wait(PERIOD_S)
    assert drive.run(0.5 - PERIOD_S, BAD).state is OPEN
    assert drive.wait(PERIOD_S).state is CLOSED


def test_time_alone_closes_it_where_the_newest_result_is_bad():
    drive = Drive(close_after_s=0.25).opened()
    drive.wait(PERIOD_S)
    drive.take(BAD)
    assert drive.wait(0.25).state is CLOSED


def test_it_closes_at_once_where_nothing_is_waited_for():
    drive = Drive(close_after_s=0.0).opened()
    drive.wait(PERIOD_S)
    assert drive.take(BAD).state is CLOSED


def test_a_good_result_in_between_starts_the_count_of_bad_time_anew():
    drive = Drive(close_after_s=0.25).opened()
    for _ in range(8):
        for score in (BAD, GOOD):
            drive.wait(PERIOD_S)
            assert drive.take(score).state is OPEN


def test_a_result_between_neither_counts_nor_starts_the_count_anew():
    drive = Drive(close_after_s=0.25).opened()
    states = []
    for score in (BAD, BETWEEN, BETWEEN, BETWEEN, BAD, BETWEEN):
        drive.wait(PERIOD_S)
        states.append(drive.take(score).state)
    assert states == [OPEN] * 5 + [CLOSED]


def test_what_lies_between_keeps_an_open_gate_open_and_a_closed_one_closed():
    drive = Drive().opened()
    drive.wait(PERIOD_S)
    assert drive.run(5.0, BETWEEN).state is OPEN
    drive.wait(PERIOD_S)
    assert drive.run(0.25, BAD).state is CLOSED
    drive.wait(PERIOD_S)
    assert drive.run(5.0, BETWEEN).state is CLOSED


def test_a_bad_person_closes_it_and_is_named_a_bad_tree_does_not():
    drive = Drive().opened()
    drive.wait(PERIOD_S)
    assert drive.run(1.0, GOOD, region('tree', 0.0)).state is OPEN
    drive.wait(PERIOD_S)
    decision = drive.run(0.25, GOOD, region('tree', 0.0), region('Person', 0.1))
    assert decision.state is CLOSED
    assert [one.label for one in decision.regions] == ['Person']


# Staleness and the two clocks


def test_it_is_stale_when_results_stop_and_opening_takes_the_whole_wait_again():
    drive = Drive().opened()
    assert drive.wait(0.375).state is OPEN
    assert drive.wait(0.25).state is STALE
    assert drive.take(GOOD).state is CLOSED
    drive.wait(PERIOD_S)
    assert drive.run(1.0 - 2 * PERIOD_S, GOOD).state is CLOSED
    drive.wait(PERIOD_S)
    assert drive.take(GOOD).state is OPEN


def test_it_is_stale_with_a_paused_clock():
    drive = Drive().opened()
    assert drive.wait(0.625, ros=0.0).state is STALE


def test_the_same_picture_again_and_again_does_not_keep_it_open():
    drive = Drive().opened()
    stamp_s = drive.ros_s
    states = []
    for _ in range(5):
        drive.wait(PERIOD_S, ros=0.0)
        states.append(drive.take(GOOD, stamp_s=stamp_s).state)
    assert states == [OPEN] * 5
    drive.wait(PERIOD_S, ros=0.0)
    assert drive.take(GOOD, stamp_s=stamp_s).state is STALE


def test_results_of_old_images_are_stale_however_fast_they_come():
    drive = Drive().opened()
    for _ in range(3):
        drive.wait(PERIOD_S)
        assert drive.take(GOOD).state is OPEN
    drive.wait(PERIOD_S, ros=PERIOD_S + 0.5)
    assert drive.take(GOOD, stamp_s=drive.ros_s - 0.625).state is STALE


@pytest.mark.parametrize('rate', [0.5, 1.0, 2.0, 4.0])
def test_opening_takes_its_time_on_both_clocks(rate):
    drive = Drive()
    began = drive.steady_s, drive.ros_s
    drive.take(GOOD)
    while drive.camera.state is not OPEN:
        drive.wait(PERIOD_S / 2, ros=rate * PERIOD_S / 2)
        drive.take(GOOD)
    passed = drive.steady_s - began[0], drive.ros_s - began[1]
    assert min(passed) >= 1.0
    assert max(passed) == max(rate, 1 / rate)


@pytest.mark.parametrize('rate', [0.5, 1.0, 2.0, 4.0])
def test_closing_takes_its_time_on_one_clock_only(rate):
    drive = Drive(close_after_s=0.5, stale_after_s=2.0).opened()
    drive.wait(PERIOD_S)
    began = drive.steady_s, drive.ros_s
    drive.take(BAD)
    while drive.camera.state is OPEN:
        drive.wait(PERIOD_S / 4, ros=rate * PERIOD_S / 4)
        drive.take(BAD)
    assert max(drive.steady_s - began[0], drive.ros_s - began[1]) == 0.5


def test_a_burst_of_results_that_waited_opens_nothing():
    drive = Drive(stale_after_s=2.0)
    drive.wait(1.5)
    for late in (1.5, 1.25, 1.0, 0.75, 0.5, 0.25, 0.0):
        assert drive.take(GOOD, stamp_s=drive.ros_s - late).state is CLOSED


def test_a_bag_that_starts_over_starts_the_gate_over():
    drive = Drive().opened()
    drive.ros_s = START_S
    assert drive.camera.state is STALE
    assert drive.take(GOOD).state is STALE
    drive.wait(PERIOD_S)
    assert drive.run(1.0 - PERIOD_S, GOOD).state is CLOSED
    drive.wait(PERIOD_S)
    assert drive.take(GOOD).state is OPEN


@pytest.mark.parametrize('ahead', [0.0, 0.0625])
def test_a_stamp_a_little_ahead_of_ros_time_is_taken(ahead):
    drive = Drive(open_after_s=0.0)
    assert drive.take(GOOD, stamp_s=drive.ros_s + ahead).state is OPEN


def test_a_stamp_farther_ahead_is_not_and_the_tolerance_is_a_setting():
    for tolerance, state in ((0.1, STALE), (0.5, OPEN)):
        drive = Drive(open_after_s=0.0, future_tolerance_s=tolerance)
        assert drive.take(GOOD, stamp_s=drive.ros_s + 0.25).state is state


@pytest.mark.parametrize('nonsense', [math.nan, math.inf, -math.inf])
def test_clocks_that_say_nonsense_never_open_it(nonsense):
    for clocks in ((nonsense, START_S), (0.0, nonsense), (nonsense, nonsense)):
        gate = QualityGate(config(open_after_s=0.0))
        gate.take(result(GOOD), *clocks)
        assert gate.state(*clocks).state is not OPEN
    drive = Drive().opened()
    for clocks in ((nonsense, drive.ros_s), (drive.steady_s, nonsense)):
        assert drive.gate.state(*clocks).state is not OPEN


def test_a_stamp_that_lay_in_the_future_starts_the_wait_anew_though_nobody_asked():
    drive = Drive(open_after_s=0.25)
    drive.take(GOOD)
    drive.steady_s, drive.ros_s = drive.steady_s + PERIOD_S, drive.ros_s + PERIOD_S
    drive.gate.take(result(GOOD, stamp_s=drive.ros_s + 0.125), drive.steady_s, drive.ros_s)
    drive.steady_s, drive.ros_s = drive.steady_s + 0.25, drive.ros_s + 0.25
    assert drive.take(GOOD).state is CLOSED


def test_the_age_of_a_kept_quality_adds_to_that_of_the_image():
    drive = Drive().opened()
    drive.wait(PERIOD_S)
    assert drive.take(GOOD, region('car', 0.9), region('tree', 0.9, age_s=0.25)).state is OPEN
    assert drive.wait(0.125).state is OPEN
    assert drive.wait(0.125).state is STALE


# Several cameras, and settings


TWO = {'cameras': (CAMERA, 'rear'), 'open_after_s': 0.0, 'close_after_s': 0.0}


def test_it_is_open_while_every_camera_is():
    drive = Drive(**TWO)
    assert drive.decision.state is GateStatus.UNKNOWN
    drive.take(GOOD)
    assert (drive.decision.state, drive.decision.camera) == (GateStatus.UNKNOWN, 'rear')
    drive.take(GOOD, camera='rear')
    assert (drive.decision.state, drive.decision.camera) == (OPEN, '')
    drive.wait(PERIOD_S)
    drive.take(BAD, camera='rear')
    assert (drive.decision.state, drive.decision.camera) == (CLOSED, 'rear')
    drive.take(BAD)
    assert (drive.decision.state, drive.decision.camera) == (CLOSED, CAMERA)


def test_of_cameras_that_are_not_open_the_one_whose_trouble_lies_deepest_decides():
    drive = Drive(**TWO | {'cameras': (CAMERA, 'rear', 'left')})
    drive.take(BAD)
    drive.take(GOOD, camera='left')
    assert (drive.decision.state, drive.decision.camera) == (GateStatus.UNKNOWN, 'rear')
    drive.wait(0.625)
    drive.take(BAD)
    assert (drive.decision.state, drive.decision.camera) == (STALE, 'left')


def test_a_camera_that_the_gate_does_not_have_changes_nothing():
    gate = QualityGate(config(open_after_s=0.0))
    assert not gate.take(result(GOOD, camera='rear'), 0.0, START_S)
    assert gate.state(0.0, START_S).state is GateStatus.UNKNOWN


def test_a_decision_tells_the_newest_stamp_and_score():
    decision = Drive().take(BAD, stamp_s=START_S - 0.25)
    assert (decision.stamp.sec, decision.stamp.nanosec) == (1023, 750_000_000)
    assert decision.score == BAD


def test_settings_act_at_once_on_the_newest_result():
    drive = Drive(open_after_s=0.0, close_after_s=0.0)
    assert drive.take(0.5).state is OPEN
    drive.gate.config = config(open_after_s=0.0, close_after_s=0.0, min_score=(0.6,))
    assert drive.camera.state is CLOSED
    drive.gate.config = config(open_after_s=0.0)
    assert drive.camera.state is CLOSED
    assert drive.take(0.5).state is OPEN
    drive.gate.config = config(stale_after_s=0.0625)
    assert drive.wait(PERIOD_S).state is STALE


def test_an_open_gate_has_close_after_s_from_its_newest_result_under_limits_it_does_not_meet():
    drive = Drive(close_after_s=0.25).opened()
    drive.wait(PERIOD_S)
    drive.gate.config = config(close_after_s=0.25, min_score=(0.9,))
    assert drive.camera.reason == 'closes in 0.12 s: score 0.80 is below 0.90'
    assert drive.wait(PERIOD_S).state is CLOSED


def test_an_open_gate_stays_open_under_limits_its_newest_result_is_not_below():
    drive = Drive().opened()
    drive.gate.config = config(min_score=(0.75,))
    drive.wait(PERIOD_S)
    assert drive.run(2.0, GOOD).state is OPEN


@pytest.mark.parametrize('score', [(0.2,), (0.35,), (0.5,)])
def test_a_change_of_settings_starts_the_wait_for_opening_anew(score):
    drive = Drive()
    drive.run(1.0 - PERIOD_S, GOOD)
    drive.gate.config = config(min_score=score)
    drive.wait(PERIOD_S)
    assert drive.run(1.0 - PERIOD_S, GOOD).state is CLOSED
    drive.wait(PERIOD_S)
    assert drive.take(GOOD).state is OPEN


def test_a_result_that_was_bad_does_not_count_as_bad_time_under_limits_it_meets():
    drive = Drive(close_after_s=0.25, stale_after_s=2.0).opened()
    drive.wait(PERIOD_S)
    drive.take(0.5)
    drive.gate.config = config(close_after_s=0.25, stale_after_s=2.0, min_score=(0.6,))
    assert drive.wait(PERIOD_S).state is OPEN
    drive.gate.config = config(close_after_s=0.25, stale_after_s=2.0)
    assert drive.wait(PERIOD_S * 4).state is OPEN


# One picture, two results


@pytest.mark.parametrize('order', [(BAD, GOOD), (GOOD, BAD)])
def test_of_two_results_of_one_picture_the_worse_stays(order):
    drive = Drive().opened()
    for _ in range(4):
        drive.wait(PERIOD_S)
        stamp_s = drive.ros_s - LATENCY_S
        for score in order:
            decision = drive.take(score, stamp_s=stamp_s)
    assert decision.state is CLOSED
    assert decision.score == BAD


def test_the_next_picture_is_judged_by_its_own_results():
    drive = Drive(open_after_s=0.0, close_after_s=0.0)
    stamp_s = drive.ros_s
    drive.take(math.nan, stamp_s=stamp_s)
    assert drive.take(GOOD, stamp_s=stamp_s).state is CLOSED
    drive.wait(PERIOD_S)
    assert drive.take(GOOD).state is OPEN


def test_only_the_cameras_of_a_gate_cannot_be_changed():
    drive = Drive()
    with pytest.raises(ConfigError, match='make another gate'):
        drive.gate.config = config(cameras=('rear',))


@pytest.mark.parametrize(
    ('changes', 'reason'),
    [
        ({'cameras': ()}, 'cameras is empty; name at least one.'),
        ({'cameras': ('a', 'b', 'a')}, "cameras names 'a' twice"),
        ({'floor_labels': ('man', 'Man ')}, "floor_labels names 'man' twice"),
        ({'cameras': ('a', 'b', 'c'), 'min_score': (0.1, 0.2)}, '2 numbers for 3 cameras'),
        ({'floor_labels': ('man',), 'floor': (0.1, 0.2)}, '2 numbers for 1 floor_labels'),
    ],
)
def test_settings_that_contradict_are_refused(changes, reason):
    with pytest.raises(ConfigError, match=reason):
        config(**changes)


@pytest.mark.parametrize(
    ('changes', 'reason'),
    [
        ({'min_score': (-1.0,)}, 'min_score must lie in'),
        ({'min_score': (math.nan,)}, 'min_score must be a finite number'),
        ({'min_score': ()}, 'min_score is empty'),
        ({'min_score': 0.5}, 'min_score must be a list of numbers'),
        ({'floor': (2.0,)}, 'floor must lie in'),
        ({'cameras': 'front'}, 'cameras must be a list of strings'),
        ({'hysteresis': -0.5}, 'hysteresis must lie in'),
        ({'open_after_s': -1.0}, 'open_after_s must lie in'),
        ({'close_after_s': math.nan}, 'close_after_s must be a finite number'),
        ({'stale_after_s': math.inf}, 'stale_after_s must be a finite number'),
        ({'autostart': 1}, 'autostart must be of type bool'),
    ],
)
def test_settings_of_the_wrong_kind_or_out_of_their_range_are_refused(changes, reason):
    with pytest.raises(ConfigError, match=reason):
        config(**changes)


def test_settings_take_lists_and_whole_numbers():
    assert config(min_score=[1], close_after_s=2) == config(min_score=(1.0,), close_after_s=2.0)


@pytest.mark.parametrize('none', [(), ('',)])
def test_without_labels_there_are_no_floors(none):
    drive = Drive(open_after_s=0.0, floor_labels=none)
    assert drive.take(GOOD, region('person', 0.0), region('', 0.0)).state is OPEN
