# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Every sentence the gate may give as its reason, word for word."""

import math

import pytest
from gate_results import CAMERA, START_S, Drive, config, region, triplet

from sageiq_ros.gate.decision import undecided

CAR = (region('car', 0.1), region('street', 0.9))
CAR_ON_STREET = [triplet(0, 1, 0.9)]


def said(decision):
    return f'{decision.state.name}: {decision.reason}'


def test_before_any_result():
    assert said(Drive().camera) == 'UNKNOWN: no result has come yet'


def test_on_the_way_to_open():
    drive = Drive()
    opens = 'CLOSED: opens in {} s at the earliest: score 0.80 is good enough'
    assert said(drive.take()) == opens.format('1.00')
    assert said(drive.wait(0.25)) == opens.format('1.00')
    assert said(drive.take()) == opens.format('0.75')
    assert said(drive.opened().camera) == 'OPEN: score 0.80 is good enough'


def test_good_enough_but_the_wait_for_opening_has_not_begun():
    waits = 'CLOSED: the wait for opening starts with the next result: score 0.80 is good enough'
    drive = Drive()
    assert drive.take(stamp_s=drive.ros_s + 0.25).state.name == 'STALE'
    assert said(drive.wait(0.25)) == waits
    drive = Drive().opened()
    drive.gate.config = config(close_after_s=0.0, min_score=(0.9,))
    assert said(drive.camera) == 'CLOSED: score 0.80 is below 0.90'
    drive.gate.config = config()
    assert said(drive.camera) == waits


def give(drive, score=0.8, regions=(), **rest):
    return drive.take(score, *regions, **rest)


CLOSING = {
    'score 0.20 is below 0.35': {'score': 0.2},
    'score 0.349 is below 0.350': {'score': 0.349},
    'score 0.18 is below 0.35; car 0.10 lowers it most': {
        'score': 0.18,
        'regions': CAR,
        'triplets': CAR_ON_STREET,
    },
    'person 0.12 is below its floor 0.30': {'regions': [region('person', 0.12)]},
}


@pytest.mark.parametrize('reason', CLOSING)
def test_on_the_way_to_closed_and_closed(reason):
    drive = Drive(close_after_s=0.5, stale_after_s=2.0).opened()
    drive.wait(0.125)
    assert said(give(drive, **CLOSING[reason])) == f'OPEN: closes in 0.50 s: {reason}'
    assert said(drive.wait(0.25)) == f'OPEN: closes in 0.25 s: {reason}'
    assert said(drive.wait(0.25)) == f'CLOSED: {reason}'


NOT_ENOUGH = {
    'score 0.40 is below 0.45, from which the gate opens': {'score': 0.4},
    'score 0.40 is below 0.45, from which the gate opens; car 0.10 lowers it most': {
        'score': 0.4,
        'regions': CAR,
        'triplets': CAR_ON_STREET,
    },
    'person 0.35 is below 0.40, from which the gate opens': {'regions': [region('person', 0.35)]},
}


@pytest.mark.parametrize('reason', NOT_ENOUGH)
def test_what_does_not_suffice_to_open(reason):
    assert said(give(Drive(), **NOT_ENOUGH[reason])) == f'CLOSED: {reason}'


IMPOSSIBLE = {
    'nothing could be scored': {'state': 0},
    '9 is no state of a result': {'state': 9},
    'score nan is no number from 0 to 1': {'score': math.nan},
    'score 1.5 is no number from 0 to 1': {'score': 1.5},
    'quality inf of tree is no number from 0 to 1': {'regions': [region('tree', math.inf)]},
    'person has a floor but no quality': {'regions': [region('person', math.nan)]},
    'age -1.0 s of the quality of tree is impossible': {'regions': [region('tree', 0.5, -1.0)]},
    'a triplet names region 3 of 2': {'regions': CAR, 'triplets': [triplet(0, 3, 0.5)]},
    'weight nan of a triplet is no number from 0 to 1': {
        'regions': CAR,
        'triplets': [triplet(0, 1, math.nan)],
    },
}


@pytest.mark.parametrize('reason', IMPOSSIBLE)
def test_numbers_that_cannot_be_close_at_once(reason):
    drive = Drive(close_after_s=60.0).opened()
    drive.wait(0.125)
    assert said(give(drive, **IMPOSSIBLE[reason])) == f'CLOSED: {reason}'


def test_no_result_any_more():
    drive = Drive().opened()
    drive.wait(0.5)
    assert said(drive.camera) == 'STALE: the image is 0.53 s old, more than 0.50 s'
    assert said(drive.wait(0.25)) == 'STALE: no new result for 0.75 s, more than 0.50 s'


def test_the_image_is_old():
    decision = Drive().take(stamp_s=START_S - 0.75)
    assert said(decision) == 'STALE: the image is 0.75 s old, more than 0.50 s'


def test_a_quality_is_old():
    drive = Drive().opened()
    drive.wait(0.125)
    decision = drive.take(0.8, region('car', 0.9), region('tree', 0.9, age_s=0.5))
    assert said(decision) == 'STALE: the quality of tree is 0.53 s old, more than 0.50 s'
    assert [one.label for one in decision.regions] == ['tree']


def test_the_stamp_is_wrong():
    drive = Drive().opened()
    drive.wait(0.125)
    assert said(drive.take(stamp_s=0.0)) == 'STALE: the image has no stamp'
    late = drive.take(stamp_s=drive.ros_s + 3.2)
    assert said(late) == 'STALE: the stamp lies 3.20 s in the future'
    assert said(drive.take()) == 'STALE: the stamp went back by 3.23 s'


def test_a_clock_is_wrong():
    drive = Drive().opened()
    assert said(drive.wait(-1.0, ros=0.0)) == 'STALE: the steady clock went back'
    drive = Drive()
    drive.ros_s = 0.0
    decision = drive.take(stamp_s=START_S)
    assert said(decision) == 'STALE: there is no ROS time; does anything come on /clock?'


def test_of_all_cameras_together():
    drive = Drive(cameras=(CAMERA, 'rear/image_raw'))
    assert said(drive.decision) == 'UNKNOWN: front/image_raw: no result has come yet'
    drive = Drive().opened()
    assert said(drive.decision) == 'OPEN: every camera is good enough'


def test_while_the_gate_does_not_run():
    decision = undecided(['front', 'rear'], 'the gate is not active')
    assert said(decision) == 'UNKNOWN: the gate is not active'
    assert [said(one) for one in decision.cameras] == ['UNKNOWN: the gate is not active'] * 2
