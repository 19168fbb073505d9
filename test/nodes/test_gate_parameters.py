# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The gate's parameters: live, lists included, all or none, refused with a reason."""

import math
import time

import pytest
from gate_side import ACTIVATE, CLEANUP, CLOSED, CONFIGURE, DEACTIVATE, OPEN, QUICK, UNKNOWN


def test_a_minimum_acts_on_the_next_result(start_gate, side):
    start_gate(**QUICK)
    with side.stream(score=0.7):
        side.await_state(OPEN)
        assert side.set(min_score=[0.8]).successful
        side.await_state(CLOSED, 'score 0.70 is below 0.80')
        assert side.set(min_score=[0.6]).successful
        side.await_state(OPEN)


def test_a_minimum_acts_at_once_on_the_newest_result(start_gate, side):
    start_gate(**QUICK | {'stale_after_s': 60.0, 'heartbeat_s': 10.0})
    side.open()
    begin = time.monotonic()
    assert side.set(min_score=[0.95]).successful
    side.await_state(CLOSED, 'score 0.90 is below 0.95')
    assert time.monotonic() - begin < 10.0


def test_labels_and_their_floors_change_in_one_step(start_gate, side):
    start_gate(**QUICK, floor_labels=['person', 'bicycle'], floor=[0.3, 0.2])
    with side.stream(regions={'bicycle': 0.35, 'dog': 0.1}):
        side.await_state(OPEN)
        assert side.set(
            floor_labels=['person', 'bicycle', 'dog'], floor=[0.3, 0.2, 0.15]
        ).successful
        side.await_state(CLOSED, 'dog 0.10 is below its floor 0.15')
        assert side.set(floor_labels=[''], floor=[0.3]).successful
        side.await_state(OPEN)


@pytest.mark.parametrize(
    ('change', 'reason'),
    [
        ({'min_score': [1.5]}, 'min_score must lie in [0.0, 1.0], not 1.5.'),
        ({'min_score': [math.nan]}, 'min_score must be a finite number'),
        ({'min_score': [0.1, 0.2]}, 'min_score holds 2 numbers for 1 cameras'),
        ({'floor': [0.1, 0.2, 0.3]}, 'floor holds 3 numbers for 9 floor_labels'),
        ({'floor_labels': ['man', 'MAN']}, "floor_labels names 'man' twice"),
        ({'stale_after_s': 0.0}, 'out of range'),
        ({'hysteresis': 'much'}, 'Wrong parameter type'),
        ({'cameras': ['rear']}, 'cameras is read when the node is configured'),
        ({'heartbeat_s': 1.0}, 'heartbeat_s is read when the node is configured'),
        ({'open_after_s': 0.0, 'min_score': [7.0]}, 'min_score must lie in'),
    ],
)
def test_a_bad_value_is_refused_with_the_reason_and_nothing_changes(
    start_gate, side, change, reason
):
    running = start_gate(**QUICK)
    side.open()
    before = running.node._settings.config
    result = side.set(**change)
    assert not result.successful and reason in result.reason
    assert running.node._settings.config == before
    assert side.count(1)[0].state == OPEN


def test_a_bad_value_at_start_is_refused_by_configure_until_it_is_mended(start_gate, side):
    start_gate(**QUICK, min_score=[7.0])
    message = side.await_state(UNKNOWN, 'cannot configure: ')
    assert message.reason == 'cannot configure: min_score must lie in [0.0, 1.0], not 7.0.'
    assert side.set(min_score=[0.5]).successful
    assert side.change(CONFIGURE) and side.change(ACTIVATE)
    side.open()


def test_a_heartbeat_and_cameras_are_changed_while_the_gate_is_not_configured(
    start_gate, side, probe
):
    start_gate(**QUICK)
    side.open()
    assert side.change(DEACTIVATE) and side.change(CLEANUP)
    assert side.set(heartbeat_s=0.05, cameras=['rear']).successful
    probe.until(lambda: [one.camera for one in side.heard[-1].cameras] == ['rear'], 'rear')

    def offered():
        infos = probe.node.get_publishers_info_by_topic('/sageiq/gate_state')
        return [info.qos_profile.deadline.nanoseconds for info in infos]

    probe.until(lambda: offered() == [150_000_000], 'deadline')
    assert side.change(CONFIGURE) and side.change(ACTIVATE)
    with side.stream(camera='rear'):
        side.await_state(OPEN)


def test_an_unknown_parameter_is_named_with_the_nearest_known_one(start_gate, capfd):
    start_gate(min_scores=[0.5])
    assert 'min_scores is not known and unused; is min_score meant?' in capfd.readouterr().err
