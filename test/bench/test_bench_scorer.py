# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq bench scorer``: its ways score the same regions; ratios follow from the times."""

import json

import numpy as np
import pytest

from sageiq_ros.bench.scorer_loads import (
    REGIONS,
    SIDE_RANGE_PX,
    load_one_by_one,
    load_scorer,
    load_uncached,
    regions,
)
from sageiq_ros.cli import main

SAME = 1e-6
ENGINE = 'sageiq_m_nano'


@pytest.fixture(scope='module')
def crops():
    return regions(np.random.default_rng(0).integers(0, 256, (540, 960, 3), np.uint8))


def test_eight_regions_of_a_regions_size_are_cut(crops):
    assert len(crops) == REGIONS
    low, high = SIDE_RANGE_PX
    assert all(low <= side <= high + 2 for crop in crops for side in crop.shape[:2])


def test_every_way_gives_the_same_scores(crops):
    at_once = [quality.score for quality in load_scorer(ENGINE, 1, crops)()]
    one_by_one = [quality.score for (quality,) in load_one_by_one(ENGINE, 1, crops)()]
    uncached = [quality.score for quality in load_uncached(ENGINE, 1, crops)()]
    assert one_by_one == pytest.approx(at_once, abs=SAME)
    assert uncached == pytest.approx(at_once, abs=SAME)


def test_the_command_keeps_ratios_that_follow_from_the_times(tmp_path, capsys):
    output = tmp_path / 'numbers.json'
    arguments = ['--repeats', '2', '--seconds', '0.01', '--threads', '1', '--scorer', 'niqe']
    assert main(['bench', 'scorer', *arguments, '--json', str(output)]) == 0
    part = json.loads(output.read_text())['nano']
    assert part['baseline'] == 'one by one'
    assert set(part['runners']) == {
        'one by one',
        'at once',
        'at once, SA cache off',
        'at once, niqe',
    }
    row = part['runners']['at once']
    assert part['regions_per_second']['at once'] == pytest.approx(REGIONS * row['fps']['median'])
    assert 'SA cache on against off' in capsys.readouterr().out


def test_settings_that_measure_nothing_are_refused(capsys):
    assert main(['bench', 'scorer', '--repeats', '0']) == 2
    assert '--repeats' in capsys.readouterr().err
