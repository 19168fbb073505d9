# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq bag play`` in a process of its own: every message arrives, as it was recorded."""

import os
import signal
import subprocess
import sys
import threading
import time
from itertools import pairwise

import numpy as np
import pytest
import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image

from sageiq_msgs.msg import TarQuality
from sageiq_ros.bags.make import make_bag
from sageiq_ros.bags.messages import RAW_TYPE, TRUTH_TYPE, build, raw_image, truth
from sageiq_ros.bags.sources import open_source
from sageiq_ros.bags.writer import BagWriter
from sageiq_ros.cli import main
from sageiq_ros.images import to_bgr
from sageiq_ros.nodes import wait
from sageiq_ros.nodes.transport import profile_variable
from sageiq_ros.types import SceneGraph

DOMAIN = 1 + (os.getpid() + 37) % 100
WAIT_S = 60.0
# Best effort promises none; without the profile at most a few of twenty arrive.
LEAST_OF_20 = 15


class Listener:
    """Subscribe to topics on a domain of this test alone; every wait is bounded."""

    def __init__(self, context):
        self.node = rclpy.create_node('listener', context=context)
        self.executor = SingleThreadedExecutor(context=context)
        self.executor.add_node(self.node)
        self.received = {}

    def listen(self, kind, topic, qos=100):
        self.received[topic] = []
        self.node.create_subscription(
            kind, topic, lambda m: self.received[topic].append((time.monotonic(), m)), qos
        )

    def until(self, condition, what):
        deadline = time.monotonic() + WAIT_S
        while not condition():
            assert time.monotonic() < deadline, f'no {what} within {WAIT_S} s'
            self.executor.spin_once(timeout_sec=0.05)

    def messages(self, topic):
        return [message for _, message in self.received[topic]]


@pytest.fixture
def listener():
    context = Context()
    rclpy.init(context=context, domain_id=DOMAIN)
    listener = Listener(context)
    yield listener
    listener.executor.shutdown()
    listener.node.destroy_node()
    rclpy.try_shutdown(context=context)


