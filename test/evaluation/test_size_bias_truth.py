# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What reducing does to the quality itself bounds what a scorer can agree with itself."""

import cv2
import numpy as np
import pytest
from size_bias_scorers import Scorer, content

from sageiq_ros.datasets.photos import list_pictures
from sageiq_ros.datasets.varied_quality import DrawRule, Sample
from sageiq_ros.evaluation.size_bias import options
from sageiq_ros.evaluation.size_bias.measures import truths
from sageiq_ros.evaluation.size_bias.page import page
from sageiq_ros.evaluation.size_bias.run import TRUTH, Plan, measure
from sageiq_ros.evaluation.size_bias.text import markdown, numbers

EQUAL = 5e-3


def textured(seed, side=160):
    small = np.random.default_rng(seed).integers(0, 256, (side // 3, side // 3, 3), np.uint8)
    return cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC)


def sample(clean, image):
    return Sample(image, clean, 0, 0, (0, 0, *clean.shape[1::-1]), 'jpeg', 0.5)


def spoilt(image, rows, columns):
    worse = image.copy()
    noise = np.random.default_rng(1).integers(0, 256, worse[rows, columns].shape, np.uint8)
    worse[rows, columns] = noise
    return worse


def test_what_is_not_degraded_is_perfect_at_every_size():
    clean = textured(0)
    assert truths([sample(clean, clean.copy())], 'area') == pytest.approx(np.ones((1, 3)))


def test_a_fault_at_the_border_is_none_of_the_centre():
    clean = textured(0)
    full, rescaled, cropped = truths([sample(clean, spoilt(clean, np.s_[:20], np.s_[:]))], 'area')[
        0
    ]
    assert cropped == pytest.approx(1.0, abs=EQUAL)
    assert full < 0.9 and rescaled < 0.9


def test_a_fault_in_the_centre_is_worse_for_the_centre():
    clean = textured(0)
    worse = spoilt(clean, np.s_[50:110], np.s_[50:110])
    full, rescaled, cropped = truths([sample(clean, worse)], 'area')[0]
    assert cropped < full - 0.1 and cropped < rescaled - 0.1


def test_shrinking_averages_noise():
    clean = textured(0)
    noise = np.random.default_rng(2).normal(0.0, 25.0, clean.shape)
    worse = np.clip(clean + noise, 0, 255).astype(np.uint8)
    full, rescaled, cropped = truths([sample(clean, worse)], 'area')[0]
    assert rescaled > full + 0.05
    assert cropped == pytest.approx(full, abs=0.1)


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('pictures')
    for index in range(4):
        cv2.imwrite(str(folder / f'{index}.png'), textured(index))
    return folder


def measured(folder, rule):
    wanted, label = options.wanted_scorers(('content',), (), 'content')
    plan = Plan(list_pictures(folder), rule, 'area', 20, 0, wanted, label, None, ())
    return measure(plan, {'content': Scorer(content)}.get)


def test_the_truth_stands_first_in_table_v(folder):
    found = measured(folder, DrawRule((96, 120), 3, True, 3))
    assert [row.label for row in found.compared] == [TRUTH, 'content']
    (series,) = found.truth.members
    assert series.values.shape == (12, 3)
    table_v = markdown(found, {}).partition('## Table V')[2]
    assert f'| {TRUTH} |' in table_v
    assert TRUTH in page(found, {})
    assert numbers(found, {})['truth']['label'] == TRUTH


@pytest.mark.parametrize(
    'rule',
    [DrawRule((60, 80), 2, True, 3), DrawRule((96, 120), 2, False, 3)],
    ids=['halves too small to measure', 'nothing degraded'],
)
def test_where_nothing_can_be_measured_there_is_no_truth(folder, rule):
    found = measured(folder, rule)
    assert found.truth is None
    assert TRUTH not in markdown(found, {}) and TRUTH not in page(found, {})
    assert numbers(found, {})['truth'] is None
