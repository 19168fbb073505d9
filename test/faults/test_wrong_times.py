# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Images are answered whatever their stamps and the clock say; what is odd about them is told."""

import pytest
from builtin_interfaces.msg import Time
from reports import CAMERA, WARN, healthy, told, values_of
from rosgraph_msgs.msg import Clock

fault = pytest.mark.fault


def unstamped(image):
    image.header.stamp = Time()
    return image


@fault('images without a stamp')
def test_images_without_a_stamp_are_answered_and_told(start, probe, picture):
    start()
    assert probe.ask(unstamped(picture())).header.stamp == Time()
    words = (
        'images on /sageiq/image_raw carry no stamp: the gate and all who match them by time '
        'need one'
    )
    assert told(probe, CAMERA, words, WARN).message == words
    probe.ask(picture(stamp=2))
    assert values_of(healthy(probe))['images without a stamp'] == '1'


@fault('stamps that go back')
def test_a_stamp_before_the_last_one_is_told(start, probe, picture):
    start()
    for stamp in (10, 9):
        assert probe.ask(picture(stamp=stamp)).header.stamp.sec == stamp
    words = 'the stamps on /sageiq/image_raw went back: a bag started over, or a clock was set'
    assert told(probe, CAMERA, words, WARN).message == words
    probe.ask(picture(stamp=10))
    assert values_of(healthy(probe))['stamps that went back'] == '1'


@fault('a bag that is played in a loop')
def test_every_lap_of_a_bag_is_answered(start, probe, picture):
    start()
    laps = [stamp for _ in range(3) for stamp in range(1, 5)]
    for stamp in laps:
        assert probe.ask(picture(stamp=stamp)).header.stamp.sec == stamp
    assert [result.header.stamp.sec for result in probe.results] == laps
    status = told(probe, CAMERA, 'the stamps on /sageiq/image_raw went back: a bag', WARN)
    probe.ask(picture(stamp=5))
    status = healthy(probe)
    assert values_of(status)['stamps that went back'] == '2'


@pytest.fixture
def clock(probe):
    """Return a function that publishes a simulated time of whole seconds."""
    publisher = probe.node.create_publisher(Clock, '/clock', 10)
    return lambda seconds: publisher.publish(Clock(clock=Time(sec=seconds)))


@fault('a simulated clock that never starts')
def test_without_a_clock_images_are_answered_and_reports_come(start, probe, picture):
    start(use_sim_time=True)
    assert probe.ask(picture(stamp=1)).header.stamp.sec == 1
    healthy(probe)
    assert probe.diagnostics[-1].header.stamp == Time()


@fault('a simulated clock that pauses and jumps back')
def test_a_paused_clock_and_one_that_jumps_back_stop_nothing(start, probe, picture, clock):
    start(use_sim_time=True)
    probe.ask(picture(stamp=1))

    def reported_at(seconds):
        def reported():
            clock(seconds)
            return probe.diagnostics and probe.diagnostics[-1].header.stamp.sec == seconds

        probe.until(reported, f'a report at {seconds} s')

    for seconds in (100, 101, 50):
        reported_at(seconds)
        # From here on the clock stands still.
        probe.diagnostics.clear()
        for stamp in (seconds, seconds + 1):
            assert probe.ask(picture(stamp=stamp)).header.stamp.sec == stamp
        healthy(probe)
        assert probe.diagnostics[-1].header.stamp.sec == seconds
