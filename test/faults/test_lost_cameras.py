# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A camera that is not there, cannot be read or goes is told; its return needs nothing."""

import pytest
import rclpy
from rclpy.qos import QoSProfile, qos_profile_sensor_data
from reports import CAMERA, ERROR, OK, TOPIC, WARN, healthy, said, values_of
from sensor_msgs.msg import CompressedImage, Image

from sageiq_ros.nodes import camera_report

fault = pytest.mark.fault


@pytest.fixture
def driver(other_context):
    """Return a function that starts a driver of cameras in a participant of its own."""
    nodes = []

    def start_driver():
        nodes.append(rclpy.create_node('driver', context=other_context))
        return nodes[-1]

    yield start_driver
    for node in nodes:
        node.destroy_node()


def answered(probe, publisher, message):
    """Send an image from elsewhere until it is answered: discovery takes its time."""
    stamp = message.header.stamp.sec

    def has_result():
        publisher.publish(message)
        return any(result.header.stamp.sec == stamp for result in probe.results)

    probe.until(has_result, f'result of image {stamp}')


@fault('no camera at the start')
def test_a_camera_that_comes_late_is_answered(start, probe, picture, driver):
    start()
    status = said(probe, CAMERA, f'no publisher on {TOPIC}', ERROR)
    assert (status.message, status.hardware_id) == (f'no publisher on {TOPIC}', 'image_raw')
    publisher = driver().create_publisher(Image, TOPIC, qos_profile_sensor_data)
    answered(probe, publisher, picture(stamp=1))
    healthy(probe)


@fault('a camera that sends nothing')
def test_a_publisher_without_images_is_told(start, probe, picture):
    start()
    probe.publisher()
    status = said(probe, CAMERA, f'no image received yet on {TOPIC}', WARN)
    assert values_of(status)['publishers'] == '1'
    probe.ask(picture())
    healthy(probe)


@fault('a camera that falls silent')
def test_silence_is_told_with_its_length(start, probe, picture, monkeypatch):
    monkeypatch.setattr(camera_report, 'SILENCE_S', 0.5)
    start()
    probe.ask(picture())
    words = said(probe, CAMERA, 'no image for ', ERROR).message
    seconds = words.removeprefix('no image for ').removesuffix(f' s on {TOPIC}')
    assert float(seconds) >= 0.5
    probe.ask(picture(stamp=2))
    healthy(probe)


@fault("a camera's driver ends and is started again")
def test_a_driver_that_starts_again_is_found_again(start, probe, picture, driver):
    start()
    first = driver()
    answered(
        probe, first.create_publisher(Image, TOPIC, qos_profile_sensor_data), picture(stamp=1)
    )
    healthy(probe)
    first.destroy_node()
    said(probe, CAMERA, f'no publisher on {TOPIC}', ERROR)
    second = driver().create_publisher(Image, TOPIC, qos_profile_sensor_data)
    answered(probe, second, picture(stamp=2))
    healthy(probe)


@fault('one of several cameras vanishes')
def test_the_other_cameras_go_on_without_the_lost_one(start, probe, picture, driver):
    start(cameras=['/front', '/rear'])
    rear = driver()
    answered(
        probe, rear.create_publisher(Image, '/rear', qos_profile_sensor_data), picture(stamp=1)
    )
    probe.ask(picture(stamp=2), '/front')
    rear.destroy_node()
    said(probe, 'camera /rear', 'no publisher on /rear', ERROR)
    for stamp in range(3, 6):
        assert probe.ask(picture(stamp=stamp), '/front').camera == '/front'
    probe.status('camera /front', lambda status: status.level == OK)
    back = driver().create_publisher(Image, '/rear', qos_profile_sensor_data)
    answered(probe, back, picture(stamp=9))
    probe.status('camera /rear', lambda status: status.level == OK)


@fault('a topic that carries another type')
def test_another_type_is_told_with_the_rule_of_names(start, probe, picture, driver):
    start()
    wrong = driver()
    wrong.create_publisher(CompressedImage, TOPIC, 1)
    words = (
        f'{TOPIC} carries sensor_msgs/msg/CompressedImage, not sensor_msgs/msg/Image; the name '
        'of a compressed topic ends in /compressed'
    )
    assert said(probe, CAMERA, words, ERROR).message == words
    wrong.destroy_node()
    said(probe, CAMERA, f'no publisher on {TOPIC}', ERROR)
    probe.ask(picture())
    healthy(probe)


@fault('a quality of service that does not match')
def test_a_reliable_subscription_to_a_best_effort_camera_is_told(start, probe, picture, driver):
    start(**{f'qos_overrides.{TOPIC}.subscription.reliability': 'reliable'})
    best_effort = driver()
    best_effort.create_publisher(Image, TOPIC, qos_profile_sensor_data)
    said(probe, CAMERA, f'the QoS of {TOPIC} does not match: ERROR: Best effort', ERROR)
    best_effort.destroy_node()
    reliable = driver().create_publisher(Image, TOPIC, QoSProfile(depth=1))
    answered(probe, reliable, picture(stamp=1))
    healthy(probe)


@fault('two publishers on the topic of one camera')
def test_two_publishers_of_one_topic_are_told(start, probe, picture, driver):
    start()
    probe.ask(picture())
    second = driver()
    second.create_publisher(Image, TOPIC, qos_profile_sensor_data)
    probe.status(CAMERA, lambda status: values_of(status)['publishers'] == '2')
    probe.send(picture(stamp=2))
    said(probe, CAMERA, f'2 publishers on {TOPIC}: their frames mix', WARN)
    second.destroy_node()
    probe.status(CAMERA, lambda status: values_of(status)['publishers'] == '1')
    probe.ask(picture(stamp=3))
    healthy(probe)


@fault('images that change their size')
def test_every_size_is_answered_in_its_own_pixels(start, probe, picture):
    start()
    for stamp, (width, height) in enumerate(((8, 6), (640, 480), (2, 2), (33, 17), (1, 1)), 1):
        result = probe.ask(picture(stamp=stamp, size=(width, height)))
        assert result.header.stamp.sec == stamp
        for region in result.regions:
            assert region.roi.x_offset + region.roi.width <= width
            assert region.roi.y_offset + region.roi.height <= height
    assert values_of(healthy(probe))['bad frames'] == '0'
