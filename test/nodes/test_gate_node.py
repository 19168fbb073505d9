# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the gate's node publishes: every change, a heartbeat, the reason, and diagnostics."""

import math
import time

import pytest
from builtin_interfaces.msg import Time as Stamp
from gate_side import CLOSED, OPEN, QUICK, STALE, UNKNOWN, latched
from rclpy.qos import DurabilityPolicy, ReliabilityPolicy
from rclpy.time import Time

from sageiq_msgs.msg import GateState, TarQuality

OK, WARN, ERROR = b'\x00', b'\x01', b'\x02'


def test_it_opens_on_good_results_and_tells_what_it_saw(start_gate, side):
    start_gate(**QUICK)
    message = side.open()
    assert (message.camera, message.reason) == ('', 'every camera is good enough')
    assert message.header.stamp.sec > 0 and message.header.frame_id == ''
    (camera,) = message.cameras
    assert (camera.camera, camera.state) == ('image_raw', OPEN)
    assert camera.score == pytest.approx(0.9)
    assert camera.stamp.sec > 0 and not camera.regions


def test_a_bad_person_closes_it_and_is_handed_on(start_gate, side):
    start_gate(**QUICK)
    side.open()
    with side.stream(regions={'tree': 0.0, 'Person': 0.125}):
        message = side.await_state(CLOSED)
    assert message.camera == 'image_raw'
    assert message.reason == 'image_raw: Person 0.12 is below its floor 0.30'
    assert [(one.label, one.quality) for one in message.cameras[0].regions] == [('Person', 0.125)]


def test_a_bad_tree_does_not(start_gate, side):
    start_gate(**QUICK)
    with side.stream(regions={'tree': 0.0}):
        side.await_state(OPEN)
        assert {message.state for message in side.count(10)} == {OPEN}


@pytest.mark.parametrize(
    ('result', 'state', 'reason'),
    [
        ({'score': 0.2}, CLOSED, 'score 0.20 is below 0.35'),
        ({'score': math.nan}, CLOSED, 'score nan is no number'),
        ({'score': math.inf}, CLOSED, 'score inf is no number'),
        ({'state': 0}, CLOSED, 'nothing could be scored'),
        ({'regions': {'person': math.nan}}, CLOSED, 'person has a floor but no quality'),
        ({'stamp': Stamp()}, STALE, 'the image has no stamp'),
        ({'stamp': Stamp(sec=1)}, STALE, 'the stamp went back by'),
        ({'stamp': Stamp(sec=2**31 - 1)}, STALE, 'in the future'),
    ],
)
def test_whatever_is_not_good_enough_closes_it(start_gate, side, result, state, reason):
    start_gate(**QUICK)
    side.open()
    with side.stream(**result):
        assert side.await_state(state, reason).camera == 'image_raw'


def test_it_is_stale_when_results_stop(start_gate, side):
    start_gate(**QUICK | {'stale_after_s': 0.1})
    side.open()
    assert side.await_state(STALE, 'no new result for').camera == 'image_raw'


def test_without_results_it_says_so_as_often_as_its_heartbeat(start_gate, side):
    start_gate(heartbeat_s=0.02)
    side.await_state(UNKNOWN, 'image_raw: no result has come yet')
    first, *_, last = (Time.from_msg(message.header.stamp) for message in side.count(11))
    beats = (last - first).nanoseconds / 0.02e9
    # A loaded processor makes them rarer, nothing makes them more frequent.
    assert beats >= 9


def test_a_change_does_not_wait_for_the_heartbeat(start_gate, side):
    start_gate(**QUICK | {'open_after_s': 0.0, 'stale_after_s': 60.0, 'heartbeat_s': 10.0})
    side.await_state(UNKNOWN, 'no result')
    begin = time.monotonic()
    side.send()
    side.await_state(OPEN)
    side.send(score=0.1)
    side.await_state(CLOSED)
    assert time.monotonic() - begin < 10.0


def test_who_comes_late_hears_the_last_word_at_once(start_gate, side, probe):
    start_gate(**QUICK | {'stale_after_s': 60.0, 'heartbeat_s': 10.0})
    side.open()
    late = []
    side.listen(late.append)
    probe.until(lambda: late, 'latched message')
    assert late[0].state == OPEN


def test_it_offers_a_planner_reliable_latched_messages_with_a_deadline(start_gate, side, probe):
    start_gate(heartbeat_s=0.1)
    side.count(1)
    (info,) = probe.node.get_publishers_info_by_topic('/sageiq/gate_state')
    qos = info.qos_profile
    assert qos.reliability == ReliabilityPolicy.RELIABLE
    assert qos.durability == DurabilityPolicy.TRANSIENT_LOCAL
    assert qos.deadline.nanoseconds == 300_000_000


