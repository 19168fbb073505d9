# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A bad frame costs that frame: it is counted, told in words, and the next one is answered."""

import pytest
import rclpy
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import CompressedImage, Image

CAMERA = 'camera /sageiq/image_raw'
JPEG = '/sageiq/image_raw/compressed'


def truncated(image):
    image.data = image.data[:-1]


def unknown(image):
    image.encoding = 'infrared7'


def empty(image):
    image.width = image.height = image.step = 0
    image.data = []


def narrow(image):
    image.step = 3


def failing(image):
    image.data[0] = 13


@pytest.mark.parametrize(
    ('spoil', 'kind', 'reason'),
    [
        (truncated, 'truncated', 'takes 144 bytes, but the message holds 143.'),
        (unknown, 'encoding', "The encoding 'infrared7' is not known; known are bgr8"),
        (empty, 'size', 'The image is 0x0 pixels'),
        (narrow, 'step', 'takes 24 bytes, but the step is 3.'),
        (failing, 'inference', 'RuntimeError: a fault inside the pipeline'),
    ],
)
def test_a_bad_image_is_counted_and_does_not_stop_the_node(
    start, probe, picture, spoil, kind, reason
):
    start()
    probe.ask(picture(stamp=1))
    bad = picture(stamp=2)
    spoil(bad)
    probe.send(bad)
    status = probe.status(CAMERA, lambda status: reason in status.message)
    values = {item.key: item.value for item in status.values}
    assert values[f'bad frames: {kind}'] == '1'
    assert reason in values['last bad frame']
    assert status.level in (b'\x01', b'\x02')
    assert status.hardware_id == 'image_raw'
    assert probe.ask(picture(stamp=3)).header.stamp.sec == 3
    assert len(probe.results) == 2
    recovered = probe.status(CAMERA, lambda status: status.level == b'\x00')
    assert {item.key: item.value for item in recovered.values}['bad frames'] == '1'


@pytest.mark.parametrize('data', [b'', b'neither', b'\xff\xd8 cut'])
def test_a_bad_compressed_image_is_counted(start, probe, data):
    start(cameras=[JPEG])
    probe.send(CompressedImage(format='jpeg', data=data), JPEG)
    status = probe.status(f'camera {JPEG}', lambda status: 'bad frames' in status.message)
    assert status.level == b'\x02'


def test_a_topic_without_publisher_is_an_error_in_words(start, probe):
    start()
    status = probe.status(CAMERA)
    assert status.level == b'\x02'
    assert status.message == 'no publisher on /sageiq/image_raw'


def test_a_publisher_that_sends_nothing_is_told(start, probe):
    start()
    probe.publisher()
    status = probe.status(CAMERA, lambda status: 'no image received yet' in status.message)
    assert status.level == b'\x01'
    assert {item.key: item.value for item in status.values}['publishers'] == '1'


def test_a_camera_that_falls_silent_is_told(start, probe, picture):
    start()
    probe.ask(picture())
    status = probe.status(CAMERA, lambda status: 'no image for' in status.message)
    assert status.level == b'\x02'


def test_a_topic_of_another_type_is_told(start, probe, other_context):
    start()
    other = rclpy.create_node('other', context=other_context)
    other.create_publisher(CompressedImage, '/sageiq/image_raw', 1)
    status = probe.status(CAMERA, lambda status: 'CompressedImage' in status.message)
    assert status.level == b'\x02'
    other.destroy_node()


def test_a_quality_of_service_that_does_not_match_is_told(start, probe):
    start(**{'qos_overrides./sageiq/image_raw.subscription.reliability': 'reliable'})
    probe.node.create_publisher(Image, '/sageiq/image_raw', qos_profile_sensor_data)
    status = probe.status(CAMERA, lambda status: 'QoS' in status.message)
    assert status.level == b'\x02'


def test_a_healthy_node_reports_engines_analyzer_rate_and_latency(start, probe, picture):
    start()
    probe.ask(picture())
    status = probe.status(CAMERA, lambda status: status.level == b'\x00')
    assert status.message.endswith('results per second')
    assert probe.status('engines').message == 'loaded'
    assert probe.status('analyzer').message == 'analyzer-double'
    values = {item.key: item.value for item in probe.status('results').values}
    assert float(values['latency median [ms]']) > 0
    assert float(values['latency p95 [ms]']) >= float(values['latency median [ms]'])
