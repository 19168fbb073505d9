# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The table that grows on the terminal while frames are assessed, above a progress bar."""

from __future__ import annotations

import math
import sys
from types import TracebackType
from typing import Self

from tqdm import tqdm

from sageiq_ros.evaluation.drive import FrameResult
from sageiq_ros.overlay import score_text
from sageiq_ros.types import State

HEADER = (
    f'{"frame":>6} {"score":>6}  {"state":9} {"worst region":22} '
    f'{"first triplet and its weights":46} {"ms":>6}'
)
HEADER_PERIOD = 30
_PAINT = {State.GOOD: '36', State.DEGRADED: '33', State.POOR: '31', State.UNKNOWN: '2'}


class LiveTable:
    """Print a row a result; a context manager around the run."""

    def __init__(self, total: int | None) -> None:
        self._rows = 0
        self._color = sys.stdout.isatty()
        self._bar = tqdm(total=total, unit='frame', desc='assessing', disable=None)

    def add(self, result: FrameResult) -> None:
        """Show one more frame."""
        if self._rows % HEADER_PERIOD == 0:
            self._print(HEADER)
        self._print(row(result, color=self._color))
        self._rows += 1
        self._bar.update()

    def _print(self, text: str) -> None:
        tqdm.write(text, file=sys.stdout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.close()


def row(result: FrameResult, *, color: bool) -> str:
    """Lay out one frame."""
    assessment = result.assessment
    if assessment is None:
        return f'{result.index:6} {"-":>6}  no result in time'
    score = '-' if math.isnan(assessment.score) else f'{assessment.score:.3f}'
    state = f'{assessment.state.name:9}'
    if color:
        state = f'\033[{_PAINT[assessment.state]}m{state}\033[0m'
    worst = result.worst
    region = 'whole image'
    if worst:
        region = f'{worst.region.label} {score_text(worst.quality.score)}'
    words = ''
    if assessment.triplets:
        triplet = assessment.triplets[0]
        subject, object_ = (
            assessment.regions[index].region.label for index in (triplet.subject, triplet.object)
        )
        weights = f'{triplet.subject_weight:.0f}:{triplet.object_weight:.0f}'
        words = f'{subject} {triplet.predicate} {object_} {weights}'
    return (
        f'{result.index:6} {score:>6}  {state} {region[:22]:22} {words[:46]:46} '
        f'{assessment.timing.total_ms:6.1f}'
    )
