# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Boxes of several frames in one call, or in calls by importance until the time is spent."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.scorer import budget
from sageiq_ros.scorer.budget import BudgetScorer, Request
from sageiq_ros.types import Box, Quality

WIDTH = 100


class Clock:
    """Stand in for perf_counter: time passes only while something is scored."""

    def __init__(self, monkeypatch):
        self.now = 100.0
        monkeypatch.setattr(budget, 'perf_counter', lambda: self.now)


class SlowScorer:
    """Take ``call_s`` for every call; a crop's score is the value of its pixels."""

    def __init__(self, clock, call_s, batch):
        self.clock, self.call_s, self.batch, self.calls = clock, call_s, batch, []

    def score(self, crops):
        self.clock.now += self.call_s
        self.calls.append([int(crop[0, 0, 0]) for crop in crops])
        return [Quality(float(crop[0, 0, 0])) for crop in crops]


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def request(first, count, *, least=2, deadline=None):
    """Ask for boxes whose pixels hold ``first``, ``first + 1`` and so on."""
    image = np.repeat(np.arange(WIDTH, dtype=np.uint8)[None, :, None], 3, 2)
    boxes = [Box(first + place, 0, first + place + 1, 1) for place in range(count)]
    return Request(image, boxes, least, deadline)


def values(*requests):
    return [[quality.score for quality in one.qualities] for one in requests]


def test_without_deadlines_all_boxes_of_all_frames_go_in_one_call(clock):
    scorer = SlowScorer(clock, 1.0, batch=2)
    left, right = request(0, 3), request(50, 2)
    BudgetScorer().score(scorer, [left, right])
    assert [sorted(call) for call in scorer.calls] == [[0, 1, 2, 50, 51]]
    assert values(left, right) == [[0, 1, 2], [50, 51]]


def test_with_a_deadline_calls_go_by_importance_and_no_call_starts_that_would_end_late(clock):
    scorer = SlowScorer(clock, 1.0, batch=2)
    one = request(0, 9, deadline=clock.now + 3.5)
    BudgetScorer().score(scorer, [one])
    assert scorer.calls == [[0, 1], [2, 3], [4, 5]]


def test_the_first_ones_are_scored_however_late_it_is(clock):
    scorer = SlowScorer(clock, 1.0, batch=1)
    one = request(0, 5, least=2, deadline=clock.now - 10.0)
    BudgetScorer().score(scorer, [one])
    assert values(one) == [[0, 1]]


def test_the_run_of_the_first_ones_is_filled_up(clock):
    scorer = SlowScorer(clock, 1.0, batch=4)
    one = request(0, 9, least=2, deadline=clock.now - 10.0)
    BudgetScorer().score(scorer, [one])
    assert scorer.calls == [[0, 1, 2, 3]]


def test_frames_that_share_the_time_take_turns(clock):
    scorer = SlowScorer(clock, 1.0, batch=2)
    requests = [request(first, 4, deadline=clock.now + 4.5) for first in (0, 50)]
    BudgetScorer().score(scorer, requests)
    assert scorer.calls == [[0, 50], [1, 51], [2, 52], [3, 53]]
    cut_short = [request(first, 4, least=1, deadline=clock.now + 2.5) for first in (0, 50)]
    BudgetScorer().score(scorer, cut_short)
    assert values(*cut_short) == [[0, 1], [50, 51]]


def test_a_scorer_without_a_batch_takes_boxes_one_by_one(clock):
    scorer = SlowScorer(clock, 1.0, batch=2)
    del scorer.batch
    one = request(0, 3, deadline=clock.now + 10.0)
    BudgetScorer().score(scorer, [one])
    assert scorer.calls == [[0], [1], [2]]


def test_nothing_to_score_calls_nobody(clock):
    scorer = SlowScorer(clock, 1.0, batch=2)
    BudgetScorer().score(scorer, [])
    BudgetScorer().score(scorer, [request(0, 0, least=0)])
    assert scorer.calls == []


@given(
    counts=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), min_size=1, max_size=4),
    batch=st.integers(1, 8),
    left=st.floats(-1.0, 12.0),
)
def test_every_frame_gets_its_most_important_boxes_first_and_the_least_it_must(
    counts, batch, left
):
    with pytest.MonkeyPatch.context() as monkeypatch:
        clock = Clock(monkeypatch)
        scorer = SlowScorer(clock, 1.0, batch)
        requests = [
            request(20 * place, count, least=least, deadline=clock.now + left)
            for place, (count, least) in enumerate(counts)
        ]
        begin = clock.now
        BudgetScorer().score(scorer, requests)
    for place, (one, (count, least)) in enumerate(zip(requests, counts, strict=True)):
        found = [quality.score for quality in one.qualities]
        assert found == [20 * place + number for number in range(len(found))]
        assert min(count, least) <= len(found) <= count
    needed = sum(min(count, least) for count, least in counts)
    # The first call is allowed for before any was measured; those needed take what they take.
    assert clock.now - begin <= max(left, 0.0) + 1.0 + -(-needed // batch)
