# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What of one result argues for opening and what for closing, and which region is to blame."""

import math

import numpy as np
import pytest
from gate_results import config, region, result, triplet

from sageiq_ros.gate.blame import pulled_down_most
from sageiq_ros.gate.judgement import Level, judge
from sageiq_ros.gate.limits import limits_of
from sageiq_ros.types import State

BAD_TREE = region('tree', 0.0)


def level(given, **changes):
    return judge(given, limits_of(config(**changes))[0]).level


@pytest.mark.parametrize(
    ('score', 'expected'),
    [
        (0.0, Level.BAD),
        (0.34, Level.BAD),
        (0.35, Level.BETWEEN),
        (0.44, Level.BETWEEN),
        (0.45, Level.GOOD),
        (1.0, Level.GOOD),
    ],
)
def test_a_score_is_bad_below_the_minimum_and_good_from_the_hysteresis_above_it(score, expected):
    assert level(result(score)) is expected


@pytest.mark.parametrize('score', [0.35, 0.45])
def test_a_limit_itself_is_reached_by_a_score_with_the_precision_of_the_message(score):
    carried = np.float32(score)
    assert level(result(float(carried))) is level(result(score))
    lower = np.nextafter(carried, np.float32(0.0))
    assert level(result(float(lower))) is not level(result(score))


def test_each_camera_has_a_minimum_of_its_own_and_one_number_serves_all():
    own = limits_of(config(cameras=('front', 'rear'), min_score=(0.5, 0.25)))
    assert [judge(result(0.4), one).level for one in own] == [Level.BAD, Level.GOOD]
    same = limits_of(config(cameras=('front', 'rear'), min_score=(0.5,)))
    assert [judge(result(0.4), one).level for one in same] == [Level.BAD, Level.BAD]


@pytest.mark.parametrize('minimum', [0.95, 1.0])
def test_a_gate_can_open_however_high_its_minimum_and_hysteresis_are(minimum):
    assert level(result(1.0), min_score=(minimum,), hysteresis=1.0) is Level.GOOD


@pytest.mark.parametrize(
    ('quality', 'expected'),
    [(0.29, Level.BAD), (0.3, Level.BETWEEN), (0.39, Level.BETWEEN), (0.4, Level.GOOD)],
)
def test_a_person_below_the_floor_is_bad_however_high_the_score(quality, expected):
    assert level(result(1.0, region('person', quality))) is expected


def test_a_bad_tree_is_not():
    assert level(result(1.0, BAD_TREE)) is Level.GOOD


@pytest.mark.parametrize('label', ['Person', 'PERSON', ' person ', 'Young   Child'])
def test_labels_are_the_same_in_any_case_and_spacing(label):
    given = result(1.0, region(label, 0.1))
    assert level(given, floor_labels=('person', 'young child')) is Level.BAD


@pytest.mark.parametrize('label', ['salesperson', 'person with a dog', 'persons', 'per son', ''])
def test_a_label_is_matched_as_a_whole(label):
    assert level(result(1.0, region(label, 0.1)), floor_labels=('person', '')) is Level.GOOD


def test_each_label_has_a_floor_of_its_own():
    floors = {'floor_labels': ('person', 'bicycle'), 'floor': (0.6, 0.2)}
    assert level(result(1.0, region('bicycle', 0.5)), **floors) is Level.GOOD
    assert level(result(1.0, region('person', 0.5)), **floors) is Level.BAD


@pytest.mark.parametrize('number', [math.nan, math.inf, -math.inf, -0.01, 1.01])
def test_a_score_that_is_no_share_is_impossible(number):
    assert level(result(number)) is Level.IMPOSSIBLE


@pytest.mark.parametrize('number', [math.inf, -math.inf, -0.01, 1.01])
@pytest.mark.parametrize('label', ['person', 'tree'])
def test_so_is_a_quality_of_any_region(label, number):
    given = judge(result(0.8, region('car', 0.9), region(label, number)), limits_of(config())[0])
    assert given.level is Level.IMPOSSIBLE
    assert [one.label for one in given.regions] == [label]


def test_no_quality_at_all_is_impossible_where_there_is_a_floor_only():
    assert level(result(0.8, region('person', math.nan))) is Level.IMPOSSIBLE
    assert level(result(0.8, region('tree', math.nan))) is Level.GOOD


@pytest.mark.parametrize('age', [math.nan, math.inf, -0.01])
@pytest.mark.parametrize('quality', [0.9, math.nan])
def test_an_impossible_age_of_a_quality_is(age, quality):
    assert level(result(0.8, region('tree', quality, age))) is Level.IMPOSSIBLE


@pytest.mark.parametrize('wrong', [triplet(0, 2, 0.5), triplet(-1, 0, 0.5), triplet(0, 1, 1.5)])
def test_a_triplet_that_cannot_be_is(wrong):
    given = result(0.8, region('car', 0.9), region('street', 0.7), triplets=[wrong])
    assert level(given) is Level.IMPOSSIBLE


@pytest.mark.parametrize('state', [State.UNKNOWN, 4, 255])
def test_a_result_without_a_known_state_is(state):
    assert level(result(0.8, state=state)) is Level.IMPOSSIBLE


@pytest.mark.parametrize('state', [State.GOOD, State.DEGRADED, State.POOR])
def test_the_thresholds_of_the_scorer_do_not_matter(state):
    assert level(result(0.8, state=state)) is Level.GOOD


def test_the_region_to_blame_has_most_weight_below_the_limit():
    regions = [region('street', 0.4), region('car', 0.1), region('bird', 0.0)]
    weighted = [triplet(0, 1, 0.5), triplet(0, 2, 0.95)]
    assert pulled_down_most(result(0.3, *regions, triplets=weighted), 0.35).label == 'car'


def test_a_region_above_the_limit_is_not_to_blame_whatever_its_weight():
    regions = [region('street', 0.4), region('car', 0.0)]
    given = result(0.32, *regions, triplets=[triplet(0, 1, 0.8)])
    assert pulled_down_most(given, 0.35).label == 'car'


def test_of_equals_the_first_is_to_blame_and_of_none_nobody():
    equals = [region('none', math.nan), region('car', 0.1), region('bus', 0.1)]
    given = result(0.1, *equals, triplets=[triplet(1, 2, 0.5)])
    assert pulled_down_most(given, 0.35) is equals[1]
    assert pulled_down_most(result(0.1), 0.35) is None


def test_regions_stand_in_the_order_of_how_far_they_are_below_and_each_once():
    people = [region('person', 0.2), region('child', 0.1), region('man', 0.25), BAD_TREE]
    given = result(0.1, *people, triplets=[triplet(1, 3, 0.9)])
    floors = {'floor_labels': ('person', 'child', 'man'), 'floor': (0.3, 0.3, 0.9)}
    found = judge(given, limits_of(config(**floors))[0])
    assert [one.label for one in found.regions] == ['man', 'child', 'person']
