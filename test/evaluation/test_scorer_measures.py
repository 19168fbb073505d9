# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The measures of a scorer tell a perfect one, a blind one and a size-biased one apart."""

import json

import cv2
import numpy as np
import pytest

from sageiq_ros.cli import main
from sageiq_ros.datasets.degradations import DEGRADATIONS
from sageiq_ros.datasets.labelled_crops import LabelledCrop
from sageiq_ros.evaluation.scorer_measures import agreement, monotonicity, size_invariance


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp('pictures')
    rng = np.random.default_rng(8)
    for index in range(4):
        small = rng.integers(0, 256, (80, 100, 3), np.uint8)
        picture = cv2.resize(small, (640, 560), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(path / f'{index}.png'), picture)
    return path


@pytest.fixture(scope='module')
def pictures(folder):
    return sorted(folder.glob('*.png'))


def samples():
    rng = np.random.default_rng(5)
    kinds = list(DEGRADATIONS)
    return [
        LabelledCrop(
            np.zeros((int(rng.integers(16, 400)), 50, 3), np.uint8),
            float(rng.random()),
            (kinds[i % len(kinds)],),
            (0.5,),
        )
        for i in range(260)
    ]


def test_a_perfect_scorer_agrees_everywhere():
    crops = samples()
    result = agreement(crops, [crop.label for crop in crops])
    assert result['srcc'] == pytest.approx(1.0)
    assert set(result['by_degradation']) == set(DEGRADATIONS)
    for row in (*result['by_degradation'].values(), *result['by_smaller_side_px'].values()):
        assert row['srcc'] == pytest.approx(1.0) and row['mean_error'] == 0.0


def test_an_inverted_scorer_disagrees():
    crops = samples()
    result = agreement(crops, [1.0 - crop.label for crop in crops])
    assert result['srcc'] == pytest.approx(-1.0)


def test_a_constant_scorer_never_falls(pictures):
    result = monotonicity(pictures, lambda crops: [0.5] * len(crops), 1, 0)
    assert result['falling_steps'] == 0.0
    assert result['steps'] == 5 * len(DEGRADATIONS)


def test_a_contrast_scorer_falls_in_fog(pictures):
    result = monotonicity(pictures, lambda crops: [float(c.std()) for c in crops], 3, 0)
    assert result['by_degradation']['fog'] == 1.0


def test_a_scorer_of_size_is_found_out(pictures):
    biased = size_invariance(pictures, lambda crops: [c.shape[0] / 512 for c in crops], 5, 0)
    assert biased['spread_mean'] == pytest.approx(1.0 - 16 / 512)
    fair = size_invariance(pictures, lambda crops: [0.7] * len(crops), 5, 0)
    assert fair['spread_mean'] == 0.0 and fair['spread_p95'] == 0.0


def test_size_is_judged_where_all_sizes_are_sharp(pictures):
    seen = []

    def score(crops):
        seen.append([crop.shape[:2] for crop in crops])
        return [0.5] * len(crops)

    size_invariance(pictures, score, 2, 0)
    for sides in seen:
        assert sides == sorted(sides) and all(height == width for height, width in sides)
        assert sides[0] == (16, 16) and sides[-1][0] >= 256


def test_the_command_compares_scorers_on_the_same_crops(folder, tmp_path, capsys):
    output = tmp_path / 'numbers.json'
    arguments = ['--road', str(folder), '--crops', '40', '--ladders', '1', '--places', '2']
    arguments += ['--scorer', 'sageiq_m_nano', '--scorer', 'niqe', '--least-side', '96']
    assert main(['evaluate', 'scorer', *arguments, '--json', str(output)]) == 0
    result = json.loads(output.read_text())
    assert list(result['scorers']) == ['sageiq_m_nano', 'niqe']
    shipped = result['scorers']['sageiq_m_nano']
    assert shipped['scorer'].startswith('sageiq_m_nano')
    assert shipped['agreement']['crops'] == 40
    assert 0.0 <= shipped['monotonicity']['falling_steps'] <= 1.0
    printed = capsys.readouterr().out
    assert 'SRCC' in printed and 'niqe' in printed


def test_the_command_wants_pictures(capsys):
    assert main(['evaluate', 'scorer']) == 2
    assert '--photos' in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_said_before_the_work(folder, tmp_path, capsys):
    output = tmp_path / 'nowhere' / 'numbers.json'
    assert main(['evaluate', 'scorer', '--road', str(folder), '--json', str(output)]) == 2
    assert 'nowhere' in capsys.readouterr().err
