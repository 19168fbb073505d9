# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""TarQuality messages, from a bag or a subscription, back to assessments."""

from __future__ import annotations

from typing import Any

from sageiq_ros.types import (
    AssessedRegion,
    AssessedTriplet,
    Assessment,
    Box,
    Flag,
    Quality,
    Region,
    SageIQError,
    State,
    Timing,
    WeightSource,
)


def to_assessment(message: Any) -> Assessment:
    """Return what a TarQuality message says; its floats have the precision of 32 bits.

    Raises SageIQError for a state or source that there is not, and for a triplet of regions that
    are not there.
    """
    try:
        assessment = _assessment(message)
    except ValueError as error:
        raise SageIQError(f'The result is of another version of sageiq_msgs: {error}.') from error
    count = len(assessment.regions)
    if any(max(t.subject, t.object) >= count for t in assessment.triplets):
        raise SageIQError(f'The result names a region beyond its {count}.')
    return assessment


def _assessment(message: Any) -> Assessment:
    return Assessment(
        query=message.query,
        score=message.score,
        frame_score=message.frame_score,
        state=State(message.state),
        flags=Flag(message.flags),
        regions=tuple(_region(region) for region in message.regions),
        triplets=tuple(_triplet(triplet) for triplet in message.triplets),
        scene_graph=message.scene_graph,
        analyzer=message.analyzer,
        scorer=message.scorer,
        timing=Timing(
            message.scene_graph_ms, message.analyzer_ms, message.scorer_ms, message.total_ms
        ),
    )


def _region(message: Any) -> AssessedRegion:
    roi = message.roi
    x, y = float(roi.x_offset), float(roi.y_offset)
    return AssessedRegion(
        Region(message.label, message.confidence, Box(x, y, x + roi.width, y + roi.height)),
        Quality(message.quality, message.p_good, message.p_average, message.p_poor),
        message.age_s,
    )


def _triplet(message: Any) -> AssessedTriplet:
    return AssessedTriplet(
        subject=message.subject,
        predicate=message.predicate,
        object=message.object,
        confidence=message.confidence,
        subject_weight=message.subject_weight,
        object_weight=message.object_weight,
        subject_weight_normalized=message.subject_weight_normalized,
        object_weight_normalized=message.object_weight_normalized,
        score=message.score,
        source=WeightSource(message.source),
    )
