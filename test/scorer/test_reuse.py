# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A region keeps its quality while it stays where it was scored, and not for long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.config import ScorerConfig
from sageiq_ros.scorer.reuse import KeptQualities
from sageiq_ros.types import AssessedRegion, Box, Quality, Region

CONFIG = ScorerConfig(reuse_s=1.0, reuse_iou=0.8)
GOOD, POOR = Quality(0.9), Quality(0.1)


def car(x=0.0, width=100.0):
    return Region('car', 0.7, Box(x, 0.0, x + width, 50.0))


def kept(*regions, time_s=0.0, config=CONFIG):
    memory = KeptQualities()
    memory.remember([AssessedRegion(region, GOOD) for region in regions], time_s, config)
    return memory


def test_a_region_that_has_not_moved_keeps_its_quality_and_tells_its_age():
    found = kept(car()).find(car(x=2.0), 0.75, CONFIG)
    assert found == AssessedRegion(car(x=2.0), GOOD, 0.75)


@pytest.mark.parametrize(
    ('region', 'time_s'),
    [
        (car(x=30.0), 0.1),
        (Region('bus', 0.7, car().box), 0.1),
        (car(), 1.01),
        (car(), -0.01),
        (car(), 0.0),
    ],
    ids=['moved', 'another label', 'too old', 'before it was scored', 'a clock that stands'],
)
def test_another_region_or_time_is_scored_anew(region, time_s):
    assert kept(car()).find(region, time_s, CONFIG) is None


def test_a_box_that_creeps_away_loses_its_quality():
    """Each step overlaps the one before by 0.96; the place of scoring decides."""
    memory = kept(car())
    ages = []
    for step in range(1, 20):
        found = memory.find(car(x=2.0 * step), 0.01 * step, CONFIG)
        if found is None:
            break
        ages.append(found.age_s)
    assert (100 - 2.0 * step) / (100 + 2.0 * step) < CONFIG.reuse_iou
    assert step < 10


def test_the_best_overlap_wins():
    memory = kept(car(x=5.0))
    memory.remember([AssessedRegion(car(), POOR)], 0.1, CONFIG)
    assert memory.find(car(), 0.2, CONFIG).quality == POOR


def test_off_by_default_nothing_is_kept():
    assert kept(car()).find(car(), 0.0, ScorerConfig()) is None
    assert kept(car(), config=ScorerConfig()).find(car(), 0.0, CONFIG) is None


def test_what_is_too_old_is_forgotten():
    memory = kept(car())
    memory.remember([], 2.0, CONFIG)
    assert memory.find(car(), 0.5, CONFIG) is None


@given(
    st.lists(st.tuples(st.floats(-5, 5), st.floats(-50, 50)), max_size=20),
    st.floats(-5, 5),
    st.floats(-50, 50),
)
def test_no_quality_is_older_than_it_may_be(scored, time_s, x):
    memory = KeptQualities()
    for when, place in scored:
        memory.remember([AssessedRegion(car(place), GOOD)], when, CONFIG)
    found = memory.find(car(x), time_s, CONFIG)
    if found is not None:
        assert 0.0 <= found.age_s <= CONFIG.reuse_s


def test_no_more_are_kept_than_can_be_looked_through():
    memory = KeptQualities()
    for number in range(300):
        memory.remember([AssessedRegion(car(x=200.0 * number), GOOD)], 0.001 * number, CONFIG)
    assert memory.find(car(x=200.0 * 299), 0.3, CONFIG) is not None
    assert memory.find(car(x=200.0 * 99), 0.3, CONFIG) is None


def test_a_clock_that_runs_backwards_forgets_everything():
    memory = kept(car(), time_s=10.0)
    memory.remember([], 9.5, CONFIG)
    assert memory.find(car(), 10.1, CONFIG) is None
