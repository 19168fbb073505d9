# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""No planner is left believing that a gate is open which does not run."""

import pytest
from gate_side import (
    ACTIVATE,
    CLEANUP,
    CONFIGURE,
    DEACTIVATE,
    OPEN,
    QUICK,
    SHUTDOWN,
    UNKNOWN,
    RunningGate,
)
from lifecycle_msgs.msg import State
from rclpy.duration import Duration
from rclpy.event_handler import SubscriptionEventCallbacks


def heard_late(side, probe):
    """Return what one hears first who comes now."""
    late = []
    subscription = side.listen(late.append)
    probe.until(lambda: late, 'latched message')
    probe.node.destroy_subscription(subscription)
    return late[0]


def test_deactivated_its_last_word_is_that_it_is_not_active(start_gate, side, probe):
    start_gate(**QUICK)
    with side.stream():
        side.await_state(OPEN)
        assert side.change(DEACTIVATE)
        side.await_last_word('the gate is not active')
        late = heard_late(side, probe)
    assert (late.state, late.reason) == (UNKNOWN, 'the gate is not active')
    assert [(one.camera, one.state) for one in late.cameras] == [('image_raw', UNKNOWN)]
    assert side.heard[-1].state == UNKNOWN


def test_activated_again_it_starts_over(start_gate, side):
    start_gate(**QUICK)
    side.open()
    assert side.change(DEACTIVATE) and side.change(ACTIVATE)
    side.await_state(UNKNOWN, 'no result has come yet')
    side.open()


def test_every_transition_can_be_repeated(start_gate, side):
    start_gate(**QUICK, autostart=False)
    side.await_state(UNKNOWN, 'the gate is not configured')
    for _ in range(2):
        assert side.change(CONFIGURE)
        assert side.heard[-1].reason == 'the gate is not active'
        assert side.change(ACTIVATE)
        side.open()
        assert side.change(DEACTIVATE) and side.change(CLEANUP)
        assert side.heard[-1].reason == 'the gate is not configured'


@pytest.mark.parametrize('steps', [(), (CONFIGURE,), (CONFIGURE, ACTIVATE)])
def test_shut_down_from_every_state_it_says_so(start_gate, side, probe, steps):
    start_gate(**QUICK, autostart=False)
    for step in steps:
        assert side.change(step)
    if ACTIVATE in steps:
        side.open()
    assert side.change(SHUTDOWN[side.lifecycle()])
    assert side.lifecycle() == State.PRIMARY_STATE_FINALIZED
    assert heard_late(side, probe).reason == 'the gate is shut down'


def test_a_planner_that_asks_for_a_deadline_is_told_when_the_heartbeat_stops(
    start_gate, side, probe
):
    start_gate(**QUICK)
    missed = []
    latched = side.listen(
        lambda message: None,
        event_callbacks=SubscriptionEventCallbacks(deadline=missed.append),
        deadline=Duration(seconds=0.5),
    )
    assert latched
    side.open()
    assert side.change(DEACTIVATE)
    probe.until(lambda: missed, 'missed deadline')


@pytest.mark.parametrize(
    ('cameras', 'reason'),
    [
        (['a b'], "cameras holds 'a b'"),
        (['image_raw', '/sageiq/image_raw'], 'cameras names /sageiq/image_raw twice'),
    ],
)
def test_cameras_that_are_no_topics_fail_configure_with_one_sentence(
    start_gate, side, probe, capfd, cameras, reason
):
    start_gate(cameras=cameras)
    assert reason in side.await_state(UNKNOWN, 'cannot configure: ').reason
    entry = probe.status('sageiq_gate: gate', lambda entry: entry.level == b'\x02')
    assert reason in entry.message
    assert side.lifecycle() == State.PRIMARY_STATE_UNCONFIGURED
    said = [line for line in capfd.readouterr().err.splitlines() if 'Cannot configure' in line]
    assert len(said) == 1 and reason in said[0]


def test_a_subscription_that_cannot_be_made_fails_activate(start_gate, side):
    start_gate(**{'qos_overrides./sageiq/tar_quality.subscription.reliability': 'sometimes'})
    side.await_state(UNKNOWN, 'cannot activate: ')
    assert side.lifecycle() == State.PRIMARY_STATE_INACTIVE
    assert side.change(CLEANUP)


def test_a_middleware_that_cannot_wait_for_delivery_does_not_hinder_the_end(
    context, side, probe, monkeypatch
):
    running = RunningGate(context, {})
    probe.until(lambda: side.heard, 'first word')

    def refuse(timeout):
        raise RuntimeError('Failed to wait for all acknowledgements')

    monkeypatch.setattr(running.node._publisher, 'wait_for_all_acked', refuse)
    running.stop()
    side.await_last_word('the gate has ended')
