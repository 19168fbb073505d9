# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever happens within inference costs a frame; the thread that all cameras share goes on."""

import math
import sys
import threading

import numpy as np
import pytest
from reports import CAMERA, ERROR, WARN, healthy, said, told, values_of
from sensor_msgs.msg import Image
from stages import WithKnownScores

from sageiq_msgs.msg import TarQuality
from sageiq_msgs.srv import DescribeQuality
from sageiq_ros.nodes import sageiq_node
from sageiq_ros.types import Quality

fault = pytest.mark.fault
PETABYTE = 1 << 50


@pytest.fixture
def build():
    return WithKnownScores()


def raise_error(crops):
    raise RuntimeError('a fault of the device')


def take_a_petabyte(crops):
    np.empty(PETABYTE, np.uint8)


def too_few(crops):
    return []


@pytest.mark.parametrize(
    ('instead', 'words'),
    [
        pytest.param(
            raise_error, 'RuntimeError: a fault of the device', marks=fault('a scorer that raises')
        ),
        pytest.param(
            take_a_petabyte,
            'MemoryError: Unable to allocate 1.00 PiB for an array with shape',
            marks=fault('no memory is left for an allocation'),
        ),
        pytest.param(
            too_few,
            'ValueError: zip() argument 2 is shorter than argument 1',
            marks=fault('a scorer that returns too few scores'),
        ),
        pytest.param(
            lambda crops: sys.exit('the licence has run out'),
            'SystemExit: the licence has run out',
            marks=fault('a scorer that ends its thread'),
        ),
    ],
)
def test_a_fault_of_the_scorer_costs_its_frame(start, probe, picture, build, instead, words):
    start(build=build)
    probe.ask(picture(stamp=1))
    healthy(probe)
    build.scorer.instead = instead
    probe.send(picture(stamp=2))
    status = said(probe, CAMERA, f'bad frames: {words}', ERROR)
    assert values_of(status)['bad frames: inference'] == '1'
    build.scorer.instead = None
    assert probe.ask(picture(stamp=3)).header.stamp.sec == 3
    assert len(probe.results) == 2
    healthy(probe)


@fault('a scorer that returns NaN')
def test_a_score_that_is_no_number_is_published_as_unknown(start, probe, picture, build):
    start(build=build)
    assert probe.ask(picture(stamp=1)).state == TarQuality.STATE_GOOD
    build.scorer.instead = lambda crops: [Quality(math.nan) for _ in crops]
    result = probe.ask(picture(stamp=2))
    assert (result.state, math.isnan(result.score)) == (TarQuality.STATE_UNKNOWN, True)
    assert all(math.isnan(region.quality) for region in result.regions)
    build.scorer.instead = None
    assert probe.ask(picture(stamp=3)).state == TarQuality.STATE_GOOD
    healthy(probe)


@fault('an engine that hangs')
def test_an_engine_that_hangs_is_told_as_overload(start, probe, picture, build):
    start(build=build)
    probe.ask(picture(stamp=1))
    done = threading.Event()
    build.scorer.instead = lambda crops: done.wait(10.0) and [Quality(0.5) for _ in crops]

    def overloaded():
        probe.send(picture(stamp=2))
        return [
            status
            for array in probe.diagnostics
            for status in array.status
            if status.name.endswith('load') and status.level == WARN
        ]

    probe.diagnostics.clear()
    (status, *_) = probe.until(overloaded, 'words on a load that is too high')
    assert status.message.startswith('overloaded: a camera gets 0.0 results per second; use fewer')
    build.scorer.instead = None
    done.set()
    probe.until(lambda: len(probe.results) > 1, 'results again')
    healthy(probe, 'load')
    assert probe.ask(picture(stamp=9)).header.stamp.sec == 9


def describe(probe):
    future = probe.request(DescribeQuality, '/sageiq/describe_quality', DescribeQuality.Request())
    probe.until(future.done, 'answer')
    return future.result()


@fault('a description that fails')
def test_a_description_that_fails_is_told_to_who_asked(start, probe, picture):
    start()
    probe.send(picture(13))
    said(probe, CAMERA, 'bad frames: RuntimeError: a fault inside the pipeline', ERROR)
    answer = describe(probe)
    assert (answer.success, answer.message) == (
        False,
        'The description failed with RuntimeError: a fault inside the scorer.',
    )
    assert probe.ask(picture(90, stamp=2)).header.stamp.sec == 2
    assert describe(probe).description == '8 x 6 px of brightness 90.'


@fault('an errand that raises')
def test_an_errand_that_raises_costs_itself(start, probe, picture):
    running = start()
    probe.ask(picture(stamp=1))
    running.node._frames.ask(lambda: 1 / 0)
    probe.send(picture(stamp=2))
    probe.until(lambda: len(probe.results) == 2, 'result')


@fault('the overlay cannot be drawn')
def test_an_overlay_that_cannot_be_drawn_costs_itself(start, probe, picture, monkeypatch):
    running = start()
    drawn = sageiq_node.draw_assessment
    probe.ask(picture(stamp=1))
    healthy(probe)
    monkeypatch.setattr(sageiq_node, 'draw_assessment', fail_to_draw)
    looking = probe.node.create_subscription(Image, '/sageiq/overlay', probe.overlays.append, 10)
    probe.until(running.node._overlays.get_subscription_count, 'subscription seen')
    # The result came before the overlay was drawn.
    assert probe.ask(picture(stamp=2)).header.stamp.sec == 2
    told(probe, CAMERA, 'bad frames: RuntimeError: no font', ERROR)
    monkeypatch.setattr(sageiq_node, 'draw_assessment', drawn)
    probe.ask(picture(stamp=3))
    probe.until(lambda: probe.overlays, 'overlay')
    healthy(probe)
    probe.node.destroy_subscription(looking)


def fail_to_draw(image, assessment):
    raise RuntimeError('no font')
