# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Copy-paste: what is cut out, and that the truth follows what is pasted."""

from __future__ import annotations

import numpy as np
import pytest

from sageiq_ros.datasets.camvid import find_instances, view
from sageiq_ros.training.copy_paste import cut_out, paste

GREY, WHITE = 80, 255


def frame(*cars):
    """Draw white cars (x1, y1, x2, y2) on a grey street."""
    mask = np.full((120, 160), 3, np.uint8)
    image = np.full((120, 160, 3), GREY, np.uint8)
    for x1, y1, x2, y2 in cars:
        mask[y1:y2, x1:x2] = 8
        image[y1:y2, x1:x2] = WHITE
    return image, find_instances(mask)


def test_an_entity_that_touches_a_side_is_not_cut_out():
    image, instances = frame((20, 60, 60, 85), (0, 20, 30, 40))
    cutouts = cut_out(image, instances)
    assert [cutout.label for cutout in cutouts] == ['car']
    assert cutouts[0].foot == 85 and cutouts[0].image.shape == (25, 40, 3)
    assert (cutouts[0].image == WHITE).all()


@pytest.mark.parametrize('seed', range(20))
def test_the_truth_holds_what_was_pasted_and_only_that(seed):
    donor = cut_out(*frame((20, 60, 60, 85)))
    image, instances = frame()
    before = image.copy()
    pasted, known = paste(image, instances, {'car': donor}, np.random.default_rng(seed))
    changed = np.abs(pasted.astype(int) - GREY).max(axis=2) > 60
    cars = np.isin(known.ids, [i for i, name in enumerate(known.labels, 1) if name == 'car'])
    assert np.array_equal(image, before)
    assert changed.any() and (changed <= cars).all()
    boxes, labels, _ = view(known, (0, 0, 160, 120), (1.0, 1.0))
    assert labels.count('street') == 1
    for box in boxes[[name == 'car' for name in labels]]:
        assert box[1] < box[3] <= 120


def test_without_cutouts_a_frame_stays_as_it_is():
    image, instances = frame((20, 60, 60, 85))
    same, known = paste(image, instances, {}, np.random.default_rng(0))
    assert np.array_equal(same, image) and known is instances
