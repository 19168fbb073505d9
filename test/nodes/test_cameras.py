# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Several cameras at one node: fair turns, rounds, rates and thresholds of their own."""

import pytest
from rclpy.parameter import parameter_value_to_python

from sageiq_msgs.msg import TarQuality

CAMERAS = ['front/image_raw', 'rear/image_raw', 'left/image_raw']
FRONT, REAR, LEFT = (f'/sageiq/{name}' for name in CAMERAS)


def by_camera(results):
    return {result.camera: result for result in results}


def values(status):
    return {item.key: item.value for item in status.values}


def fill_slots(running, probe, picture, *topics):
    """Let the inference thread hold a frame of the front camera while one of each topic waits."""
    for topic in topics:
        probe.publisher(topic)
    running.pipeline.gate.clear()
    probe.send(picture(stamp=1), FRONT)
    probe.until(lambda: running.pipeline.seen, 'frame in work')
    for topic in topics:
        probe.send(picture(stamp=2), topic)
    waiting = {camera.topic: camera for camera in running.node._cameras}
    for topic in topics:
        probe.until(lambda topic=topic: waiting[topic].received, f'image on {topic}')


def release(running, probe, count):
    running.pipeline.gate.set()
    probe.until(lambda: len(probe.results) >= count, f'{count} results')


def test_every_camera_is_answered_under_its_own_name(start, probe, picture):
    start(cameras=CAMERAS)
    for number, topic in enumerate((FRONT, REAR, LEFT), 1):
        probe.ask(picture(stamp=number), topic)
    assert [result.camera for result in probe.results] == CAMERAS
    assert [result.header.stamp.sec for result in probe.results] == [1, 2, 3]


def test_waiting_frames_of_several_cameras_are_assessed_in_one_round(start, probe, picture):
    running = start(cameras=CAMERAS, camera__batch=3)
    fill_slots(running, probe, picture, REAR, LEFT)
    release(running, probe, 3)
    assert running.pipeline.rounds == [3]
    assert set(by_camera(probe.results)) == set(CAMERAS)


def test_by_default_cameras_are_assessed_one_by_one(start, probe, picture):
    running = start(cameras=CAMERAS)
    fill_slots(running, probe, picture, REAR, LEFT)
    release(running, probe, 3)
    assert running.pipeline.rounds == [1, 1, 1]


def test_the_size_of_a_round_is_live(start, probe, picture):
    running = start(cameras=CAMERAS)
    probe.until(lambda: running.node._worker, 'active node')
    assert probe.set(camera__batch=2).successful
    fill_slots(running, probe, picture, REAR, LEFT)
    release(running, probe, 3)
    assert running.pipeline.rounds == [2, 1]


@pytest.mark.parametrize('fault', ['of the image', 'of the pipeline'])
def test_a_fault_in_a_round_costs_its_own_frame_only(start, probe, picture, fault):
    running = start(cameras=CAMERAS, camera__batch=3)
    for topic in (REAR, LEFT):
        probe.publisher(topic)
    running.pipeline.gate.clear()
    probe.send(picture(stamp=1), FRONT)
    probe.until(lambda: running.pipeline.seen, 'frame in work')
    bad = picture(stamp=2)
    if fault == 'of the image':
        bad.encoding = 'infrared7'
    else:
        bad.data[0] = 13
    probe.send(bad, REAR)
    probe.send(picture(stamp=3), LEFT)
    cameras = {camera.topic: camera for camera in running.node._cameras}
    for topic in (REAR, LEFT):
        probe.until(lambda topic=topic: cameras[topic].received, f'image on {topic}')
    release(running, probe, 2)
    assert set(by_camera(probe.results)) == {CAMERAS[0], CAMERAS[2]}
    probe.until(lambda: cameras[REAR].bad_total, 'refused frame')
    assert [cameras[topic].bad_total for topic in (FRONT, REAR, LEFT)] == [0, 1, 0]


