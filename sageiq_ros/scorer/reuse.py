# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Qualities of earlier frames for regions that have not moved since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sageiq_ros.config import ScorerConfig
from sageiq_ros.geometry import box_iou
from sageiq_ros.types import AssessedRegion, Quality, Region

# Of one camera; what moves is soon elsewhere, and looking through more costs more than scoring.
MOST_KEPT = 200


@dataclass(frozen=True, slots=True)
class _Scored:
    region: Region
    quality: Quality
    time_s: float


class KeptQualities:
    """Remember when and where one camera's regions were scored.

    A region keeps a quality while it has the label and, by ``scorer.reuse_iou``, the place that
    it had when it was *scored*: a box that creeps away loses it, however slowly. What changes
    within the box, a drop on the lens say, is not seen for up to ``scorer.reuse_s``. Times are
    seconds of any one clock; one that runs backwards forgets everything, and while it stands
    still nothing is kept.
    """

    def __init__(self) -> None:
        self._scored: list[_Scored] = []

    def find(self, region: Region, time_s: float, config: ScorerConfig) -> AssessedRegion | None:
        """Return ``region`` with the quality it may keep and its age, None where it has none."""
        if not config.reuse_s:
            return None
        best, most = None, config.reuse_iou
        for one in self._scored:
            if one.region.label == region.label and 0.0 < time_s - one.time_s <= config.reuse_s:
                overlap = box_iou(one.region.box, region.box)
                if overlap >= most:
                    best, most = one, overlap
        return None if best is None else AssessedRegion(region, best.quality, time_s - best.time_s)

    def remember(
        self, scored: Iterable[AssessedRegion], time_s: float, config: ScorerConfig
    ) -> None:
        """Take in the regions that were scored at ``time_s``, and forget what is too old."""
        if not config.reuse_s:
            self._scored.clear()
            return
        new = [_Scored(one.region, one.quality, time_s) for one in scored]
        young = [one for one in self._scored if 0.0 <= time_s - one.time_s <= config.reuse_s]
        self._scored = (new + young)[:MOST_KEPT]
