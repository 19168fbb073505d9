# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters from another participant: live ones act on the next frame, bad ones are refused."""

import math
import re

import pytest
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.parameter import parameter_value_to_python

from sageiq_msgs.msg import TarQuality
from sageiq_ros.config import Config
from sageiq_ros.nodes.parameters import accept
from sageiq_ros.schema import settings

DESCRIPTIONS = {name: meta for name, _, meta in settings(Config())}


def test_every_setting_is_declared_with_its_default_range_and_sentence(start, probe):
    start()
    names = list(DESCRIPTIONS)
    values = {name: value for name, value, _ in settings(Config())}
    for name, value, _ in settings(Config()):
        found = parameter_value_to_python(probe.get(name))
        assert (tuple(found) if isinstance(value, tuple) else found) == value, name
    for descriptor in probe.describe(*names):
        meta = DESCRIPTIONS[descriptor.name]
        assert descriptor.description == meta['description']
        ranges = [*descriptor.floating_point_range, *descriptor.integer_range]
        single = meta['low'] is not None and not isinstance(values[descriptor.name], tuple)
        expected = [(meta['low'], meta['high'])] if single else []
        assert [(item.from_value, item.to_value) for item in ranges] == expected
        assert ('next frame' in descriptor.additional_constraints) == meta['live']


def test_a_threshold_changes_the_next_result(start, probe, picture):
    start()
    image = picture(brightness=128)
    assert probe.ask(image).state == TarQuality.STATE_DEGRADED
    assert probe.set(scorer__good=0.45).successful
    assert probe.ask(image).state == TarQuality.STATE_GOOD


def test_the_query_and_the_frame_score_change_the_next_result(start, probe, picture):
    start()
    probe.ask(picture())
    assert probe.set(analyzer__query='parking').successful
    assert probe.set(scorer__frame_score=True).successful
    result = probe.ask(picture())
    assert result.query == 'parking'
    assert not math.isnan(result.frame_score)


@pytest.mark.parametrize(
    ('change', 'reason'),
    [
        ({'scene_graph__entity_threshold': 1.5}, 'out of range'),
        ({'analyzer__max_triplets': 0}, 'out of range'),
        ({'scorer__good': math.nan}, 'out of range'),
        ({'scorer__good': 'high'}, 'Wrong parameter type'),
        ({'scorer__poor': 0.9}, r'scorer.poor \(0.9\) must not exceed scorer.good \(0.6\)'),
        ({'analyzer__query': ' '}, 'analyzer.query must have a letter or a digit'),
        ({'scorer__engine': 'other'}, 'scorer.engine is read when the node is configured'),
        ({'cameras': ['/other']}, 'cameras is read when the node is configured'),
    ],
)
def test_a_bad_value_is_refused_with_the_reason_and_nothing_changes(start, probe, change, reason):
    running = start()
    probe.until(lambda: running.node._worker, 'active node')
    result = probe.set(**change)
    assert not result.successful
    assert re.search(reason, result.reason)
    assert running.pipeline.config == Config()


def test_setting_the_value_that_already_holds_is_no_change(start, probe):
    running = start()
    probe.until(lambda: running.node._worker, 'active node')
    assert probe.set(scorer__engine='sageiq_m_nano').successful


def test_two_parameters_set_together_apply_together(start, probe, picture):
    start()
    probe.ask(picture())
    assert not probe.set(scorer__poor=0.8).successful
    assert probe.set(atomically=True, scorer__poor=0.8, scorer__good=0.9).successful
    assert probe.ask(picture(brightness=200)).state == TarQuality.STATE_POOR


def test_two_parameters_set_together_apply_not_at_all_where_one_is_refused(start, probe, picture):
    start()
    probe.ask(picture())
    result = probe.set(atomically=True, analyzer__query='parking', scorer__poor=0.9)
    assert not result.successful and 'scorer.poor' in result.reason
    assert parameter_value_to_python(probe.get('analyzer.query')) == 'autonomous driving'
    assert probe.ask(picture()).query == 'autonomous driving'


def test_a_bad_value_at_start_is_refused_by_configure_until_it_is_mended(start, probe, picture):
    running = start(scorer__good=7.0, analyzer__query='parking')
    entry = probe.status('engines', lambda status: 'cannot configure' in status.message)
    assert 'scorer.good must lie in [0.0, 1.0], not 7.0.' in entry.message
    assert not running.build.built
    assert probe.set(scorer__good=0.7).successful
    for transition in (Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE):
        request = ChangeState.Request(transition=Transition(id=transition))
        assert probe.call(ChangeState, '/sageiq/sageiq_node/change_state', request).success
    assert probe.ask(picture()).query == 'parking'


def test_a_whole_number_serves_as_a_double_at_start_as_it_does_in_the_yaml_offline(start, probe):
    start(scorer__good=1)
    assert parameter_value_to_python(probe.get('scorer.good')) == 1.0


def test_an_unknown_parameter_is_named_with_the_nearest_known_one(start, capfd):
    start(scorer__goood=0.5)
    assert 'scorer.goood is not known and unused; is scorer.good meant?' in capfd.readouterr().err


def test_contradicting_values_name_one_culprit_and_keep_the_rest():
    config, refused = accept(
        Config(), {'runtime.threads': 3, 'scorer.good': 0.2, 'scorer.poor': 0.5}
    )
    assert config.runtime.threads == 3
    assert list(refused) == ['scorer.good']
    assert 'scorer.poor (0.5) must not exceed scorer.good (0.2)' in refused['scorer.good']
    assert (config.scorer.good, config.scorer.poor) == (Config().scorer.good, 0.5)


def test_several_contradictions_cost_no_other_value():
    given = {
        'cameras': ['a', 'b', 'c'],
        'camera.max_rate': [1.0, 2.0],
        'camera.good': [0.5, 0.6],
        'scorer.good': 0.7,
        'autostart': False,
    }
    config, refused = accept(Config(), given)
    assert set(refused) == {'camera.max_rate', 'camera.good'}
    assert refused['camera.good'].startswith('camera.good holds 2 numbers for 3 cameras')
    assert (config.cameras, config.scorer.good, config.autostart) == (('a', 'b', 'c'), 0.7, False)


@pytest.mark.parametrize(
    ('name', 'reason'),
    [
        ('cameras', "cameras is an empty list, which ROS 2 does not hold; write ['']."),
        ('camera.max_rate', 'camera.max_rate is empty; give one number for all cameras'),
        ('scorer.good', 'scorer.good must be of type float, not NoneType'),
    ],
)
def test_no_value_is_refused_as_what_it_stands_for(name, reason):
    config, refused = accept(Config(), {name: None})
    assert config == Config()
    assert refused[name].startswith(reason)


def test_whole_numbers_are_taken_for_numbers(start, probe):
    running = start()
    probe.until(lambda: running.node._worker, 'active node')
    assert probe.set(analyzer__min_weight=6).successful
    assert probe.set(camera__max_rate=[5]).successful
    assert parameter_value_to_python(probe.get('analyzer.min_weight')) == 6.0
    assert running.pipeline.config.camera.max_rate == (5.0,)
    refused = probe.set(scorer__good=2)
    assert not refused.successful


def test_a_number_is_not_taken_for_a_whole_one(start, probe):
    start()
    assert not probe.set(analyzer__max_triplets=2.5).successful
