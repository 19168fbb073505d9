# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Nobody who listens can hold the node up."""

import time

import pytest
import rclpy
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from reports import OK, healthy, said
from sensor_msgs.msg import Image

from sageiq_msgs.msg import TarQuality

fault = pytest.mark.fault
IMAGES, MOST_S = 60, 20.0


@fault('a subscriber that never reads')
def test_a_subscriber_that_never_reads_holds_nothing_up(start, probe, picture, other_context):
    running = start()
    deaf = rclpy.create_node('deaf', context=other_context)
    reliable = QoSProfile(depth=1, reliability=ReliabilityPolicy.RELIABLE)
    deaf.create_subscription(TarQuality, '/sageiq/tar_quality', lambda message: None, reliable)
    deaf.create_subscription(Image, '/sageiq/overlay', lambda message: None, reliable)
    probe.ask(picture(stamp=1))
    probe.until(running.node._overlays.get_subscription_count, 'subscription seen')
    begin = time.monotonic()
    for stamp in range(2, 2 + IMAGES):
        assert probe.ask(picture(stamp=stamp, size=(320, 240))).header.stamp.sec == stamp
    assert time.monotonic() - begin < MOST_S
    healthy(probe)
    deaf.destroy_node()


@fault('a subscriber whose quality of service cannot be met')
def test_a_subscriber_who_asks_for_too_much_costs_itself(start, probe, picture, other_context):
    start()
    probe.ask(picture(stamp=1))
    demanding = rclpy.create_node('demanding', context=other_context)
    latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    demanding.create_subscription(TarQuality, '/sageiq/tar_quality', lambda message: None, latched)
    assert probe.ask(picture(stamp=2)).header.stamp.sec == 2
    said(probe, 'results', 'active', OK)
    demanding.destroy_node()
