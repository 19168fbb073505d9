# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What results come down to: rates, ages in frames, shares, waits, losses."""

import math

import pytest

from sageiq_ros.nodes.load.results import Gaps, Result, summary, unseen_frames, worst_share


def result(camera='a', age_ms=100.0, total_ms=50.0, received_s=0.0):
    return Result(camera, age_ms, age_ms + 1.0, received_s, total_ms)


def test_rates_ages_and_shares_are_told_by_camera_and_together():
    results = [result('a', age_ms=80.0), result('a', age_ms=120.0), result('b', age_ms=100.0)]
    found = summary(results, ['a', 'b'], 2.0)
    assert found['together']['results_hz'] == 1.5
    assert found['cameras']['a']['results_hz'] == 1.0
    assert found['cameras']['b']['age_ms']['median'] == 100.0
    assert found['cameras']['b']['received_age_ms']['median'] == 101.0
    assert found['shares'] == pytest.approx({'min': 2 / 3, 'max': 4 / 3})


def test_ages_in_frames_are_one_and_the_wait_in_the_median_time_of_all_cameras():
    results = [result(total_ms=40.0), result('b', total_ms=50.0), result('b', 340.0, 300.0)]
    found = summary(results, ['a', 'b'], 1.0)
    assert found['frame_ms'] == 50.0
    assert found['cameras']['a']['age_frames']['p99'] == 1.0 + 60.0 / 50.0
    assert found['cameras']['b']['age_frames']['median'] == 1.0 + (50.0 + 40.0) / 2 / 50.0


def test_a_camera_without_results_has_a_share_of_nothing():
    found = summary([result('a')], ['a', 'b'], 1.0)
    assert found['shares'] == {'min': 0.0, 'max': 2.0}
    assert math.isnan(found['cameras']['b']['age_ms']['median'])


def test_the_moment_of_sending_is_that_of_receiving_less_the_age():
    assert result(age_ms=499.0, received_s=7.0).sent_s == 6.5


def test_the_longest_wait_is_that_between_results_and_to_now():
    gaps = Gaps()
    gaps.sending(['a', 'b'], 10.0)
    gaps.add([result(received_s=11.0), result(received_s=14.0), result('b', received_s=12.0)], 15)
    assert gaps.longest_s == {'a': 3.0, 'b': 3.0}


def test_a_camera_that_does_not_send_keeps_nobody_waiting():
    gaps = Gaps()
    gaps.sending(['a', 'b'], 0.0)
    gaps.add([result(received_s=1.0), result('b', received_s=1.0)], 1.0)
    gaps.sending(['a'], 1.0)
    gaps.add([result(received_s=2.0)], 2.0)
    gaps.sending(['a', 'b'], 60.0)
    gaps.add([result(received_s=2.5), result('b', received_s=60.5)], 60.5)
    assert gaps.longest_s['b'] == 1.0


def test_a_camera_without_any_result_has_waited_since_it_began():
    gaps = Gaps()
    gaps.sending(['a'], 5.0)
    gaps.add([], 12.0)
    assert gaps.longest_s == {'a': 7.0}


def test_frames_are_unseen_that_the_node_has_not_counted():
    assert unseen_frames({'a': 30, 'b': 30}, {'a': 5, 'b': 0}, {'a': 35, 'b': 28}) == {
        'a': 0,
        'b': 2,
    }


@pytest.mark.parametrize(('counts', 'off'), [((10, 10), 0.0), ((8, 12), 0.2), ((0, 9), 1.0)])
def test_the_worst_share_is_told_by_its_distance_from_an_equal_one(counts, off):
    assert worst_share(dict(zip('ab', counts, strict=True))) == pytest.approx(off)