def test_every_camera_must_be_good_enough(start_gate, side):
    start_gate(**QUICK, cameras=['front', 'rear'], min_score=[0.3, 0.6])
    with side.stream(camera='front', score=0.5):
        side.await_state(UNKNOWN, 'rear: no result has come yet')
        with side.stream(camera='rear', score=0.5):
            side.await_state(CLOSED, 'rear: score 0.50 is below 0.60')
        with side.stream(camera='rear', score=0.9):
            message = side.await_state(OPEN)
    assert [one.camera for one in message.cameras] == ['front', 'rear']


@pytest.mark.parametrize('configured', ['front/image_raw', '/sageiq/front/image_raw'])
@pytest.mark.parametrize('told', ['front/image_raw', '/sageiq/front/image_raw'])
def test_a_camera_is_known_by_its_name_and_by_its_topic(start_gate, side, configured, told):
    start_gate(**QUICK, cameras=[configured])
    with side.stream(camera=told):
        message = side.await_state(OPEN)
    assert message.cameras[0].camera == configured


@pytest.mark.parametrize('other', ['rear', 'no topic', ''])
def test_results_of_another_camera_open_nothing_and_are_named(start_gate, side, probe, other):
    start_gate(**QUICK)
    with side.stream(camera=other):
        entry = probe.status(
            'sageiq_gate: results', lambda entry: 'none of the cameras' in entry.message
        )
    assert entry.level == ERROR
    values = {value.key: value.value for value in entry.values}
    assert int(values['results of other cameras']) > 0
    assert values['last other camera'] == (other or '-')
    assert side.count(1)[0].state == UNKNOWN


def test_diagnostics_tell_the_decision_and_its_reason(start_gate, side, probe):
    start_gate(**QUICK)
    entry = probe.status('sageiq_gate: gate', lambda entry: 'no result' in entry.message)
    assert (entry.level, entry.hardware_id) == (WARN, 'sageiq.sageiq_gate')
    with side.stream():
        entry = probe.status('sageiq_gate: gate', lambda entry: entry.level == OK)
        assert entry.message == 'OPEN: every camera is good enough'
        assert entry.values[0].key == 'camera image_raw'
        assert entry.values[0].value == 'OPEN: score 0.90 is good enough'
        assert probe.status('sageiq_gate: results').level == OK
    entry = probe.status('sageiq_gate: gate', lambda entry: entry.level == ERROR)
    assert entry.message.startswith('STALE: image_raw: ')


def test_diagnostics_tell_why_there_are_no_results(start_gate, probe):
    start_gate()
    entry = probe.status('sageiq_gate: results', lambda entry: entry.level == ERROR)
    assert entry.message == 'no publisher on /sageiq/tar_quality'


def test_diagnostics_warn_of_a_second_publisher_of_results(start_gate, side, probe):
    start_gate(**QUICK)
    with side.stream():
        assert probe.status('sageiq_gate: results', lambda entry: entry.level == OK)
        rival = probe.node.create_publisher(TarQuality, '/sageiq/tar_quality', 10)
        entry = probe.status('sageiq_gate: results', lambda entry: entry.level == WARN)
    assert rival and entry.message.startswith('2 nodes publish on /sageiq/tar_quality')


def test_diagnostics_name_a_second_gate_as_a_fault(start_gate, side, probe):
    start_gate(**QUICK)
    with side.stream():
        assert probe.status('sageiq_gate: gate', lambda entry: entry.level == OK)
        rival = probe.node.create_publisher(GateState, '/sageiq/gate_state', latched())
        entry = probe.status('sageiq_gate: gate', lambda entry: entry.level == ERROR)
    assert rival and entry.message.startswith('1 more on this topic: another gate publishes')
    assert entry.message.endswith('OPEN: every camera is good enough')


def test_images_of_the_pipeline_open_and_close_it(start, start_gate, side, probe, picture):
    start()
    start_gate(**QUICK)

    def send(brightness):
        message = picture(brightness=brightness)
        message.header.stamp = side.now()
        probe.send(message)
        return side.heard[-1].state if side.heard else UNKNOWN

    for brightness, state in ((200, OPEN), (20, CLOSED), (200, OPEN)):
        probe.until(lambda b=brightness, s=state: send(b) == s, f'state {state}')
