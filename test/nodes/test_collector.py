# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the evaluator collects of a node: the results of one camera, and the node's faults."""

from threading import Event

import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.executors import SingleThreadedExecutor
from sensor_msgs.msg import Image

from sageiq_msgs.msg import TarQuality, TarTriplet
from sageiq_ros.nodes.collector import READY, Collector, may_be_played
from sageiq_ros.nodes.evaluator import NAME, NAMESPACE, take_what_waits

TOPIC = '/image_raw'
START_S = 120.0


@pytest.fixture
def listener(context):
    """Return the ROS node of an evaluator and a function that lets it receive until something."""
    node = rclpy.create_node(NAME, namespace=NAMESPACE, context=context)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)

    def until(condition):
        for _ in range(int(START_S / 0.05)):
            if condition():
                return
            executor.spin_once(timeout_sec=0.05)
        pytest.fail(f'it did not come to pass within {START_S} s')

    yield node, until
    executor.shutdown()
    node.destroy_node()


def test_results_of_another_camera_are_not_taken(listener):
    node, until = listener
    collector = Collector(node, '/sageiq/front')
    publisher = node.create_publisher(TarQuality, 'tar_quality', 10)
    until(publisher.get_subscription_count)
    for second, camera in enumerate(('rear', 'front', '/sageiq/front')):
        message = TarQuality(camera=camera, score=0.5)
        message.header.stamp.sec = second
        publisher.publish(message)
    until(lambda: len(collector.results) == 2)
    assert list(collector.results) == [1_000_000_000, 2_000_000_000]


@pytest.mark.parametrize('camera', ['', 'no topic', '/' * 3])
def test_a_result_of_what_is_no_topic_is_not_taken(listener, camera):
    node, until = listener
    collector = Collector(node, TOPIC)
    publisher = node.create_publisher(TarQuality, 'tar_quality', 10)
    until(publisher.get_subscription_count)
    publisher.publish(TarQuality(camera=camera))
    until(lambda: collector.heard)
    assert not collector.results and not collector.fault


@pytest.mark.parametrize(
    ('fields', 'reason'),
    [
        ({'state': 9}, 'another version of sageiq_msgs: 9 is not a valid State'),
        ({'triplets': [TarTriplet(source=77)]}, '77 is not a valid WeightSource'),
        ({'triplets': [TarTriplet(subject=3)]}, 'names a region beyond its 0'),
    ],
)
def test_a_result_that_cannot_be_one_is_a_fault_in_words(listener, fields, reason):
    node, until = listener
    collector = Collector(node, TOPIC)
    publisher = node.create_publisher(TarQuality, 'tar_quality', 10)
    until(publisher.get_subscription_count)
    publisher.publish(TarQuality(camera=TOPIC, **fields))
    until(lambda: collector.heard)
    assert reason in collector.fault
    assert not collector.results


def test_of_several_results_of_one_stamp_the_first_counts(listener):
    node, until = listener
    collector = Collector(node, TOPIC)
    publisher = node.create_publisher(TarQuality, 'tar_quality', 10)
    until(publisher.get_subscription_count)
    for score in (0.25, 0.75):
        publisher.publish(TarQuality(camera=TOPIC, score=score))
    until(lambda: collector.heard == 2)
    assert {stamp: found.score for stamp, found in collector.results.items()} == {0: 0.25}


def test_what_waits_behind_other_messages_is_taken_at_the_end(context):
    node = rclpy.create_node(NAME, namespace=NAMESPACE, context=context)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    collector = Collector(node, TOPIC)
    results = node.create_publisher(TarQuality, 'tar_quality', 30)
    diagnostics = node.create_publisher(DiagnosticArray, '/diagnostics', 10)
    for _ in range(int(START_S / 0.05)):
        if results.get_subscription_count() and diagnostics.get_subscription_count():
            break
        Event().wait(0.05)
    for second in range(20):
        message = TarQuality(camera=TOPIC, score=0.5)
        message.header.stamp.sec = second + 1
        results.publish(message)
        if second % 4 == 0:
            diagnostics.publish(DiagnosticArray())
    take_what_waits(executor, collector)
    assert sorted(collector.results) == [second * 1_000_000_000 for second in range(1, 21)]
    executor.shutdown()
    node.destroy_node()


@pytest.mark.parametrize(
    ('name', 'ours'),
    [
        ('sageiq.sageiq_node: engines', True),
        ('other.sageiq_node: engines', False),
        ('sageiq_rear.sageiq_node: engines', False),
        ('sageiq.rear.sageiq_node: engines', False),
    ],
)
def test_a_node_that_cannot_start_is_a_fault_and_another_one_is_none(listener, name, ours):
    node, until = listener
    collector = Collector(node, TOPIC)
    publisher = node.create_publisher(DiagnosticArray, '/diagnostics', 10)
    until(publisher.get_subscription_count)
    status = DiagnosticStatus(level=DiagnosticStatus.ERROR, name=name, message='no engine')
    publisher.publish(DiagnosticArray(status=[status]))
    seen = []
    node.create_subscription(DiagnosticArray, '/diagnostics', seen.append, 10)
    until(lambda: publisher.get_subscription_count() == 2)
    publisher.publish(DiagnosticArray(status=[status]))
    until(lambda: seen)
    assert collector.fault == ('The node cannot start: no engine' if ours else '')


def test_a_source_of_results_that_does_not_listen_to_the_images_is_not_played_to(listener):
    node, until = listener
    collector = Collector(node, TOPIC)
    node.create_publisher(TarQuality, 'tar_quality', 10)

    def ready():
        collector.check()
        return node.count_publishers(f'/{NAMESPACE}/{READY}')

    until(ready)
    node.create_subscription(Image, TOPIC, lambda message: None, 1)
    until(lambda: node.count_subscribers(TOPIC))
    assert may_be_played(node, TOPIC)
    assert not may_be_played(node, '/other')
