# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What a soak puts the node through, and which errors it has brought about itself."""

from itertools import islice

import pytest

from sageiq_ros.config import Config
from sageiq_ros.nodes.load.conditions import (
    BROKEN,
    CYCLE,
    STEADY,
    STOPPED,
    Phase,
    parameters,
    phase_seconds,
    phases,
)
from sageiq_ros.nodes.load.errors import GRACE_S, Causes
from sageiq_ros.schema import settings, updated

CAMERAS = ('a', 'b', 'c')
PARAMETERS = parameters(Config())
BAD = 'bad frames: the step is 1'
SILENT = 'no publisher on a'


def first(number):
    return list(islice(phases(CAMERAS, PARAMETERS), number))


def test_a_cycle_meets_every_condition_and_settles_between_two():
    found = [phase.condition for phase in first(len(CYCLE))]
    assert found[::2] == [STEADY] * (len(CYCLE) // 2)
    assert len(set(found[1::2])) == len(CYCLE) // 2


def test_each_camera_stops_in_its_turn():
    stopped = [phase.stopped for phase in first(4 * len(CYCLE)) if phase.stopped]
    assert stopped == ['a', 'b', 'c', 'a']


def test_every_second_phase_sets_a_parameter_and_later_sets_it_back():
    found = [phase.parameter for phase in first(2 * len(PARAMETERS))]
    assert found[::2] == [None] * len(PARAMETERS)
    assert found[1::2] == list(PARAMETERS)


CONFIGS = {
    'defaults': {},
    'a narrow band': {'scorer.good': 0.9, 'scorer.poor': 0.65},
    'the top': {'scorer.good': 1.0, 'scene_graph.entity_threshold': 0.95},
    'the bottom': {'analyzer.max_triplets': 1},
    'a camera of its own': {'scorer.good': 0.95, 'camera.poor': [0.8]},
}


@pytest.mark.parametrize('changes', CONFIGS.values(), ids=CONFIGS)
def test_the_parameters_move_around_the_users_values_and_back(changes):
    config = updated(Config(), changes)
    found = {name: (value, meta) for name, value, meta in settings(config)}
    set_there = parameters(config)
    for (name, moved), back in zip(set_there[::2], set_there[1::2], strict=True):
        own, meta = found[name]
        assert meta['live'] and moved != own
        assert back == (name, own)
        # What is out of range or at odds with another value would be refused.
        updated(config, {name: moved})


def test_a_parameter_that_cannot_move_stays():
    config = updated(Config(), {'scorer.good': 1.0, 'scorer.poor': 1.0})
    assert parameters(config)[:2] == (('scorer.good', 1.0), ('scorer.good', 1.0))


def test_a_short_soak_goes_through_all_conditions_too():
    assert phase_seconds(3600.0) == phase_seconds(7 * 86400.0) == 30.0
    assert phase_seconds(40.0) * len(CYCLE) < 40.0


@pytest.fixture
def causes():
    """Stand in the middle of a phase in which a stopped; begin others by ``causes.begin``."""
    made = Causes()
    made.begin(Phase(STOPPED, 0, 'a', None), 100.0)
    return made


def test_the_silence_of_the_camera_that_was_stopped_has_a_cause(causes):
    assert causes.explain('a', SILENT, 110.0)
    assert not causes.explain('b', SILENT, 110.0)
    assert not causes.explain('sageiq.sageiq_node', 'cannot activate', 110.0)


def test_a_camera_that_returned_must_be_well_again_after_a_while(causes):
    causes.begin(Phase(STEADY, 0, None, None), 130.0)
    assert causes.explain('a', SILENT, 130.0 + GRACE_S)
    assert not causes.explain('a', SILENT, 130.1 + GRACE_S)


def test_bad_frames_have_a_cause_only_where_frames_were_broken(causes):
    assert not causes.explain('b', BAD, 110.0)
    causes.begin(Phase(BROKEN, 0, None, None), 130.0)
    assert causes.explain('b', BAD, 140.0)
    assert not causes.explain('b', 'no image for 3 s', 140.0)
    causes.begin(Phase(STEADY, 0, None, None), 160.0)
    assert causes.explain('b', BAD, 160.0 + GRACE_S)
    assert not causes.explain('b', BAD, 160.1 + GRACE_S)


def test_before_anything_was_caused_every_error_is_without_a_cause():
    assert not Causes().explain('a', SILENT, 0.0)
