# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The node as a child process: its death, its silence and its end are noticed and told."""

import json
import os
import signal
from pathlib import Path

import numpy as np
import pytest
import rclpy
from rclpy.qos import QoSProfile

from sageiq_msgs.msg import TarQuality
from sageiq_ros.bags.frames import EPOCH_NS, Frame
from sageiq_ros.bags.reader import BagReader
from sageiq_ros.bags.writer import BagWriter
from sageiq_ros.nodes.demo_run import CAMERA
from sageiq_ros.nodes.feeder import Feeder
from sageiq_ros.nodes.process import NAMESPACE, RESULTS, NodeError, NodeProcess, node_arguments
from sageiq_ros.nodes.record import Recorder

WAIT_S = 30.0
DOUBLE = 'pipeline_double'
BRIGHTNESS = 204


@pytest.fixture(autouse=True)
def alone(monkeypatch, domain):
    """Talk on a domain of our own, and let the node find the pipeline of test/nodes."""
    monkeypatch.setenv('ROS_DOMAIN_ID', str(domain))
    doubles = str(Path(__file__).parents[1] / 'nodes')
    monkeypatch.setenv('PYTHONPATH', os.pathsep.join([doubles, os.environ['PYTHONPATH']]))


@pytest.fixture
def node(alone):
    rclpy.init()
    node = rclpy.create_node('feeder')
    node.feeders = []
    yield node
    for feeder in node.feeders:
        feeder.close()
    rclpy.try_shutdown()


def frame(number, brightness=BRIGHTNESS):
    image = np.full((6, 8, 3), brightness, np.uint8)
    return Frame(image, EPOCH_NS + number, f'frame {number}')


def run(tmp_path, *arguments):
    return NodeProcess(
        tmp_path / 'node.log', [*node_arguments([CAMERA], None), *arguments], module=DOUBLE
    )


def feeder_of(node, process):
    node.feeders.append(Feeder(node, process, f'{NAMESPACE}/{CAMERA}'))
    return node.feeders[-1]


def connect(node, process, receive=None):
    feeder = feeder_of(node, process)
    subscription = node.create_subscription(
        TarQuality, RESULTS, receive or feeder.receive, QoSProfile(depth=10)
    )
    feeder.wait_until_ready(subscription.get_publisher_count, WAIT_S)
    return feeder


def test_a_frame_gets_its_own_result_with_the_header_it_was_sent_with(tmp_path, node):
    with run(tmp_path) as process:
        feeder = connect(node, process)
        for number in range(5):
            reply = feeder.assess(frame(number), WAIT_S)
            assert reply.result.header.stamp.nanosec == number
            assert reply.result.score == pytest.approx(0.8, abs=1e-6)
            assert reply.age_ms > 0.0


def test_results_are_recorded_as_they_were_on_the_wire(tmp_path, node):
    with run(tmp_path) as process, BagWriter(tmp_path / 'bag') as writer:
        received = []
        feeder = feeder_of(node, process)

        def take(message):
            taken = feeder.receive(message)
            if taken:
                received.append(message)
            return taken

        recorder = Recorder(node, RESULTS, TarQuality, writer, take)
        feeder.wait_until_ready(lambda: recorder.publisher_count, WAIT_S)
        for number in range(3):
            assert feeder.assess(frame(number), WAIT_S)
    with BagReader(tmp_path / 'bag') as reader:
        (topic,) = reader.topics
        assert (topic.name, topic.type, topic.count) == (RESULTS, 'sageiq_msgs/msg/TarQuality', 3)
        for recorded, message in zip(reader.messages(), received, strict=True):
            decoded = reader.decode(recorded)
            assert decoded.header.stamp.nanosec == message.header.stamp.nanosec
            assert decoded.score == message.score
            assert decoded.triplets[0].subject_weight == message.triplets[0].subject_weight


def test_a_frame_without_a_result_is_given_up_in_time_and_the_next_one_goes_on(tmp_path, node):
    with run(tmp_path) as process:
        feeder = connect(node, process)
        assert feeder.assess(frame(1), WAIT_S)
        # A pixel value of 13 makes the double fail inside.
        assert feeder.assess(frame(2, brightness=13), 0.5) is None
        assert feeder.assess(frame(3), WAIT_S).result.header.stamp.nanosec == 3


def test_a_flood_is_answered_by_results_of_what_was_sent(tmp_path, node):
    with run(tmp_path) as process:
        feeder = connect(node, process)
        replies = feeder.flood((frame(number) for number in range(1000)), 50.0, 0.6)
    assert 1 <= len(replies) <= 31
    assert all(reply.age_ms > 0.0 for reply in replies)


def test_a_node_that_dies_is_reported_with_its_last_words(tmp_path, node):
    with run(tmp_path) as process:
        feeder = connect(node, process)
        os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(NodeError, match=r'ended by itself \(signal 9\)') as caught:
            feeder.assess(frame(1), WAIT_S)
    assert 'Waiting for images on /sageiq/demo/image_raw' in str(caught.value)
    assert str(process.log) in str(caught.value)


def test_a_node_that_cannot_start_is_reported_with_its_reason(tmp_path, node):
    with run(tmp_path, '-p', 'scorer.engine:=/nowhere') as process:
        feeder = feeder_of(node, process)
        with pytest.raises(NodeError, match=r'The node cannot start: .*no engine in /nowhere'):
            feeder.wait_until_ready(lambda: True, WAIT_S)


def test_a_module_that_is_no_node_ends_at_once_and_its_error_is_quoted(tmp_path, node):
    with NodeProcess(tmp_path / 'node.log', module='no_such_module') as process:
        feeder = feeder_of(node, process)
        with pytest.raises(NodeError, match=r'exit status 1(.|\n)*no_such_module'):
            feeder.wait_until_ready(lambda: True, WAIT_S)


def test_the_node_ends_in_order_when_it_is_told_to(tmp_path, node):
    with run(tmp_path) as process:
        connect(node, process)
        assert process.stop() == 0
    assert 'Traceback' not in process.log.read_text()


def test_assessments_become_lines_of_json_without_nan():
    from made_results import assessment

    from sageiq_ros.evaluation.assess import record

    line = json.dumps(record(frame(1), assessment(0.7)), allow_nan=False)
    read = json.loads(line)
    assert read['score'] == 0.7 and read['frame_score'] is None and read['state'] == 'GOOD'
    assert read['regions'][0]['box'] == [10.0, 20.0, 40.0, 45.0]
    assert read['triplets'][0]['source'] == 'LLM' and read['flags'] == []