@pytest.fixture
def play():
    """Return a function that starts the player; it is ended after the test."""
    players = []

    def start(*arguments):
        environment = {**os.environ, 'ROS_DOMAIN_ID': str(DOMAIN)}
        # The profile is the player's own business.
        environment.pop(profile_variable(), None)
        command = [sys.executable, '-m', 'sageiq_ros.cli', 'bag', 'play', *arguments]
        players.append(
            subprocess.Popen(
                [*command, '--wait', str(WAIT_S)],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        return players[-1]

    yield start
    for player in players:
        player.kill()
        player.communicate()


@pytest.fixture
def bag(folder, tmp_path):
    """Return a bag of five pictures at 10 Hz."""
    for _ in make_bag(open_source(folder), tmp_path / 'bag'):
        pass
    return str(tmp_path / 'bag')


def test_pictures_and_stamps_arrive_as_recorded_and_at_their_time(bag, play, listener, pictures):
    listener.listen(Image, '/image_raw')
    started = time.monotonic()
    player = play(bag)
    listener.until(lambda: len(listener.received['/image_raw']) == 5, 'fifth picture')
    for number, (when, message) in enumerate(listener.received['/image_raw']):
        np.testing.assert_array_equal(to_bgr(message), pictures[number])
        assert message.header.stamp.nanosec == number * 100_000_000
        assert when - started >= 0.1 * number
    assert player.wait(WAIT_S) == 0
    assert player.stdout.read().startswith('Played 5 messages on 1 topics')


def test_a_full_hd_camera_arrives_whole_between_processes(tmp_path, play, listener):
    """Without the shared-memory profile nearly none of these frames arrives."""
    rng = np.random.default_rng(0)
    stripes = rng.integers(0, 256, (1080, 1920, 3), np.uint8)
    with BagWriter(tmp_path / 'hd') as writer:
        for number in range(20):
            message = raw_image(np.roll(stripes, number, 0), number + 1, 'camera')
            writer.write('/image_raw', RAW_TYPE, number * 50_000_000, message)
    # As a camera's subscriber asks, but a busy machine costs no frame that did arrive.
    qos = QoSProfile(depth=20, reliability=ReliabilityPolicy.BEST_EFFORT)
    listener.listen(Image, '/image_raw', qos)
    play(str(tmp_path / 'hd'))
    received = listener.received['/image_raw']
    listener.until(lambda: len(received) >= LEAST_OF_20, f'{LEAST_OF_20} frames of 20')
    numbers = [message.header.stamp.nanosec for _, message in received]
    assert numbers == sorted(set(numbers))
    for number, message in zip(numbers, listener.messages('/image_raw'), strict=True):
        np.testing.assert_array_equal(to_bgr(message), np.roll(stripes, number - 1, 0))


def test_speed_new_names_and_choice_of_topics(tmp_path, play, listener):
    with BagWriter(tmp_path / 'bag') as writer:
        for number in range(3):
            message = truth(SceneGraph(), number + 1, 'camera', '/image_raw', (64, 48))
            writer.write('/truth', TRUTH_TYPE, number * 2_000_000_000, message)
            writer.write('/other', TRUTH_TYPE, number * 2_000_000_000, message)
    listener.listen(TarQuality, '/wanted')
    listener.listen(TarQuality, '/other')
    started = time.monotonic()
    player = play(str(tmp_path / 'bag'), '--rate', '20', '--topic', '/truth:=/wanted')
    listener.until(lambda: len(listener.received['/wanted']) == 3, 'third message')
    times = [when for when, _ in listener.received['/wanted']]
    # Four seconds of bag at twenty times the speed.
    assert times[-1] - started >= 0.2
    assert times[-1] - times[0] < 4.0
    assert player.wait(WAIT_S) == 0
    assert not listener.received['/other']


def test_excluded_topics_and_the_recorded_clock_are_left_out(tmp_path, play, listener):
    stamp = build('builtin_interfaces/msg/Time', sec=9, nanosec=0)
    with BagWriter(tmp_path / 'bag') as writer:
        for topic in ('/wanted', '/unwanted'):
            message = truth(SceneGraph(), 1, 'camera', '/image_raw', (64, 48))
            writer.write(topic, TRUTH_TYPE, 10**9, message)
        kind = 'rosgraph_msgs/msg/Clock'
        writer.write('/clock', kind, 10**9, build(kind, clock=stamp))
    listener.listen(TarQuality, '/wanted')
    player = play(str(tmp_path / 'bag'), '--clock', '--exclude', '/unwanted', '/nowhere')
    listener.until(lambda: listener.received['/wanted'], 'message')
    assert player.wait(WAIT_S) == 0
    assert player.stdout.read().startswith('Played 1 messages on 1 topics')


def test_waiting_ends_when_somebody_listens_to_the_images(bag, listener, monkeypatch):
    monkeypatch.setenv('ROS_DOMAIN_ID', str(DOMAIN))
    waiting = threading.Thread(target=main, args=(['bag', 'wait', bag],), daemon=True)
    listener.listen(Image, '/another')
    waiting.start()
    listener.until(lambda: 'sageiq_wait' in listener.node.get_node_names(), 'waiting node')
    assert waiting.is_alive()
    listener.listen(Image, '/image_raw')
    waiting.join(WAIT_S)
    assert not waiting.is_alive()


@pytest.fixture
def nodes_bag(tmp_path):
    """Return a bag of the camera /image_raw and of one inside the node's namespace."""
    with BagWriter(tmp_path / 'cameras') as writer:
        for topic in ('/image_raw', '/sageiq/rear'):
            image = raw_image(np.zeros((6, 8, 3), np.uint8), 1, 'camera')
            writer.write(topic, RAW_TYPE, 1, image)
    return str(tmp_path / 'cameras')


@pytest.mark.parametrize('camera', ['rear', '/sageiq/rear'])
def test_only_the_cameras_given_are_waited_for_by_their_name_in_the_nodes_namespace(
    nodes_bag, listener, monkeypatch, capfd, camera
):
    monkeypatch.setenv('ROS_DOMAIN_ID', str(DOMAIN))
    monkeypatch.setattr(wait, 'WORD_EVERY_S', 0.0)
    words = ['bag', 'wait', nodes_bag, '--cameras', f'[/elsewhere, {camera}]']
    waiting = threading.Thread(target=main, args=(words,), daemon=True)
    listener.listen(Image, '/image_raw')
    waiting.start()
    said = []

    def told():
        said.append(capfd.readouterr().out)
        return 'Waiting for a subscription to /sageiq/rear.\n' in ''.join(said)

    listener.until(told, 'word of what is waited for')
    assert waiting.is_alive()
    listener.listen(Image, '/sageiq/rear')
    waiting.join(WAIT_S)
    assert not waiting.is_alive()


@pytest.mark.parametrize(
    ('cameras', 'sentence'),
    [
        (
            '[image_raw, /front]',
            'has no images of /sageiq/image_raw or /front; name cameras among its image topics: '
            '/image_raw, /sageiq/rear.',
        ),
        ('/image_raw', "list of image topics, such as [/front, /rear], not '/image_raw'."),
        ('[/front', 'list of image topics'),
        ('[7]', 'list of image topics'),
        ('[a b]', "cameras holds 'a b'"),
    ],
)
def test_waiting_for_cameras_that_the_bag_lacks_is_refused(
    nodes_bag, capsys, monkeypatch, cameras, sentence
):
    monkeypatch.setenv('ROS_DOMAIN_ID', str(DOMAIN))
    assert main(['bag', 'wait', nodes_bag, '--cameras', cameras]) == 2
    said = capsys.readouterr().err
    assert sentence in said and said.count('\n') == 1


def test_the_clock_of_the_bag_is_published_before_each_message(bag, play, listener):
    listener.listen(Clock, '/clock')
    listener.listen(Image, '/image_raw')
    play(bag, '--clock')
    listener.until(lambda: len(listener.received['/image_raw']) == 5, 'fifth picture')
    # 0.4 s at 40 Hz, both ends included; the first may come before we are connected.
    listener.until(lambda: len(listener.received['/clock']) >= 16, 'sixteenth tick')
    ticks = [m.clock.sec * 10**9 + m.clock.nanosec for m in listener.messages('/clock')]
    assert {b - a for a, b in pairwise(ticks)} == {25_000_000}


def test_a_loop_goes_on_until_ctrl_c_and_ends_cleanly(bag, play, listener):
    listener.listen(Image, '/image_raw')
    player = play(bag, '--loop', '--rate', '10')
    listener.until(lambda: len(listener.received['/image_raw']) >= 12, 'third round')
    player.send_signal(signal.SIGINT)
    assert player.wait(WAIT_S) == 0
    output = player.stdout.read()
    assert output.startswith('Played ') and 'Traceback' not in output


@pytest.mark.parametrize(
    ('arguments', 'sentence'),
    [
        (['--topic', '/nowhere'], 'has no topic /nowhere; its topics are: /image_raw.'),
        (['--rate', '0'], 'speed must lie above 0'),
    ],
)
def test_a_wrong_argument_is_one_sentence(bag, capsys, monkeypatch, arguments, sentence):
    monkeypatch.setenv('ROS_DOMAIN_ID', str(DOMAIN))
    assert main(['bag', 'play', bag, *arguments]) == 2
    assert sentence in capsys.readouterr().err


def test_a_bag_without_messages_is_refused_instead_of_looped_over(tmp_path, capsys):
    with BagWriter(tmp_path / 'empty'):
        pass
    assert main(['bag', 'play', str(tmp_path / 'empty'), '--loop']) == 2
    assert 'holds no message' in capsys.readouterr().err
