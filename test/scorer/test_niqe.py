# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""NIQE equals the reference implementation given the same model, and survives any crop."""

import json
import math

import cv2
import numpy as np
import pytest

from sageiq_ros import cli
from sageiq_ros.scorer.natural_scene import grey
from sageiq_ros.scorer.niqe import (
    NiqeScorer,
    distance,
    fit_pristine,
    halved,
    patch_features,
    score_of,
    shipped_model,
)

# By BasicSR 1.4.2, basicsr.metrics.niqe.compute_feature, of picture(96, 96, 1) at full size.
BASICSR_FEATURES = (
    *(2.649, 1.06419, 0.908, 0.06075, 0.22581, 0.27817, 0.908, 0.04987, 0.22998, 0.27296),
    *(0.899, -0.04805, 0.26979, 0.22907, 0.885, -0.04226, 0.26299, 0.22813),
)
# By BasicSR 1.4.2, basicsr.metrics.niqe.niqe, with the model that is shipped here.
BASICSR_DISTANCES = {(192, 288, 1): 7.134906, (240, 320, 2): 7.808766}
FEATURE_STEP = 2e-5
# BasicSR halves in float32.
DISTANCE_STEP = 1e-3


@pytest.fixture(scope='module')
def scorer():
    return NiqeScorer()


def test_features_are_those_of_the_reference(picture):
    (found,) = patch_features(grey(picture(96, 96, 1)))
    np.testing.assert_allclose(found[:18], BASICSR_FEATURES, atol=FEATURE_STEP)


@pytest.mark.parametrize(('made', 'expected'), BASICSR_DISTANCES.items())
def test_the_distance_is_that_of_the_reference(picture, made, expected):
    found = distance(picture(*made), shipped_model())
    assert found == pytest.approx(expected, abs=DISTANCE_STEP)


def test_halving_keeps_even_areas_and_the_place_of_edges():
    assert halved(np.full((96, 192), 70.0)) == pytest.approx(np.full((48, 96), 70.0))
    edge = np.repeat([[0.0, 200.0]], 48, axis=1).repeat(96, axis=0)
    small = halved(edge)
    assert small[:, :22] == pytest.approx(0.0, abs=1e-9)
    assert small[:, 26:] == pytest.approx(200.0, abs=1e-9)


def test_the_model_is_one_of_36_features_and_says_whose_pictures_made_it():
    model = shipped_model()
    assert model.mean.shape == (36,) and model.covariance.shape == (36, 36)
    np.testing.assert_allclose(model.covariance, model.covariance.T)
    assert np.linalg.eigvalsh(model.covariance).min() > 0.0


@pytest.mark.parametrize('size', [(1, 1), (1, 200), (7, 5), (95, 97), (130, 100), (192, 192)])
def test_any_crop_has_a_score(scorer, picture, size):
    crops = [picture(*size, 3), np.zeros((*size, 3), np.uint8), np.full((*size, 3), 200, np.uint8)]
    for quality in scorer.score(crops):
        assert 0.0 <= quality.score <= 1.0
        assert np.isnan([quality.p_good, quality.p_average, quality.p_poor]).all()


def test_a_crop_of_even_colour_is_the_worst(scorer):
    assert [q.score for q in scorer.score([np.full((200, 200, 3), 90, np.uint8)])] == [0.0]


def test_an_even_patch_among_others_is_left_out(picture):
    crop = picture(96, 288, 1)
    crop[:, :180] = 128
    features = patch_features(grey(crop))
    assert features.shape == (2, 36) and np.isfinite(features).all()


def test_blur_and_noise_lower_the_score(scorer, picture):
    sharp = picture(192, 288, 1)
    noise = np.random.default_rng(1).normal(0.0, 60.0, sharp.shape)
    noisy = np.clip(sharp + noise, 0, 255).astype(np.uint8)
    blurred = cv2.GaussianBlur(sharp, (0, 0), 3.0)
    best, *worse = (quality.score for quality in scorer.score([sharp, noisy, blurred]))
    assert all(score < best - 0.1 for score in worse)


def test_the_mapping_falls_all_the_way():
    scores = [score_of(found) for found in (0.0, 3.0, 12.0, 40.0, 400.0, math.inf)]
    assert scores[0] == 1.0 and scores[2] == 0.5 and scores[-1] == 0.0
    assert np.all(np.diff(scores) < 0.0)


def test_too_few_patches_make_no_model(picture):
    with pytest.raises(ValueError, match='too few'):
        fit_pristine([picture(100, 100, 1)])


def test_a_folder_of_pictures_becomes_a_model(tmp_path):
    folder = tmp_path / 'photos'
    folder.mkdir()
    for seed in range(2):
        noise = np.random.default_rng(seed).integers(0, 256, (288, 480, 3), np.uint8)
        cv2.imwrite(str(folder / f'{seed}.png'), noise.repeat(2, axis=0).repeat(2, axis=1))
    out = tmp_path / 'model.json'
    words = ['train', 'niqe', str(folder), '--out', str(out), '--provenance', 'drawn here']
    assert cli.main(words) == 0
    content = json.loads(out.read_text())
    assert len(content['mean']) == 36 and content['patches'] > 36
    assert content['provenance'] == 'drawn here'


def test_a_file_that_cannot_be_written_is_found_first(tmp_path, capsys):
    assert cli.main(['train', 'niqe', str(tmp_path), '--out', str(tmp_path / 'no' / 'x')]) == 2
    assert 'Cannot write' in capsys.readouterr().err
