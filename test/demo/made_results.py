# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Results of a drive, made up by rule."""

import math

from sageiq_ros.evaluation.drive import FrameResult
from sageiq_ros.types import (
    AssessedRegion,
    AssessedTriplet,
    Assessment,
    Box,
    Flag,
    Quality,
    Region,
    State,
    Timing,
    WeightSource,
)


def assessment(score, *, triplets=True, state=State.GOOD, total_ms=50.0):
    """Make an assessment of a car on a street, or of the whole image."""
    regions = tuple(
        AssessedRegion(Region(label, 0.9, box), Quality(quality, quality, 0.0, 1.0 - quality))
        for label, quality, box in (
            ('car', 0.5, Box(10.0, 20.0, 40.0, 45.0)),
            ('street', 0.25, Box(0.0, 30.0, 64.0, 48.0)),
        )
    )
    triplet = AssessedTriplet(0, 'on', 1, 0.8, 8.0, 5.0, 0.9526, 0.0474, score, WeightSource.LLM)
    return Assessment(
        query='autonomous driving',
        score=score,
        frame_score=math.nan,
        state=state,
        flags=Flag.NONE if triplets else Flag.WHOLE_IMAGE,
        regions=regions if triplets else (),
        triplets=(triplet,) if triplets else (),
        scene_graph='graph',
        analyzer='analyzer',
        scorer='scorer',
        timing=Timing(30.0, 1.0, 15.0, total_ms),
    )


def result(index, score=0.7, **options):
    """Make the result of frame ``index`` at 10 Hz; a score of None means that none came."""
    made = None if score is None else assessment(score, **options)
    age_ms = math.nan if score is None else 60.0 + index
    return FrameResult(index, f'frame_{index}.png', index * 100_000_000, made, age_ms)
