# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The values that cross rooms: what the three stages hand to each other and to the node.

Images are ``uint8`` arrays of shape (height, width, 3) in OpenCV's channel order (BGR).
Boxes are pixel edges of that image: x to the right, y down, origin at the top left corner.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Image: TypeAlias = NDArray[np.uint8]


class SageIQError(Exception):
    """A fault the user can mend; its text is one sentence that says how."""


@dataclass(frozen=True, slots=True)
class Box:
    """Hold the edges of a rectangle in pixels, with x1 <= x2 and y1 <= y2."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def width(self) -> float:
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        return self.y2 - self.y1

    @property
    def area(self) -> float:
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Region:
    """Name an entity and where it is; ``confidence`` lies in [0, 1]."""

    label: str
    confidence: float
    box: Box


@dataclass(frozen=True, slots=True)
class Triplet:
    """Relate two regions of a scene graph by their indices; ``confidence`` lies in [0, 1]."""

    subject: int
    predicate: str
    object: int
    confidence: float


@dataclass(frozen=True, slots=True)
class SceneGraph:
    """Hold one frame's regions, each once, and its triplets, the most confident first."""

    regions: tuple[Region, ...] = ()
    triplets: tuple[Triplet, ...] = ()


class WeightSource(IntEnum):
    """Say where the weights of a triplet came from (values as in ``TarTriplet.msg``)."""

    UNKNOWN = 0
    LLM = 1
    MEMO = 2
    PRIOR = 3


@dataclass(frozen=True, slots=True)
class WeightedTriplet:
    """Select a triplet of the graph and weigh its two entities, each on the scale 1 to 10."""

    triplet: int
    subject_weight: float
    object_weight: float
    source: WeightSource


@dataclass(frozen=True, slots=True)
class Quality:
    """Hold the score of one region in [0, 1] and Algorithm 1's probabilities behind it.

    The probabilities are NaN, all three, where a scorer knows no levels but gives a number.
    """

    score: float
    p_good: float = math.nan
    p_average: float = math.nan
    p_poor: float = math.nan


@dataclass(frozen=True, slots=True)
class AssessedRegion:
    """Join a region with its quality, and the seconds since that was scored: 0 in this frame."""

    region: Region
    quality: Quality
    age_s: float = 0.0


@dataclass(frozen=True, slots=True)
class AssessedTriplet:
    """Join a triplet with its weights and score.

    ``subject`` and ``object`` index ``Assessment.regions``. Raw weights lie in [1, 10]; the
    normalised ones are their softmax and sum to 1 (Algorithm 1, line 8).
    """

    subject: int
    predicate: str
    object: int
    confidence: float
    subject_weight: float
    object_weight: float
    subject_weight_normalized: float
    object_weight_normalized: float
    score: float
    source: WeightSource


class State(IntEnum):
    """Grade a frame by its score (values as in ``TarQuality.msg``)."""

    UNKNOWN = 0
    GOOD = 1
    DEGRADED = 2
    POOR = 3


class Flag(IntFlag):
    """Tell how a frame's result departs from the full three stages (bits of ``flags``)."""

    NONE = 0
    WHOLE_IMAGE = 1
    PRIOR_WEIGHTS = 2
    BUDGET_CUT = 4
    REUSED = 8


@dataclass(frozen=True, slots=True)
class Timing:
    """Hold the milliseconds each stage took.

    Frames that were assessed together share stage 3; ``total_ms`` counts from the start of the
    frame's own stage 1, so it holds the others' stages too.
    """

    scene_graph_ms: float = 0.0
    analyzer_ms: float = 0.0
    scorer_ms: float = 0.0
    total_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Assessment:
    """Hold everything the pipeline says of one frame.

    ``score`` is the mean of the triplets' scores, or the whole image's where no triplet is left
    (``Flag.WHOLE_IMAGE``). ``frame_score`` is the whole image's, NaN unless it was asked for or
    needed. Regions are those of the triplets only, each once.
    """

    query: str
    score: float
    frame_score: float
    state: State
    flags: Flag
    regions: tuple[AssessedRegion, ...] = ()
    triplets: tuple[AssessedTriplet, ...] = ()
    scene_graph: str = ''
    analyzer: str = ''
    scorer: str = ''
    timing: Timing = field(default_factory=Timing)
