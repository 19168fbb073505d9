# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq bench trade-offs`` compares every way with everything scored."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from sageiq_ros.bench import trade_offs
from sageiq_ros.cli import main
from sageiq_ros.config import PipelineConfig
from sageiq_ros.schema import updated
from sageiq_ros.types import (
    AssessedRegion,
    AssessedTriplet,
    Assessment,
    Box,
    Flag,
    Quality,
    Region,
    State,
    WeightSource,
)

TRIPLET = AssessedTriplet(0, 'on', 1, 0.5, 8.0, 5.0, 0.95, 0.05, 0.5, WeightSource.PRIOR)
REGION = AssessedRegion(Region('car', 0.5, Box(0, 0, 1, 1)), Quality(0.5))
FULL = Assessment(
    'driving', 0.5, 0.5, State.DEGRADED, Flag.NONE, (REGION, REGION), (TRIPLET, TRIPLET)
)


def test_what_is_left_out_and_how_far_scores_are_off_is_counted_over_all_turns():
    aged = replace(REGION, age_s=0.5)
    other = replace(
        FULL,
        score=0.7,
        state=State.GOOD,
        flags=Flag.BUDGET_CUT,
        regions=(REGION, aged),
        triplets=(TRIPLET,),
    )
    found = trade_offs.compare([FULL, FULL], [FULL, other, FULL, FULL])
    assert found['difference_mean'] == pytest.approx(0.05)
    assert found['difference_p95'] == pytest.approx(0.17)
    assert found['other_state'] == found['cut'] == 0.25
    assert (found['triplets'], found['scored']) == (1.75, 1.75)


def test_every_way_is_measured_on_the_same_frames(tmp_path, monkeypatch, capsys):
    # However fast the processor is, so little time is spent after one run of the scorer.
    short = trade_offs.Way({'runtime.budget_ms': 1.0})
    monkeypatch.setitem(trade_offs.WAYS, 'runtime.budget_ms 75', short)
    file = tmp_path / 'trade_offs.json'
    words = ['--frames', '3', '--repeats', '1', '--json', str(file)]
    assert main(['bench', 'trade-offs', *words]) == 0
    found = json.loads(file.read_text())
    assert list(found['ways']) == list(trade_offs.WAYS)
    for name in (trade_offs.BASELINE, 'camera.batch 3'):
        assert found['ways'][name]['difference_mean'] < 1e-6
    assert found['ways']['runtime.budget_ms 75']['scored'] <= 8.0
    assert 'everything scored' in capsys.readouterr().out


def test_one_pass_is_not_timed_and_each_repeat_begins_with_another_way(monkeypatch):
    passes = []

    def assess(pipeline, frames, cameras):
        passes.append((pipeline.config, cameras))
        # The first pass is a cold one, which would show as the slowest.
        return [FULL] * len(frames), 100.0 if len(passes) == 1 else 1.0

    monkeypatch.setattr(trade_offs, 'assess', assess)
    config, repeats = PipelineConfig(), len(trade_offs.WAYS)
    pipeline = SimpleNamespace(config=None)
    found = trade_offs.measure(pipeline, config, [None] * 3, repeats)
    ways = [(updated(config, way.settings), way.cameras) for way in trade_offs.WAYS.values()]
    assert passes.pop(0) == (config, 1)
    turns = [passes[start : start + len(ways)] for start in range(0, len(passes), len(ways))]
    assert [turn[0] for turn in turns] == ways
    for turn in turns:
        assert all(turn.count(way) == 1 for way in ways)
    assert {way['faster']['p90'] for way in found.values()} == {1.0}


@pytest.mark.parametrize('words', [('--frames', '2'), ('--repeats', '0')])
def test_too_few_frames_or_turns_are_refused(words, capsys):
    assert main(['bench', 'trade-offs', *words]) == 2
    assert words[0] in capsys.readouterr().err
