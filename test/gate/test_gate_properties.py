# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What holds of the gate in any history: seven properties, 1700 generated histories each.

One example of hypothesis is one history, of STEPS events or of up to as many scores, so there are
11 900 of them, the same ones in every run.
"""

from dataclasses import replace
from itertools import groupby, pairwise

import pytest
from gate_histories import STEPS, TREE, History, Truth, histories
from gate_reference import Reference
from gate_results import PERIOD_S, Drive, region
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from sageiq_ros.gate.decision import GateStatus

OPEN = GateStatus.OPEN
# What lies between two numbers of 32 bits just below 1.
FLOAT32 = 2.0**-24

many = settings(max_examples=1700, deadline=None, database=None, derandomize=True)


def states(history):
    """Return what the gate says of every camera, event by event."""
    return [[one.state for one in decision.cameras] for decision in history.decisions()]


def opened(history):
    """Yield where a camera is open, and whether it was before."""
    before = [GateStatus.UNKNOWN] * len(history.config.cameras)
    for index, now in enumerate(states(history)):
        for camera, was, is_ in zip(history.config.cameras, before, now, strict=True):
            if is_ is OPEN:
                yield index, camera, was is OPEN
        before = now


@many
@given(histories())
def test_it_is_never_open_on_input_that_is_missing_stale_impossible_or_of_an_impossible_time(
    history,
):
    for index, camera, _ in opened(history):
        now, taken = history.events[index], history.takes(camera, index)
        limit_s, ahead_s = now.config.stale_after_s, now.config.future_tolerance_s
        last = taken[-1]
        assert now.truth(last.given) is not Truth.IMPOSSIBLE
        assert last.stamp_s > 0.0
        assert -ahead_s <= now.ros_s - last.stamp_s <= limit_s
        assert now.steady_s - last.steady_s <= limit_s
        assert all(one.stamp_s <= last.stamp_s for one in taken[-2:])


@many
@given(histories())
def test_it_never_opens_sooner_than_open_after_s_of_unbroken_good_input(history):
    for index, camera, was_open in opened(history):
        if was_open:
            continue
        taken = history.takes(camera, index)
        last = taken[-1]
        assert last is history.events[index]
        since_change = history.events[history.last_change(index) :]
        unbroken = [last]
        for after, before in pairwise(reversed(taken)):
            gap_s = max(after.steady_s - before.steady_s, after.ros_s - before.stamp_s)
            is_next = gap_s <= last.config.stale_after_s and before.stamp_s <= after.stamp_s
            if not any(before is event for event in since_change):
                break
            if before.truth(before.given) is not Truth.GOOD or not is_next:
                break
            unbroken.append(before)
        assert last.truth(last.given) is Truth.GOOD
        wait_s = last.config.open_after_s
        assert last.steady_s - unbroken[-1].steady_s >= wait_s
        assert last.stamp_s - unbroken[-1].stamp_s >= wait_s


@many
@given(histories())
def test_whatever_the_limits_were_it_is_open_on_what_is_bad_by_those_of_now_for_close_after_s_only(
    history,
):
    for index, camera, _ in opened(history):
        now, last = history.events[index], history.takes(camera, index)[-1]
        if now.truth(last.given) is Truth.BAD:
            assert now.steady_s - last.steady_s < now.config.close_after_s


@many
@given(histories())
def test_a_reference_that_looks_at_the_whole_history_agrees_at_every_event(history):
    found = states(history)
    for place, camera in enumerate(history.config.cameras):
        reference = Reference(history, camera)
        for index, now in enumerate(found):
            assert (now[place] is OPEN) == reference.is_open(index), index


@many
@given(st.binary(min_size=2, max_size=2 + STEPS))
def test_it_opens_from_the_hysteresis_above_the_minimum_only_and_closes_below_the_minimum_only(
    numbers,
):
    minimum, hysteresis, *scores = (number / 255 for number in numbers)
    drive = Drive(
        min_score=(minimum,), hysteresis=hysteresis, open_after_s=PERIOD_S, close_after_s=0.0
    )
    was_open = False
    for score in scores:
        drive.wait(PERIOD_S)
        is_open = drive.take(score).state is OPEN
        if is_open and not was_open:
            assert score >= min(1.0, minimum + hysteresis) - FLOAT32
        assert is_open or not was_open or score < minimum
        was_open = is_open


@many
@given(histories(), st.integers(0, 8))
def test_a_tree_in_every_frame_changes_nothing_however_bad_it_is(history, eighths):
    tree = region('tree', eighths / 8)
    with_tree = History(
        history.config,
        [
            event
            if event.given is None
            else replace(event, given=replace(event.given, regions=(*event.given.regions, tree)))
            for event in history.events
        ],
    )
    assert states(with_tree) == states(history)


@many
@given(histories(jumps=False, changes=False), st.integers(1, 7))
def test_how_often_it_is_asked_changes_nothing_while_no_clock_goes_back(history, every):
    often = history.decisions()
    seldom = history.decisions(asked=lambda index: index % every == 0)
    assert all(one is None or one == two for one, two in zip(seldom, often, strict=True))


def runs(history):
    """Return the states of the first camera without repetitions."""
    return ' '.join(name for name, _ in groupby(now[0].name for now in states(history)))


@pytest.mark.parametrize(
    'wanted',
    ['OPEN CLOSED OPEN CLOSED OPEN', 'OPEN STALE CLOSED OPEN', 'OPEN STALE OPEN', 'CLOSED STALE'],
)
def test_the_histories_hold_what_the_properties_are_about(wanted):
    # Without shrinking: that there is one is all that matters.
    found = settings(many, phases=[Phase.generate])
    find(histories(), lambda history: wanted in runs(history), settings=found)


def test_a_bad_tree_alone_never_closes_it():
    drive = Drive().opened()
    for _ in range(80):
        drive.wait(PERIOD_S)
        assert drive.take(0.8, TREE).state is OPEN
