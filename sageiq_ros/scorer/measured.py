# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Words for scorers that only give a number: the score, and what was measured of the crop."""

from __future__ import annotations

import math

from sageiq_ros.config import ScorerConfig
from sageiq_ros.scorer.attributes import LEAST_SIDE_PX, Attributes, measure
from sageiq_ros.scorer.base import QualityDescriber, RegionScorer
from sageiq_ros.scorer.findings import find_faults
from sageiq_ros.types import Image

MOST_FAULTS = 3
SMALL_SIDE_PX = 32
FAULTLESS = 'No fault that is measured stands out.'


class MeasuredDescriber:
    """Describe crops by a scorer's score and by measured attributes; deterministic.

    Scores from ``levels.good`` are called good, those below ``levels.poor`` poor.
    """

    def __init__(self, scorer: RegionScorer, levels: ScorerConfig) -> None:
        self._scorer = scorer
        self._levels = levels

    def describe(self, crop: Image, question: str = '', seed: int = 0) -> str:
        """Return the level, the gravest faults, a remark on size, and that this is measured.

        ``crop`` is uint8 BGR of at least one pixel. A question cannot be understood and the
        answer says so; there is no chance that ``seed`` could govern.
        """
        (quality,) = self._scorer.score([crop])
        measured = measure(crop)
        faults = find_faults(measured)
        if math.isnan(quality.score):
            sentences = ['There is no score of the picture quality.']
            origin = f'{self._scorer.name} gave no score, the rest is'
        else:
            level = self._level(quality.score)
            sentences = [f'The picture quality is {level} ({quality.score:.2f}).']
            origin = f'the level is by {self._scorer.name}, the rest'
        sentences += [fault.sentence for fault in faults[:MOST_FAULTS]] or [FAULTLESS]
        sentences += _size_remark(measured)
        sentences.append(f'Measured, not generated: {origin} by thresholds on the pixels.')
        if question:
            sentences.append('The question was not read.')
        return ' '.join(sentences)

    def _level(self, score: float) -> str:
        if score >= self._levels.good:
            return 'good'
        return 'poor' if score < self._levels.poor else 'average'


def describer_of(scorer: RegionScorer, levels: ScorerConfig) -> QualityDescriber:
    """Return what describes in a scorer's place: itself where it can, else measurements."""
    return scorer if isinstance(scorer, QualityDescriber) else MeasuredDescriber(scorer, levels)


def _size_remark(measured: Attributes) -> list[str]:
    size = f'{measured.width} x {measured.height} px'
    side = min(measured.width, measured.height)
    if side < LEAST_SIDE_PX:
        return [f'At {size} it is too small to measure blur, noise and blocking.']
    if side < SMALL_SIDE_PX:
        return [f'At {size} it is small, which makes every measure less certain.']
    return []
