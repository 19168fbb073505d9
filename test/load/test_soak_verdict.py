# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A soak is judged by named limits, and fails by the one that is broken."""

import math

import pytest

from sageiq_ros.bench.process_use import ProcessUse
from sageiq_ros.nodes.load.conditions import BROKEN, BURSTS, OVERLAY, STEADY, STOPPED
from sageiq_ros.nodes.load.results import Result
from sageiq_ros.nodes.load.tally import TEXTS_KEPT, Tally
from sageiq_ros.nodes.load.verdict import FAIL, NOT_JUDGED, PASS, judge, lines, outcome
from sageiq_ros.nodes.load.watch import Sample

CAMERAS = ('a', 'b')
# Cameras of 30 Hz send faster than a node takes frames that needs 50 ms for each.
PERIOD_S = 1.0 / 30.0
MEMORY, FILES, THREADS = 'growth of memory', 'growth of open files', 'growth of threads'
AGE, SHARE, WAIT = '99th percentile', 'equal share', 'longest wait'
BROKEN_SENT, OVERLAYS = 'broken frames sent', 'pictures of the overlay seen'


def results(camera, count=100, age_ms=90.0):
    return [Result(camera, age_ms, age_ms, float(place), 50.0) for place in range(count)]


def samples(
    memory=lambda s: 400.0,
    threads=lambda s: 20,
    files=lambda s: 30,
    shared=lambda s: 80.0,
    seconds=1200,
):
    none = ProcessUse(0.0, 0.0, 0, 0)
    return [
        Sample(float(s), ProcessUse(float(s), memory(s), threads(s), files(s), shared(s)), none)
        for s in range(0, seconds + 1, 10)
    ]


def good():
    """Return a soak in which everything is as it should be."""
    tally = Tally(CAMERAS, PERIOD_S, broken=8, overlays=20)
    for camera in CAMERAS:
        tally.of(STEADY.name).add(results(camera))
    tally.samples = samples()
    tally.gaps.longest_s = {'a': 0.4, 'b': 0.5}
    return tally


def of(tally, name):
    (found,) = [one for one in judge(tally) if name in one.name]
    return found


def test_a_good_soak_passes_every_limit():
    judgements = judge(good())
    assert {one.outcome for one in judgements} == {PASS}
    assert outcome(judgements) == PASS


def test_pages_of_a_sender_that_the_node_has_read_are_no_growth():
    tally = good()
    tally.samples = samples(memory=lambda s: 400.0 + s / 60, shared=lambda s: 80.0 + s / 60)
    assert of(tally, 'memory').value == pytest.approx(0.0, abs=1e-9)
    tally.samples = samples(memory=lambda s: 400.0 + s / 60)
    assert of(tally, 'memory').outcome == FAIL


def test_a_node_that_died_fails():
    tally = good()
    tally.death = 'The node ended by itself (signal 11).'
    assert of(tally, 'deaths').outcome == outcome(judge(tally)) == FAIL


@pytest.mark.parametrize(('rise', 'expected'), [(0.9, PASS), (1.1, FAIL), (-3.0, PASS)])
def test_memory_may_grow_by_one_megabyte_in_ten_minutes(rise, expected):
    tally = good()
    tally.samples = samples(memory=lambda s: 400.0 + rise * s / 600.0)
    found = of(tally, MEMORY)
    assert found.value == pytest.approx(rise)
    assert found.outcome == expected


