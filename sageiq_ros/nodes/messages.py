# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Assessments to messages."""

from __future__ import annotations

from array import array

import numpy as np
from sensor_msgs.msg import Image as ImageMessage
from sensor_msgs.msg import RegionOfInterest
from std_msgs.msg import Header

from sageiq_msgs.msg import TarQuality, TarRegion, TarTriplet
from sageiq_ros.geometry import pixel_bounds
from sageiq_ros.types import AssessedRegion, AssessedTriplet, Assessment, Box, Image


def tar_quality(
    assessment: Assessment,
    *,
    header: Header,
    camera: str,
    size: tuple[int, int],
    total_ms: float,
) -> TarQuality:
    """Build the message of one frame.

    ``header`` is the image's own, ``size`` its width and height in pixels, ``total_ms`` the time
    from taking the image to here.
    """
    timing = assessment.timing
    return TarQuality(
        header=header,
        camera=camera,
        query=assessment.query,
        state=int(assessment.state),
        score=float(assessment.score),
        frame_score=float(assessment.frame_score),
        regions=[_region(region, size) for region in assessment.regions],
        triplets=[_triplet(triplet) for triplet in assessment.triplets],
        scene_graph=assessment.scene_graph,
        analyzer=assessment.analyzer,
        scorer=assessment.scorer,
        flags=int(assessment.flags),
        scene_graph_ms=float(timing.scene_graph_ms),
        analyzer_ms=float(timing.analyzer_ms),
        scorer_ms=float(timing.scorer_ms),
        total_ms=float(total_ms),
    )


def _region(assessed: AssessedRegion, size: tuple[int, int]) -> TarRegion:
    region, quality = assessed.region, assessed.quality
    return TarRegion(
        label=region.label,
        confidence=float(region.confidence),
        roi=region_of_interest(region.box, *size),
        quality=float(quality.score),
        p_good=float(quality.p_good),
        p_average=float(quality.p_average),
        p_poor=float(quality.p_poor),
        age_s=float(assessed.age_s),
    )


def _triplet(triplet: AssessedTriplet) -> TarTriplet:
    return TarTriplet(
        subject=triplet.subject,
        object=triplet.object,
        predicate=triplet.predicate,
        confidence=float(triplet.confidence),
        subject_weight=float(triplet.subject_weight),
        object_weight=float(triplet.object_weight),
        subject_weight_normalized=float(triplet.subject_weight_normalized),
        object_weight_normalized=float(triplet.object_weight_normalized),
        score=float(triplet.score),
        source=int(triplet.source),
    )


def region_of_interest(box: Box, width: int, height: int) -> RegionOfInterest:
    """Name the whole pixels that a box touches in an image of ``width`` x ``height``."""
    x, y, box_width, box_height = pixel_bounds(box, width, height)
    return RegionOfInterest(x_offset=x, y_offset=y, width=box_width, height=box_height)


def bgr_image(image: Image, header: Header) -> ImageMessage:
    """Build an Image message in bgr8 from a (height, width, 3) array."""
    # An array('B') is handed over as it is; an ndarray would be checked byte by byte.
    data = array('B')
    data.frombytes(memoryview(np.ascontiguousarray(image)).cast('B'))
    height, width = image.shape[:2]
    return ImageMessage(
        header=header,
        height=height,
        width=width,
        encoding='bgr8',
        is_bigendian=0,
        step=3 * width,
        data=data,
    )
