# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Building the messages of a bag: pictures, and the renderer's truth."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np

from sageiq_ros.bags.typestore import message_store
from sageiq_ros.geometry import pixel_bounds
from sageiq_ros.images import COMPRESSED_TYPE, RAW_TYPE
from sageiq_ros.types import Image, Region, SceneGraph, State, Triplet, WeightSource

TRUTH_TYPE = 'sageiq_msgs/msg/TarQuality'
JPEG_QUALITY = 92


def build(type_name: str, **fields: Any) -> Any:
    """Construct a message of a type by its name."""
    return message_store().types[type_name](**fields)


def header(stamp_ns: int, frame_id: str) -> Any:
    """Build a std_msgs/Header."""
    sec, nanosec = divmod(stamp_ns, 1_000_000_000)
    stamp = build('builtin_interfaces/msg/Time', sec=sec, nanosec=nanosec)
    return build('std_msgs/msg/Header', stamp=stamp, frame_id=frame_id)


def raw_image(image: Image, stamp_ns: int, frame_id: str) -> Any:
    """Build a bgr8 Image."""
    height, width = image.shape[:2]
    return build(
        RAW_TYPE,
        header=header(stamp_ns, frame_id),
        height=height,
        width=width,
        encoding='bgr8',
        is_bigendian=0,
        step=3 * width,
        data=np.ascontiguousarray(image).reshape(-1),
    )


def jpeg_image(image: Image, stamp_ns: int, frame_id: str) -> Any:
    """Build a CompressedImage in JPEG."""
    data = cv2.imencode('.jpg', image, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))[1]
    return build(
        COMPRESSED_TYPE,
        header=header(stamp_ns, frame_id),
        format='bgr8; jpeg compressed bgr8',
        data=data.reshape(-1),
    )


def truth(
    graph: SceneGraph, stamp_ns: int, frame_id: str, camera: str, size: tuple[int, int]
) -> Any:
    """Build a TarQuality that holds exact regions and triplets, and NaN for every judgement.

    ``size`` is width and height of the image.
    """
    return build(
        TRUTH_TYPE,
        header=header(stamp_ns, frame_id),
        camera=camera,
        query='',
        state=int(State.UNKNOWN),
        score=math.nan,
        frame_score=math.nan,
        regions=[_region(region, size) for region in graph.regions],
        triplets=[_triplet(triplet) for triplet in graph.triplets],
        scene_graph='truth',
        analyzer='',
        scorer='',
        flags=0,
        scene_graph_ms=0.0,
        analyzer_ms=0.0,
        scorer_ms=0.0,
        total_ms=0.0,
    )


def _region(region: Region, size: tuple[int, int]) -> Any:
    x, y, width, height = pixel_bounds(region.box, *size)
    roi = build(
        'sensor_msgs/msg/RegionOfInterest',
        x_offset=x,
        y_offset=y,
        width=width,
        height=height,
        do_rectify=False,
    )
    return build(
        'sageiq_msgs/msg/TarRegion',
        label=region.label,
        confidence=region.confidence,
        roi=roi,
        quality=math.nan,
        p_good=math.nan,
        p_average=math.nan,
        p_poor=math.nan,
        age_s=0.0,
    )


def _triplet(triplet: Triplet) -> Any:
    return build(
        'sageiq_msgs/msg/TarTriplet',
        subject=triplet.subject,
        object=triplet.object,
        predicate=triplet.predicate,
        confidence=triplet.confidence,
        subject_weight=math.nan,
        object_weight=math.nan,
        subject_weight_normalized=math.nan,
        object_weight_normalized=math.nan,
        score=math.nan,
        source=int(WeightSource.UNKNOWN),
    )
