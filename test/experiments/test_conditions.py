# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What each experiment needs of a picture, and no score twice."""

from __future__ import annotations

import pytest

from sageiq_ros.config import PipelineConfig
from sageiq_ros.experiments.conditions import (
    FIG_11,
    FIG_12,
    FIG_13,
    FIG_14,
    FIG_15,
    SCORED,
    TABLE_VIII,
    Condition,
    conditions,
    error_variants,
)
from sageiq_ros.experiments.options import (
    EXPERIMENTS,
    read_config,
    read_experiments,
    read_scorers,
)
from sageiq_ros.experiments.published import AVERAGE, PAPER_SETS
from sageiq_ros.experiments.published import TABLE_VIII as PUBLISHED
from sageiq_ros.schema import updated
from sageiq_ros.types import SageIQError

BLURRED = {Condition('motion_blur', 5, 'without'), Condition('motion_blur', 5, 'with')}


def test_table_viii_is_motion_blur_without_and_with():
    assert conditions({TABLE_VIII}, True, False) == BLURRED


def test_fig_11_is_seven_degradations_without_and_with():
    found = conditions({FIG_11}, False, False)
    assert len(found) == 14 and found > BLURRED


def test_fig_12_is_of_the_main_scorer_and_has_a_detector_where_there_is_one():
    names = {c.variant for c in conditions({FIG_12}, True, True)}
    assert names == {
        'without', 'with', 'no_predicate', 'no_triplet', 'no_weights', 'detector'
    }  # fmt: skip
    assert 'detector' not in {c.variant for c in conditions({FIG_12}, True, False)}
    assert conditions({FIG_12}, False, True) == BLURRED


def test_fig_13_adds_pictures_that_are_not_degraded():
    clear = {Condition('none', 5, 'without'), Condition('none', 5, 'with')}
    assert conditions({FIG_13}, False, False) == BLURRED | clear


def test_fig_14_has_three_sizes_of_two_errors_with_and_without_mechanism_in_three_draws():
    errors = list(error_variants())
    assert len({e.name for e in errors}) == len(errors) == 1 + 2 * 3 * 2 * 3
    assert len(conditions({FIG_14}, True, False)) == len(errors) + 2


def test_fig_15_varies_the_number_of_regions():
    found = conditions({FIG_15}, False, False)
    assert {c.boxes for c in found} == {1, 3, 5, 7}
    assert {c.variant for c in found - BLURRED} == {'with'}


def test_all_experiments_share_what_they_have_in_common():
    every = conditions(set(SCORED), True, True)
    assert len(every) == 14 + 2 + 4 + 3 + 37


def test_the_papers_table_adds_up():
    assert len(PUBLISHED) == 13
    for rows in PUBLISHED.values():
        for place in range(6):
            mean = sum(rows[name][place] for name in PAPER_SETS) / 3
            assert rows[AVERAGE][place] == pytest.approx(mean, abs=0.0015)
        for nine in rows.values():
            for start in (0, 3):
                mean = sum(nine[start : start + 2]) / 2
                assert nine[start + 2] == pytest.approx(mean, abs=0.0011)
            for place in range(3):
                gain = nine[3 + place] - nine[place]
                assert nine[6 + place] == pytest.approx(gain, abs=0.0011)


def test_experiments_are_named_or_all():
    assert read_experiments(None) == set(EXPERIMENTS)
    assert read_experiments('fig12,fig8') == {'fig12', 'fig8'}
    with pytest.raises(SageIQError, match=r"no experiment 'fig16'.*fig15"):
        read_experiments('fig16')
    with pytest.raises(SageIQError, match='sageiq experiment similarity'):
        read_experiments('fig8')


def test_scorers_have_titles():
    config = PipelineConfig()
    assert list(read_scorers('nano', config, []).values()) == ['sageiq_m_nano', 'brisque', 'niqe']
    assert read_scorers('nano', config, ['Mine=a/b', 'pyiqa:musiq', 'c/d']) == {
        'Mine': 'a/b',
        'MUSIQ': 'pyiqa:musiq',
        'd': 'c/d',
    }
    with pytest.raises(SageIQError, match="Two scorers are called 'b'"):
        read_scorers('nano', config, ['a/b', 'c/b'])


def test_the_full_profile_has_the_papers_nine_and_the_scorer_of_the_configuration():
    config = updated(PipelineConfig(), {'scorer.engine': 'engines/sageiq_m'})
    found = read_scorers('full', config, [])
    assert found['SageIQ-M'] == 'engines/sageiq_m' and found['TOPIQ'] == 'pyiqa:topiq_nr'
    assert len(found) == 10


def test_the_full_profile_without_the_papers_models_says_what_is_lacking(tmp_path):
    with pytest.raises(SageIQError, match=r'scene_graph\.engine, analyzer\.model, scorer\.engine'):
        read_config('full', None)
    file = tmp_path / 'full.yaml'
    file.write_text(
        '/**:\n  ros__parameters:\n    scene_graph: {engine: a}\n    scorer: {engine: b}\n'
    )
    with pytest.raises(SageIQError, match=r'lacks analyzer\.model \('):
        read_config('full', file)