def test_each_camera_is_graded_by_its_own_thresholds(start, probe, picture):
    start(cameras=CAMERAS, camera__good=[0.9, -1.0, 0.4], camera__poor=[0.6, -1.0, 0.1])
    for topic in (FRONT, REAR, LEFT):
        probe.ask(picture(brightness=128), topic)
    found = [by_camera(probe.results)[name].state for name in CAMERAS]
    assert found == [TarQuality.STATE_POOR, TarQuality.STATE_DEGRADED, TarQuality.STATE_GOOD]


def test_a_threshold_of_one_camera_is_live(start, probe, picture):
    start(cameras=CAMERAS)
    assert probe.ask(picture(brightness=128), REAR).state == TarQuality.STATE_DEGRADED
    assert probe.set(camera__good=[-1.0, 0.4, -1.0]).successful
    assert probe.ask(picture(brightness=128), REAR).state == TarQuality.STATE_GOOD
    assert probe.ask(picture(brightness=128), FRONT).state == TarQuality.STATE_DEGRADED


@pytest.mark.parametrize(
    ('change', 'reason'),
    [
        ({'camera__good': [0.9, 0.8]}, 'camera.good holds 2 numbers for 3 cameras'),
        ({'camera__max_rate': [-1.0]}, r'camera.max_rate must lie in [0.0, 1000.0], not -1.0'),
        ({'camera__poor': [0.0, 0.7, 0.0]}, 'rear/image_raw would be POOR below 0.7'),
        ({'camera__batch': 0}, 'out of range'),
    ],
)
def test_a_list_that_does_not_fit_is_refused_with_the_reason(start, probe, change, reason):
    running = start(cameras=CAMERAS)
    probe.until(lambda: running.node._worker, 'active node')
    result = probe.set(**change)
    assert not result.successful
    assert reason in result.reason
    assert parameter_value_to_python(probe.get('camera.batch')) == 1


def test_a_camera_is_taken_no_more_often_than_its_greatest_rate(start, probe, picture):
    running = start(cameras=CAMERAS[:2], camera__max_rate=[0.02, 0.0])
    probe.publisher(FRONT)
    front = running.node._cameras[0]
    for number in range(1, 6):
        probe.send(picture(stamp=number), FRONT)
        probe.until(lambda number=number: front.received == number, 'image')
        probe.ask(picture(stamp=number), REAR)
    assert (front.skipped, front.processed) == (4, 1)
    assert values(probe.status(f'camera {FRONT}'))['skipped by camera.max_rate'] == '4'
    assert probe.set(camera__max_rate=[0.0]).successful
    assert probe.ask(picture(stamp=6), FRONT).header.stamp.sec == 6


def test_a_camera_that_is_not_there_does_not_hold_up_the_others(start, probe, picture):
    start(cameras=CAMERAS[:2])
    probe.ask(picture(), FRONT)
    assert probe.status(f'camera {REAR}').message == f'no publisher on {REAR}'
    assert probe.status(f'camera {FRONT}').level == b'\x00'
    probe.ask(picture(stamp=2), REAR)
    assert probe.status(f'camera {REAR}', lambda status: status.level == b'\x00')


def test_stamps_that_are_missing_or_run_backwards_are_told(start, probe, picture):
    start(cameras=CAMERAS[:1])
    probe.ask(picture(stamp=5), FRONT)
    probe.ask(picture(stamp=2), FRONT)
    back = probe.status(f'camera {FRONT}', lambda status: 'went back' in status.message)
    assert (back.level, values(back)['stamps that went back']) == (b'\x01', '1')
    unstamped = picture()
    unstamped.header.stamp.sec = unstamped.header.stamp.nanosec = 0
    probe.ask(unstamped, FRONT)
    told = probe.status(f'camera {FRONT}', lambda status: 'no stamp' in status.message)
    assert (told.level, values(told)['images without a stamp']) == (b'\x01', '1')
