# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Degradations: seeded, nothing at strength 0, worse with every step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sageiq_ros.datasets.degradations import (
    DEGRADATIONS,
    degrade,
    disc_kernel,
    line_kernel,
)
from sageiq_ros.datasets.full_reference import pseudo_score
from sageiq_ros.types import SageIQError

LADDER = (0.0, 0.25, 0.5, 0.75, 1.0)


@pytest.fixture(scope='module')
def street():
    """Return a textured picture: smooth light, edges of several sizes and fine grain."""
    rng = np.random.default_rng(3)
    y, x = np.mgrid[:192, :224]
    picture = 90.0 + 40.0 * np.sin(x / 37.0) + 30.0 * np.cos(y / 23.0)
    for _ in range(60):
        left, top = rng.integers(0, 200), rng.integers(0, 170)
        width, height = rng.integers(4, 50, 2)
        picture[top : top + height, left : left + width] = rng.uniform(20.0, 220.0)
    grain = rng.normal(0.0, 6.0, (*picture.shape, 3))
    tint = np.array([0.9, 1.0, 1.1])
    return np.clip(picture[..., None] * tint + grain, 0, 255).astype(np.uint8)


@pytest.mark.parametrize('name', DEGRADATIONS)
def test_strength_zero_changes_nothing(name, street):
    np.testing.assert_array_equal(degrade(street, name, 0.0, np.random.default_rng(0)), street)


@pytest.mark.parametrize('name', DEGRADATIONS)
def test_shape_and_input_are_kept(name, street):
    before = street.copy()
    result = degrade(street, name, 0.7, np.random.default_rng(0))
    assert result.shape == street.shape and result.dtype == np.uint8
    np.testing.assert_array_equal(street, before)


@pytest.mark.parametrize('name', DEGRADATIONS)
def test_the_same_seed_gives_the_same_accident(name, street):
    first, second = (degrade(street, name, 0.6, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize('name', DEGRADATIONS)
def test_full_reference_quality_falls_with_the_strength(name, street):
    scores = [
        pseudo_score(street, degrade(street, name, s, np.random.default_rng(11))) for s in LADDER
    ]
    assert scores[0] == pytest.approx(1.0, abs=1e-6)
    assert (np.diff(scores) < 0.0).all()


def test_an_unknown_name_is_refused_with_the_choices(street):
    with pytest.raises(SageIQError, match='motion_blur'):
        degrade(street, 'snow', 0.5, np.random.default_rng(0))


@pytest.mark.parametrize('strength', [-0.1, 1.01, float('nan')])
def test_a_strength_out_of_range_is_refused(strength, street):
    with pytest.raises(SageIQError, match='lies in'):
        degrade(street, 'fog', strength, np.random.default_rng(0))


@given(st.floats(0.0, 40.0), st.floats(0.0, np.pi))
def test_motion_kernels_are_centred_and_keep_the_light(length, angle):
    kernel = line_kernel(length, angle)
    assert kernel.sum() == pytest.approx(1.0, abs=1e-5)
    np.testing.assert_allclose(kernel, kernel[::-1, ::-1], atol=1e-5)


def test_a_horizontal_motion_touches_one_row():
    kernel = line_kernel(9.0, 0.0)
    middle = kernel.shape[0] // 2
    assert kernel[middle].sum() == pytest.approx(1.0, abs=1e-5)


@given(st.floats(0.1, 12.0))
def test_defocus_kernels_are_discs_of_their_radius(radius):
    kernel = disc_kernel(radius)
    reach = kernel.shape[0] // 2
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    assert kernel.sum() == pytest.approx(1.0, abs=1e-5)
    assert kernel[np.hypot(x, y) > radius + 1.5].sum() == 0.0
