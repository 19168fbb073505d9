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
    State,
    Timing,
    WeightSource,
)


def to_assessment(message: Any) -> Assessment:
    """Return what a TarQuality message says; its floats have the precision of 32 bits."""
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