@pytest.mark.parametrize('name', [THREADS, FILES])
def test_what_comes_and_goes_is_no_growth_but_what_stays_is(name):
    key = name.split()[-1]
    tally = good()
    tally.samples = samples(**{key: lambda s: 20 + (s % 40 == 0)})
    assert of(tally, name).outcome == PASS
    tally.samples = samples(**{key: lambda s: 20 + s // 600})
    assert (of(tally, name).value, of(tally, name).outcome) == (1.0, FAIL)


def test_too_short_a_soak_is_not_judged_by_growth_and_does_not_pass():
    tally = good()
    tally.samples = samples(seconds=200)
    for name in (MEMORY, THREADS, FILES):
        assert of(tally, name).outcome == NOT_JUDGED
        assert math.isnan(of(tally, name).value)
    assert outcome(judge(tally)) == NOT_JUDGED


@pytest.mark.parametrize(('age_ms', 'expected'), [(100.0, PASS), (101.0, FAIL)])
def test_the_age_may_be_two_frames_of_processing_time(age_ms, expected):
    tally = good()
    tally.of(BROKEN.name).add(results('a', age_ms=age_ms) + results('b', age_ms=age_ms))
    found = of(tally, AGE)
    assert found.value == pytest.approx(age_ms / 50.0)
    assert found.outcome == expected


@pytest.mark.parametrize(
    ('rate_hz', 'limit'), [(30.0, 2.0), (20.0, 2.0), (12.5, 2.6), (10.0, 3.0), (2.0, 3.0)]
)
def test_slow_cameras_may_wait_for_a_period_or_for_a_frame_of_each(rate_hz, limit):
    tally = good()
    tally.period_s = 1.0 / rate_hz
    assert of(tally, AGE).limit == pytest.approx(limit)


def test_the_condition_nearest_to_its_limit_is_judged():
    tally = good()
    tally.period_s = 0.1
    # Two frames of 90 ms with a period of nearly one; 2.9 of 50 ms with one of two.
    for camera in CAMERAS:
        tally.of(BROKEN.name).add([Result(camera, 189.0, 189.0, 0.0, 90.0)] * 100)
        tally.of(OVERLAY.name).add(results(camera, age_ms=145.0))
    found = of(tally, AGE)
    assert (found.value, found.limit) == pytest.approx((189.0 / 90.0, 1.0 + 100.0 / 90.0))


def test_bursts_may_leave_a_frame_waiting_for_its_turn():
    tally = good()
    tally.of(BURSTS.name).add(results('a', age_ms=150.0) + results('b', age_ms=150.0))
    assert of(tally, AGE).outcome == PASS


@pytest.mark.parametrize(('count', 'expected'), [(111, PASS), (170, FAIL), (0, FAIL)])
def test_every_camera_must_have_its_share_within_a_tenth(count, expected):
    tally = good()
    tally.of(BROKEN.name).add(results('a', count=135) + results('b', count=count))
    assert of(tally, SHARE).outcome == expected


@pytest.mark.parametrize('condition', [STOPPED, BURSTS])
def test_a_camera_that_pauses_has_no_share(condition):
    tally = good()
    tally.of(condition.name).add(results('a', count=200))
    assert of(tally, SHARE).outcome == PASS


@pytest.mark.parametrize(('waited_s', 'expected'), [(2.0, PASS), (2.1, FAIL)])
def test_no_camera_that_sends_may_wait_longer_than_two_seconds(waited_s, expected):
    tally = good()
    tally.gaps.longest_s['b'] = waited_s
    assert of(tally, WAIT).outcome == expected


@pytest.mark.parametrize('field', ['errors', 'refused'])
def test_a_fault_without_a_cause_fails(field):
    tally = good()
    setattr(tally, field, 1)
    assert outcome(judge(tally)) == FAIL


def test_a_soak_without_broken_frames_does_not_pass():
    tally = good()
    tally.broken = 0
    assert of(tally, BROKEN_SENT).outcome == outcome(judge(tally)) == NOT_JUDGED


@pytest.mark.parametrize(('each', 'expected'), [(0, NOT_JUDGED), (29, NOT_JUDGED), (30, FAIL)])
def test_an_overlay_that_nobody_saw_fails_where_there_was_time_for_it(each, expected):
    tally = good()
    tally.overlays = 0
    for camera in CAMERAS:
        tally.of(OVERLAY.name).add(results(camera, count=each))
    assert of(tally, OVERLAYS).outcome == expected


def test_a_remark_that_repeats_is_told_once_with_its_count():
    tally = good()
    for text in ('a is silent', 'b is silent', 'a is silent'):
        tally.note(text)
    assert tally.remarks() == ['a is silent (2 times)', 'b is silent']


def test_of_very_many_remarks_the_first_are_kept_and_still_counted():
    tally = good()
    for number in [*range(TEXTS_KEPT + 5), 0]:
        tally.note(f'remark {number}')
    assert len(tally.remarks()) == TEXTS_KEPT
    assert tally.remarks()[0] == 'remark 0 (2 times)'


def test_nothing_that_was_measured_passes_nothing():
    assert outcome(judge(Tally(CAMERAS, PERIOD_S))) == NOT_JUDGED


def test_the_verdict_names_every_limit_with_its_number():
    tally = good()
    tally.samples = samples(seconds=200)
    tally.gaps.longest_s['b'] = 3.25
    text = lines(judge(tally))
    assert text[0] == 'FAIL:'
    assert any(line.split()[0] == 'FAIL' and '3.25   at most 2 s' in line for line in text)
    assert any('NOT JUDGED growth of memory' in line and ' - ' in line for line in text)
    assert any('at most 2 frames (one in work and before it a wait of' in line for line in text)
    assert any('8   at least 1' in line for line in text)
