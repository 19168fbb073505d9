# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A hostile parameter is refused in one sentence; nothing changes and images are answered."""

import math
import time

import pytest
from node_fixtures import NODE
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter, parameter_value_to_python
from reports import ACTIVATE, CONFIGURE, ERROR, change, healthy, said

from sageiq_msgs.msg import TarQuality
from sageiq_ros.config import Config

fault = pytest.mark.fault
LONGEST_REASON = 1000
SETS, AT_ONCE = 2000, 100


@pytest.mark.parametrize(
    ('change', 'reason'),
    [
        pytest.param(
            {'scorer__good': math.nan},
            'out of range',
            marks=fault('a parameter that is not a number'),
        ),
        pytest.param(
            {'analyzer__query': 'car ' * 250_000},
            'analyzer.query must be 1 to 200 printable characters',
            marks=fault('a parameter of a million characters'),
        ),
        pytest.param(
            {'scorer__good': 'high'},
            'Wrong parameter type',
            marks=fault('a parameter of another type'),
        ),
        pytest.param(
            {'camera__max_rate': [-1.0]},
            'camera.max_rate must lie in [0.0, 1000.0], not -1.0.',
            marks=fault('a parameter out of its range'),
        ),
        pytest.param(
            {'scorer__poor': 0.9},
            'scorer.poor (0.9) must not exceed scorer.good (0.6); lower one or raise the other.',
            marks=fault('two parameters that contradict each other'),
        ),
        pytest.param(
            {'scorer__godo': 0.5},
            # In rclpy's words: it is refused before the node is asked.
            'Invalid access to undeclared parameter',
            marks=fault('a parameter that there is not'),
        ),
    ],
)
def test_a_hostile_parameter_is_refused_and_changes_nothing(start, probe, picture, change, reason):
    running = start()
    probe.ask(picture(stamp=1))
    result = probe.set(**change)
    assert not result.successful
    assert reason in result.reason
    assert len(result.reason) < LONGEST_REASON and len(result.reason.splitlines()) == 1
    assert running.pipeline.config == Config()
    assert probe.ask(picture(stamp=2)).query == Config().analyzer.query
    healthy(probe)
    # What is right is taken as ever.
    assert probe.set(analyzer__query='parking').successful
    assert probe.ask(picture(stamp=3)).query == 'parking'


@fault('a hostile parameter at the start')
def test_a_hostile_parameter_at_the_start_is_told_until_it_is_mended(start, probe, picture):
    start(analyzer__query='car ' * 250_000)
    status = said(probe, 'engines', 'cannot configure: analyzer.query must be 1 to 200', ERROR)
    assert len(status.message) < LONGEST_REASON
    assert probe.set(analyzer__query='parking').successful
    assert change(probe, CONFIGURE) and change(probe, ACTIVATE)
    assert probe.ask(picture()).query == 'parking'


@fault('a camera with a name of a million letters')
def test_a_camera_of_an_endless_name_is_told_shortly(start, probe, picture):
    start(cameras=['a' * 1_000_000])
    status = said(probe, 'engines', "cannot configure: cameras holds 'aaa", ERROR)
    assert len(status.message) < LONGEST_REASON
    assert probe.set(cameras=['image_raw']).successful
    assert change(probe, CONFIGURE) and change(probe, ACTIVATE)
    assert probe.ask(picture()).camera == 'image_raw'


@fault('no camera is named')
def test_cameras_may_be_emptied_and_named_again(start, probe, picture):
    start(autostart=False)
    none = Parameter('cameras', Parameter.Type.STRING_ARRAY, []).to_parameter_msg()
    request = SetParameters.Request(parameters=[none])
    (result,) = probe.call(SetParameters, f'{NODE}/set_parameters', request).results
    assert result.successful and not change(probe, CONFIGURE)
    words = 'cannot configure: cameras is empty; name at least one image topic.'
    assert said(probe, 'engines', words, ERROR).message == words
    assert probe.set(cameras=['image_raw']).successful
    assert change(probe, CONFIGURE) and change(probe, ACTIVATE)
    assert probe.ask(picture()).camera == 'image_raw'


@fault('thousands of parameters set in a row')
def test_thousands_of_sets_hold_up_neither_images_nor_reports(start, probe, picture):
    start()
    probe.ask(picture(brightness=128, stamp=1))
    begin = time.monotonic()
    for round_ in range(SETS // AT_ONCE):
        values = [0.55 + 0.1 * (place % 2) for place in range(AT_ONCE)]
        request = SetParameters.Request(
            parameters=[Parameter('scorer.good', value=v).to_parameter_msg() for v in values]
        )
        results = probe.call(SetParameters, f'{NODE}/set_parameters', request).results
        assert len(results) == AT_ONCE and all(result.successful for result in results)
        assert probe.ask(picture(128, stamp=2 + round_)).state == TarQuality.STATE_DEGRADED
    healthy(probe)
    assert parameter_value_to_python(probe.get('scorer.good')) == pytest.approx(0.65)
    assert time.monotonic() - begin < SETS * 0.05
