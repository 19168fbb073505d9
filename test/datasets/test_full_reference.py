# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The full-reference measures are those of the piq library, and the label made of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.datasets import full_reference
from sageiq_ros.datasets.degradations import degrade
from sageiq_ros.datasets.full_reference import gmsd, haarpsi, pseudo_score, vif

# Values of piq 0.8.0: haarpsi, gmsd, vif_p of the pattern at strength 0.5, seed 1.
PIQ = {
    'gaussian_blur': (0.72666, 0.12025, 0.34138),
    'gaussian_noise': (0.73378, 0.0557, 0.28578),
    'jpeg': (0.88685, 0.02012, 0.62498),
    'fog': (0.32785, 0.15346, 0.44029),
    'under_exposure': (0.65366, 0.04922, 0.7013),
}
TOLERANCE = 2e-4


def pattern():
    y, x = np.mgrid[:96, :112]
    values = 120.0 + 60.0 * np.sin(x / 3.0) * np.cos(y / 5.0) + 40.0 * ((x // 16 + y // 12) % 2)
    return np.stack([values * 0.8, values, np.flip(values, 1)], axis=-1).astype(np.uint8)


@pytest.mark.parametrize(('kind', 'expected'), PIQ.items())
def test_measures_equal_piqs(kind, expected):
    clean = pattern()
    worse = degrade(clean, kind, 0.5, np.random.default_rng(1))
    found = (haarpsi(clean, worse), gmsd(clean, worse), vif(clean, worse))
    np.testing.assert_allclose(found, expected, atol=TOLERANCE)


def test_equal_pictures_score_one():
    assert pseudo_score(pattern(), pattern()) == pytest.approx(1.0, abs=1e-6)


def test_a_flat_picture_scores_one_against_itself():
    flat = np.full((64, 64, 3), 90, np.uint8)
    assert pseudo_score(flat, flat.copy()) == pytest.approx(1.0, abs=1e-6)


def test_other_content_scores_near_zero():
    noise = np.random.default_rng(0).integers(0, 256, (96, 112, 3), np.uint8)
    assert pseudo_score(pattern(), noise) < 0.15


def test_the_score_stays_in_range_when_contrast_rises():
    clean = pattern()
    stronger = np.clip((clean.astype(float) - 120.0) * 1.8 + 120.0, 0, 255).astype(np.uint8)
    assert 0.0 <= pseudo_score(clean, stronger) <= 1.0


@pytest.mark.parametrize('kind', PIQ)
def test_a_window_of_everything_is_no_window(kind):
    clean = pattern()
    worse = degrade(clean, kind, 0.5, np.random.default_rng(1))
    everything = np.s_[0:96, 0:112]
    assert pseudo_score(clean, worse, everything) == pytest.approx(pseudo_score(clean, worse))


def test_a_window_scores_what_lies_in_it():
    clean = pattern()
    half = degrade(clean, 'gaussian_noise', 0.5, np.random.default_rng(1))
    half[:, 56:] = clean[:, 56:]
    kept, spoilt = np.s_[20:76, 84:100], np.s_[20:76, 10:26]
    assert pseudo_score(clean, half, kept) == pytest.approx(1.0, abs=5e-3)
    assert pseudo_score(clean, half, spoilt) < pseudo_score(clean, half) - 0.1


@given(
    top=st.integers(0, 95),
    left=st.integers(0, 111),
    height=st.integers(1, 96),
    width=st.integers(1, 112),
)
def test_any_window_has_a_score_in_range(top, left, height, width):
    clean = pattern()
    worse = degrade(clean, 'jpeg', 0.7, np.random.default_rng(1))
    window = np.s_[top : min(96, top + height), left : min(112, left + width)]
    assert 0.0 <= pseudo_score(clean, worse, window) <= 1.0


@pytest.mark.parametrize('left', [20, 37, 64])
def test_a_window_takes_the_responses_inside_it(left, monkeypatch):
    """Every map is cut to values whose places, told by a ramp, lie inside the window."""
    cut = full_reference._inside
    seen = []

    def noted(plane, window, first, step):
        places = first + step * np.arange(plane.shape[1], dtype=np.float32)
        seen.append(cut(np.tile(places, (plane.shape[0], 1)), window, first, step))
        return cut(plane, window, first, step)

    monkeypatch.setattr(full_reference, '_inside', noted)
    clean = pattern()
    pseudo_score(clean, degrade(clean, 'jpeg', 0.5, None), np.s_[30:62, left : left + 24])
    # Three maps at each of VIF's four scales, six of HaarPSI, one of GMSD.
    assert len(seen) == 3 * 4 + 6 + 1
    for places in seen:
        assert left <= places.min() and places.max() < left + 24
        assert places.max() - places.min() >= 24 - 2 * 8


def test_the_scales_of_vif_lie_where_their_windows_are_centred(monkeypatch):
    """A ramp, smoothed and halved, still holds the place of each of its values."""
    ramp = np.tile(np.arange(96, dtype=np.float32), (96, 1))
    smooth, cut = full_reference._smooth, full_reference._inside
    means, told = [], []

    def smoothed(plane, size):
        means.append(smooth(plane, size))
        return means[-1]

    def noted(plane, window, first, step):
        told.append(first + step * np.arange(plane.shape[1]))
        return cut(plane, window, first, step)

    monkeypatch.setattr(full_reference, '_smooth', smoothed)
    monkeypatch.setattr(full_reference, '_inside', noted)
    full_reference._vif(ramp, ramp.copy(), np.s_[0:96, 0:96])
    # Of each scale the first map is the mean of the clean picture; from the second scale on it
    # comes after the two pictures were smoothed to be halved.
    firsts = [means[index] for index in (0, 5 + 2, 5 + 7 + 2, 5 + 7 + 7 + 2)]
    for mean, places in zip(firsts, told[::3], strict=True):
        np.testing.assert_allclose(mean[0], places, atol=1e-3)
