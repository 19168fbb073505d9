# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Each attribute grows with its degradation, finds what was put in, and is named in words."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sageiq_ros.datasets.degradations import degrade
from sageiq_ros.datasets.rendered import labelled_street
from sageiq_ros.scorer.attributes import (
    directional_blur,
    measure,
    noise_sigma,
)
from sageiq_ros.scorer.findings import Grade, find_faults

LADDER = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
# Attribute, degradation, whether it grows, and by what at least from end to end.
ATTRIBUTES = [
    ('blur', 'motion_blur', 1, 1.0),
    ('blur', 'defocus', 1, 1.5),
    ('blur', 'gaussian_blur', 1, 2.0),
    ('noise', 'gaussian_noise', 1, 15.0),
    ('noise', 'shot_noise', 1, 10.0),
    ('specks', 'salt_and_pepper', 1, 0.05),
    ('blocks', 'jpeg', 1, 3.0),
    ('clipped', 'over_exposure', 1, 0.05),
    ('mean_luma', 'over_exposure', 1, 50.0),
    ('mean_luma', 'under_exposure', -1, 30.0),
    ('bright_end', 'under_exposure', -1, 80.0),
    ('veil', 'fog', 1, 0.5),
    ('contrast', 'fog', -1, 10.0),
]
# Blocks that outgrow a crop's detail, and the blur of what is hardly there any more, level off.
SLACK = 0.06


@pytest.fixture(scope='module')
def streets():
    return [labelled_street(seed)[0][120:312, 200:424] for seed in (500_100, 500_104, 500_106)]


@pytest.mark.parametrize(('attribute', 'kind', 'sign', 'least'), ATTRIBUTES)
def test_an_attribute_is_monotone_in_its_degradation(attribute, kind, sign, least, streets):
    for place, street in enumerate(streets):
        values = np.array(
            [
                getattr(measure(degrade(street, kind, s, np.random.default_rng(place))), attribute)
                for s in LADDER
            ]
        )
        steps = sign * np.diff(values)
        assert steps.sum() > least
        assert (steps > -SLACK * steps.sum()).all(), values


@pytest.mark.parametrize('sigma', [3.0, 8.0, 20.0])
def test_noise_is_found_in_grey_levels(sigma):
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:128, :160]
    picture = 128.0 + 40.0 * np.sin(x / 9.0) + 30.0 * np.cos(y / 13.0)
    picture[40:90, 50:110] = 60.0
    noisy = (picture + rng.normal(0.0, sigma, picture.shape)).astype(np.float32)
    assert noise_sigma(noisy) == pytest.approx(sigma, rel=0.2)


@pytest.mark.parametrize('sigma', [1.0, 2.0, 3.0])
def test_the_blur_of_edges_is_found_in_pixels(sigma):
    picture = np.full((160, 160), 60.0, np.float32)
    cv2.circle(picture, (80, 80), 45, 190.0, -1)
    blurred = cv2.GaussianBlur(picture, (0, 0), sigma)
    along, across, *_ = directional_blur(blurred, 0.0)
    assert along == pytest.approx(sigma, rel=0.2)
    assert across == pytest.approx(sigma, rel=0.2)


@pytest.mark.parametrize('degrees', [0, 30, 90, 135])
def test_the_direction_of_motion_is_found(degrees, streets):
    # Rows count down, so a line at +30 degrees as seen has a negative slope in pixels.
    angle = math.radians(-degrees)
    fine = np.linspace(-7.0, 7.0, 113)
    kernel = np.zeros((17, 17), np.float32)
    for step in fine:
        kernel[round(8 + step * math.sin(angle)), round(8 + step * math.cos(angle))] += 1.0
    for street in streets:
        moved = cv2.filter2D(street, -1, kernel / kernel.sum())
        (fault, *_) = find_faults(measure(moved))
        assert fault.fault == 'motion'
        found = measure(moved).blur_direction
        assert abs((found - degrees + 90.0) % 180.0 - 90.0) < 10.0


def stripes(degrees, period, sigma=0.0):
    """Draw antialiased stripes along a direction, 8 x 8 samples a pixel, blurred if wanted."""
    y, x = np.mgrid[: 96 * 8, : 96 * 8].astype(np.float32) / 8.0
    angle = math.radians(degrees)
    place = (x * math.sin(angle) + y * math.cos(angle)) / period
    sampled = np.where(place % 1.0 < 0.5, 50.0, 200.0).astype(np.float32)
    picture = cv2.resize(sampled, (96, 96), interpolation=cv2.INTER_AREA)
    if sigma > 0.0:
        picture = cv2.GaussianBlur(picture, (0, 0), sigma)
    return np.repeat(np.round(picture).astype(np.uint8)[..., None], 3, axis=2)


@pytest.mark.parametrize('period', [16, 23, 40])
@pytest.mark.parametrize('degrees', [0, 30, 45, 90, 135])
def test_sharp_stripes_of_one_direction_are_not_blurred(degrees, period):
    found = find_faults(measure(stripes(degrees, period)))
    assert {fault.fault for fault in found}.isdisjoint({'motion', 'blur'})


@pytest.mark.parametrize('degrees', [0, 30, 45, 90])
def test_the_blur_of_stripes_is_that_across_them(degrees):
    found = find_faults(measure(stripes(degrees, 40, sigma=2.5)))
    (blur,) = (fault for fault in found if fault.fault in ('motion', 'blur'))
    assert blur.fault == 'blur' and blur.grade is Grade.STRONG
    assert 2.0 <= float(blur.sentence.split()[-2]) <= 3.0


def test_blocks_are_found_wherever_the_crop_starts(streets):
    compressed = degrade(streets[0], 'jpeg', 0.7, np.random.default_rng(0))
    found = [measure(compressed[shift:, 3 * shift :]).blocks for shift in range(5)]
    assert min(found) > 0.8 * max(found)


@settings(max_examples=40)
@given(hnp.arrays(np.uint8, st.tuples(st.integers(1, 24), st.integers(1, 24), st.just(3))))
def test_any_picture_can_be_measured(crop):
    measured = measure(crop)
    assert 0.0 <= measured.veil <= 1.0 and 0.0 <= measured.clipped <= 1.0
    small = min(crop.shape[:2]) < 16
    assert math.isnan(measured.noise) == small
    find_faults(measured)


@pytest.mark.parametrize('level', [0, 128, 255])
def test_an_even_picture_has_no_blur_and_no_noise_to_tell_of(level):
    measured = measure(np.full((40, 40, 3), level, np.uint8))
    assert math.isnan(measured.blur) and measured.noise == 0.0 and measured.blocks == 0.0


@pytest.mark.parametrize(
    ('kind', 'fault'),
    [
        ('gaussian_blur', 'blur'),
        ('gaussian_noise', 'noise'),
        ('salt_and_pepper', 'specks'),
        ('jpeg', 'blocks'),
        ('under_exposure', 'underexposure'),
        ('fog', 'haze'),
    ],
)
def test_a_strong_fault_is_the_gravest_word(kind, fault, streets):
    for street in streets:
        found = find_faults(measure(degrade(street, kind, 0.9, np.random.default_rng(2))))
        assert (found[0].fault, found[0].grade) == (fault, Grade.STRONG)
        assert 'strong' in found[0].sentence


def test_a_clean_street_has_no_fault(streets):
    assert [find_faults(measure(street)) for street in streets] == [[], [], []]
