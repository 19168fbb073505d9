# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A node and a probe beside it, which talk over DDS on a domain of this session alone.

Both live in one process and one DDS participant, where discovery is immediate;
``test_node_process.py`` has the node in a process of its own.
"""

import gc
import os
import threading
import time
from contextlib import suppress

import numpy as np
import pytest

# Read when the first participant is made, by child processes too.
os.environ['ROS_DOMAIN_ID'] = str(1 + os.getpid() % 100)
os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from gate_side import GateSide, RunningGate
from pipeline_double import Build
from rcl_interfaces.srv import (
    DescribeParameters,
    GetParameters,
    SetParameters,
    SetParametersAtomically,
)
from rclpy.context import Context
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from sageiq_msgs.msg import TarQuality
from sageiq_ros.nodes.messages import bgr_image
from sageiq_ros.nodes.sageiq_node import SageIQNode

NODE = '/sageiq/sageiq_node'
WAIT_S = 10.0


class Probe:
    """Look at the node from outside, over DDS; every wait is bounded."""

    def __init__(self, context):
        self.node = rclpy.create_node('probe', context=context)
        self._executor = SingleThreadedExecutor(context=context)
        self._executor.add_node(self.node)
        self.results, self.diagnostics, self.overlays = [], [], []
        self._publishers, self._clients = {}, {}
        self.node.create_subscription(TarQuality, '/sageiq/tar_quality', self.results.append, 100)
        self.node.create_subscription(
            DiagnosticArray, '/diagnostics', self.diagnostics.append, 100
        )

    def until(self, condition, what, timeout=WAIT_S):
        """Spin until ``condition()`` is true and return its value."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            value = condition()
            if value:
                return value
            self._executor.spin_once(timeout_sec=0.05)
        pytest.fail(f'no {what} within {timeout} s')

    def request(self, kind, name, request, timeout=WAIT_S):
        """Call a service and return the future of its answer."""
        client = self._clients.get(name)
        if client is None:
            client = self._clients[name] = self.node.create_client(kind, name)
        self.until(client.service_is_ready, name, timeout)
        return client.call_async(request)

    def call(self, kind, name, request, done=lambda: False, timeout=120.0):
        """Call a service until it answers or ``done()`` says that it has acted.

        Between processes a request or an answer is lost while they have not found each other.
        """
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            future = self.request(kind, name, request, timeout)
            patience = time.monotonic() + 5.0
            while time.monotonic() < patience:
                if future.done():
                    return future.result()
                self._executor.spin_once(timeout_sec=0.05)
            if done():
                return None
        pytest.fail(f'no answer of {name} within {timeout} s')

    def set(self, atomically=False, **values):
        """Set parameters; dots of names are written as two underscores. Return the results."""
        messages = [
            Parameter(name.replace('__', '.'), value=value).to_parameter_msg()
            for name, value in values.items()
        ]
        if atomically:
            request = SetParametersAtomically.Request(parameters=messages)
            return self.call(
                SetParametersAtomically, f'{NODE}/set_parameters_atomically', request
            ).result
        request = SetParameters.Request(parameters=messages)
        return self.call(SetParameters, f'{NODE}/set_parameters', request).results[0]

    def get(self, name):
        request = GetParameters.Request(names=[name])
        return self.call(GetParameters, f'{NODE}/get_parameters', request).values[0]

    def describe(self, *names):
        request = DescribeParameters.Request(names=names)
        return self.call(DescribeParameters, f'{NODE}/describe_parameters', request).descriptors

    def publisher(self, topic='/sageiq/image_raw'):
        """Advertise a camera and wait until the node has found it."""
        if topic not in self._publishers:
            kind = CompressedImage if topic.endswith('/compressed') else Image
            self._publishers[topic] = self.node.create_publisher(
                kind, topic, qos_profile_sensor_data
            )
        publisher = self._publishers[topic]
        self.until(publisher.get_subscription_count, f'subscription to {topic}')
        return publisher

    def send(self, message, topic='/sageiq/image_raw'):
        self.publisher(topic).publish(message)

    def ask(self, message, topic='/sageiq/image_raw'):
        """Send one image and return its result."""
        count = len(self.results)
        self.send(message, topic)
        self.until(lambda: len(self.results) > count, 'result')
        return self.results[-1]

    def ask_until_answered(self, message, topic='/sageiq/image_raw'):
        """Send one image until its result comes: discovery between processes takes its time."""

        def answered():
            self.send(message, topic)
            return self.results

        self.until(answered, 'result', timeout=3 * WAIT_S)
        return self.results[-1]

    def status(self, suffix, accept=lambda status: True, timeout=WAIT_S):
        """Return the first acceptable diagnostic entry that comes from now on."""
        self.diagnostics.clear()

        def found():
            for array in self.diagnostics:
                for status in array.status:
                    if status.name.endswith(suffix) and accept(status):
                        return status
            return None

        return self.until(found, f'diagnostics of {suffix}', timeout)

    def close(self):
        self._executor.shutdown()
        self.node.destroy_node()


class Running:
    """Spin a node in a thread of its own, as its process would."""

    def __init__(self, context, build, parameters):
        self.node = SageIQNode(
            build=build,
            context=context,
            parameter_overrides=[
                Parameter(name.replace('__', '.'), value=value)
                for name, value in parameters.items()
            ],
        )
        self.build = build
        self._executor = SingleThreadedExecutor(context=context)
        self._executor.add_node(self.node)
        self._thread = threading.Thread(target=self._spin)
        self._thread.start()

    @property
    def pipeline(self):
        return self.build.built[-1]

    def _spin(self):
        with suppress(ExternalShutdownException):
            self._executor.spin()

    def stop(self):
        self._executor.shutdown()
        self._thread.join(WAIT_S)
        assert not self._thread.is_alive()
        self.node.close()
        self.node.destroy_node()


def make_context():
    context = Context()
    rclpy.init(context=context)
    yield context
    rclpy.try_shutdown(context=context)
    # Services of a lifecycle node live until they are collected, and a later test would find them.
    context.destroy()
    gc.collect()


@pytest.fixture
def context():
    yield from make_context()


@pytest.fixture
def other_context():
    """Give a second participant, for what one participant cannot do with itself."""
    yield from make_context()


@pytest.fixture
def probe(context):
    probe = Probe(context)
    yield probe
    probe.close()


@pytest.fixture
def start(context):
    """Return a function that starts the node with given parameters, by default on a double."""
    running = []

    def begin(build=None, **parameters):
        running.append(Running(context, build or Build(), parameters))
        return running[-1]

    yield begin
    while running:
        running.pop().stop()


@pytest.fixture
def start_gate(context):
    """Return a function that starts the gate's node with given parameters."""
    running = []

    def begin(**parameters):
        running.append(RunningGate(context, parameters))
        return running[-1]

    yield begin
    while running:
        running.pop().stop()


@pytest.fixture
def side(probe):
    return GateSide(probe)


@pytest.fixture
def picture():
    """Return a function that makes an Image message of one brightness and stamp."""

    def make(brightness=200, stamp=1, size=(8, 6)):
        return bgr_image(np.full((size[1], size[0], 3), brightness, np.uint8), header_at(stamp))

    return make


def header_at(seconds):
    header = Header(frame_id='camera_optical')
    header.stamp.sec, header.stamp.nanosec = seconds, 250
    return header
