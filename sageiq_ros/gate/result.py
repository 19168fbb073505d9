# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the gate reads of a result: the attributes of a TarQuality message, from wherever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Stamp(Protocol):
    """Time of the image's exposure; both zero where the camera gave none."""

    sec: int
    nanosec: int


class Header(Protocol):
    """The image's header."""

    stamp: Stamp


class Region(Protocol):
    """A region; ``quality`` in [0, 1], NaN where there is none, ``age_s`` of it in seconds."""

    label: str
    quality: float
    age_s: float


class Triplet(Protocol):
    """Two regions by their indices; their normalised weights, in [0, 1], sum to 1."""

    subject: int
    object: int
    subject_weight_normalized: float
    object_weight_normalized: float


class Result(Protocol):
    """One frame's result; ``state`` is one of ``sageiq_ros.types.State``, ``score`` in [0, 1]."""

    header: Header
    camera: str
    state: int
    score: float
    regions: Sequence[Region]
    triplets: Sequence[Triplet]
