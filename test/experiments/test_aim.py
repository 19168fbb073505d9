# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""How much of a score comes from the regions that the label is of."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from sageiq_ros.experiments.gallery import deciding, draw_deciding, name_deciding
from sageiq_ros.experiments.work import aim
from sageiq_ros.sageiq_d.hybrid import ClearRegion
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

CLEAR = (ClearRegion('car', (10, 10, 20, 20)),)


def assessment(boxes, triplets):
    regions = tuple(AssessedRegion(Region('x', 1.0, Box(*box)), Quality(0.5)) for box in boxes)
    return Assessment(
        query='',
        score=0.5,
        frame_score=math.nan,
        state=State.GOOD,
        flags=Flag.NONE,
        regions=regions,
        triplets=tuple(
            AssessedTriplet(
                s, 'on', o, 1.0, 10 * w, 10 * (1 - w), w, 1 - w, 0.5, WeightSource.PRIOR
            )
            for s, o, w in triplets
        ),
    )


HIT, MISS = (10, 10, 30, 30), (50, 50, 70, 70)


@pytest.mark.parametrize(
    ('boxes', 'triplets', 'expected'),
    [
        ([HIT, MISS], [(0, 1, 0.9)], 0.9),
        ([HIT, MISS], [(1, 0, 0.9)], 0.1),
        ([HIT, MISS], [(0, 1, 0.9), (1, 1, 0.5)], 0.45),
        ([HIT], [(0, 0, 0.5)], 1.0),
        ([MISS], [(0, 0, 0.5)], 0.0),
        # Half of a region, shifted: overlap 1/3; grown by half to one side: 2/3.
        ([(20, 10, 40, 30)], [(0, 0, 0.5)], 0.0),
        ([(10, 10, 40, 30)], [(0, 0, 0.5)], 1.0),
    ],
)
def test_it_is_the_mean_share_of_weight_on_clear_regions(boxes, triplets, expected):
    assert aim(assessment(boxes, triplets), CLEAR) == pytest.approx(expected)


def test_without_triplets_there_is_none():
    assert math.isnan(aim(assessment([], []), CLEAR))


def test_the_weightier_entity_of_each_triplet_decides():
    found = assessment([HIT, MISS], [(0, 1, 0.9), (1, 0, 0.1), (1, 0, 0.8)])
    assert deciding(found) == [0, 1]


def test_the_deciding_entities_are_framed_and_named_the_first_to_decide_first():
    found = assessment([HIT, MISS], [(0, 1, 0.1), (0, 1, 0.9)])
    car, sign = (
        replace(one, region=replace(one.region, label=name))
        for one, name in zip(found.regions, ('car', 'sign'), strict=True)
    )
    found = replace(found, regions=(car, replace(sign, quality=Quality(math.nan))))
    assert name_deciding(found) == ['sign no score', 'car 0.50']
    picture = np.zeros((360, 640, 3), np.uint8)
    framed = draw_deciding(picture, found)
    for box in (HIT, MISS):
        assert framed[box[3] - 1, (box[0] + box[2]) // 2].any()
    assert name_deciding(assessment([HIT], [])) == []
