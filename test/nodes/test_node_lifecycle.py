# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Transitions from outside: each repeatable, a failed one leaves a usable node."""

import pytest
from lifecycle_msgs.msg import State, Transition
from lifecycle_msgs.srv import ChangeState, GetState
from pipeline_double import MISSING, UNCLOSABLE

CONFIGURE, ACTIVATE = Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE
DEACTIVATE, CLEANUP = Transition.TRANSITION_DEACTIVATE, Transition.TRANSITION_CLEANUP


def change(probe, transition):
    request = ChangeState.Request(transition=Transition(id=transition))
    return probe.call(ChangeState, '/sageiq/sageiq_node/change_state', request).success


def state(probe):
    request = GetState.Request()
    return probe.call(GetState, '/sageiq/sageiq_node/get_state', request).current_state.id


def test_without_autostart_the_node_waits(start, probe):
    running = start(autostart=False)
    assert state(probe) == State.PRIMARY_STATE_UNCONFIGURED
    assert not running.build.built
    assert 'not configured' in probe.status('engines').message


def test_every_transition_can_be_repeated(start, probe, picture):
    running = start(autostart=False)
    for round_ in range(1, 4):
        assert change(probe, CONFIGURE)
        assert running.pipeline.warmed == 1
        for _ in range(2):
            assert change(probe, ACTIVATE)
            assert probe.ask(picture(stamp=round_)).header.stamp.sec == round_
            assert change(probe, DEACTIVATE)
        assert change(probe, CLEANUP)
        assert running.pipeline.closed == 1
        assert state(probe) == State.PRIMARY_STATE_UNCONFIGURED
    assert len(running.build.built) == 3


def test_a_deactivated_node_publishes_nothing_not_even_the_frame_in_work(start, probe, picture):
    running = start()
    probe.ask(picture())
    pipeline = running.pipeline
    pipeline.gate.clear()
    probe.send(picture())
    probe.until(lambda: pipeline.seen == 2, 'frame in work')
    future = probe.request(
        ChangeState,
        '/sageiq/sageiq_node/change_state',
        ChangeState.Request(transition=Transition(id=DEACTIVATE)),
    )
    probe.until(lambda: running.node._worker._stopped.is_set(), 'deactivation')
    pipeline.gate.set()
    probe.until(future.done, 'answer')
    assert future.result().success
    assert 'not active' in probe.status('results').message
    assert len(probe.results) == 1


@pytest.mark.fault('an engine that is not there')
def test_a_missing_engine_fails_configure_with_one_sentence_and_can_be_mended(
    start, probe, picture, capfd
):
    start(scorer__engine=MISSING)
    sentence = f'There is no engine in {MISSING}; give the path of a store folder.'
    entry = probe.status('engines', lambda status: sentence in status.message)
    assert entry.level == b'\x02'
    assert state(probe) == State.PRIMARY_STATE_UNCONFIGURED
    assert not change(probe, CONFIGURE)
    lines = [line for line in capfd.readouterr().err.splitlines() if 'Cannot configure' in line]
    assert len(lines) == 2 and all(line.endswith(sentence) for line in lines)
    assert probe.set(scorer__engine='sageiq_m_nano').successful
    assert change(probe, CONFIGURE) and change(probe, ACTIVATE)
    assert probe.ask(picture()).score > 0


@pytest.mark.parametrize(
    ('cameras', 'reason'),
    [
        pytest.param(
            ['a b'],
            "cameras holds 'a b'",
            marks=pytest.mark.fault('cameras that are no topics'),
        ),
        ([''], "cameras holds ''"),
        (['/front', '/front'], 'cameras names /front twice'),
        (['image_raw', '/sageiq/image_raw'], 'cameras names /sageiq/image_raw twice'),
        (['tar_quality'], 'cameras names /sageiq/tar_quality, which this node publishes itself'),
    ],
)
def test_cameras_that_are_no_topics_fail_configure(start, probe, cameras, reason):
    start(cameras=cameras)
    entry = probe.status('engines', lambda status: status.level == b'\x02')
    assert reason in entry.message


@pytest.mark.parametrize('steps', [(), (CONFIGURE,), (CONFIGURE, ACTIVATE)])
def test_shutdown_works_from_every_state(start, probe, steps):
    running = start(autostart=False)
    for step in steps:
        assert change(probe, step)
    final = {
        0: Transition.TRANSITION_UNCONFIGURED_SHUTDOWN,
        1: Transition.TRANSITION_INACTIVE_SHUTDOWN,
        2: Transition.TRANSITION_ACTIVE_SHUTDOWN,
    }[len(steps)]
    assert change(probe, final)
    assert state(probe) == State.PRIMARY_STATE_FINALIZED
    assert all(pipeline.closed == 1 for pipeline in running.build.built)


def test_a_subscription_that_cannot_be_made_fails_activate_and_leaves_the_node_inactive(
    start, probe
):
    start(**{'qos_overrides./sageiq/image_raw.subscription.reliability': 'sometimes'})
    entry = probe.status('results', lambda status: status.level == b'\x02')
    assert entry.message.startswith('cannot activate: ') and 'sometimes' in entry.message
    assert state(probe) == State.PRIMARY_STATE_INACTIVE
    assert change(probe, CLEANUP)
    assert probe.status('engines').message == 'not configured'


@pytest.mark.parametrize(
    'round_',
    [pytest.param(1, marks=pytest.mark.fault('an engine that cannot be closed')), 2],
)
def test_an_error_in_a_transition_returns_to_unconfigured_from_where_all_can_be_tried_again(
    start, probe, picture, capfd, round_
):
    running = start(scorer__engine=UNCLOSABLE)
    for number in range(1, round_ + 1):
        probe.ask(picture(stamp=number))
        assert change(probe, DEACTIVATE)
        assert not change(probe, CLEANUP)
        assert state(probe) == State.PRIMARY_STATE_UNCONFIGURED
        assert 'not configured' in probe.status('engines').message
        assert change(probe, CONFIGURE) and change(probe, ACTIVATE)
    assert len(running.build.built) == round_ + 1
    assert probe.ask(picture(stamp=9)).header.stamp.sec == 9
    lines = [line for line in capfd.readouterr().err.splitlines() if 'ERROR' in line]
    assert len(lines) == round_
    assert all(
        line.endswith('The engines could not be closed: RuntimeError: a fault of the device')
        for line in lines
    )


def test_shutdown_is_certain_though_an_engine_cannot_be_closed(start, probe):
    start(autostart=False, scorer__engine=UNCLOSABLE)
    assert change(probe, CONFIGURE)
    assert change(probe, Transition.TRANSITION_INACTIVE_SHUTDOWN)
    assert state(probe) == State.PRIMARY_STATE_FINALIZED
