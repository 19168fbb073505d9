# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The table of a drive's results as CSV."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import IO

from sageiq_ros.evaluation.drive import FrameResult
from sageiq_ros.types import SageIQError

CSV_COLUMNS = (
    'frame', 'name', 'stamp_ns', 'score', 'state', 'frame_score', 'flags', 'regions', 'triplets',
    'worst_region', 'worst_quality', 'first_triplet', 'first_weights', 'scene_graph_ms',
    'analyzer_ms', 'scorer_ms', 'total_ms', 'age_ms',
)  # fmt: skip


class ResultsTable:
    """Write one row a frame, at once; what is not known is left empty.

    The file begins with the first row. Raises SageIQError where it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def add(self, result: FrameResult) -> None:
        """Write the row of a frame."""
        try:
            if self._file is None:
                self._file = self._path.open('w', newline='', encoding='utf-8')
                csv.writer(self._file).writerow(CSV_COLUMNS)
            csv.writer(self._file).writerow(_row(result))
            # Whatever ends the program, the rows so far are there.
            self._file.flush()
        except OSError as error:
            raise SageIQError(f'Cannot write {self._path}: {error.strerror}.') from error

    def close(self) -> None:
        """End the file."""
        if self._file is not None:
            self._file.close()


def _row(result: FrameResult) -> list[object]:
    head = [result.index, result.name, result.stamp_ns]
    assessment = result.assessment
    if assessment is None:
        return head + [''] * (len(CSV_COLUMNS) - len(head))
    worst = result.worst
    first = weights = ''
    if assessment.triplets:
        triplet = assessment.triplets[0]
        subject, object_ = (
            assessment.regions[index].region.label for index in (triplet.subject, triplet.object)
        )
        first = f'{subject} {triplet.predicate} {object_}'
        weights = f'{triplet.subject_weight:.1f} {triplet.object_weight:.1f}'
    timing = assessment.timing
    return [
        *head,
        _number(assessment.score, 4),
        assessment.state.name,
        _number(assessment.frame_score, 4),
        int(assessment.flags),
        len(assessment.regions),
        len(assessment.triplets),
        worst.region.label if worst else '',
        _number(worst.quality.score, 4) if worst else '',
        first,
        weights,
        _number(timing.scene_graph_ms, 2),
        _number(timing.analyzer_ms, 2),
        _number(timing.scorer_ms, 2),
        _number(timing.total_ms, 2),
        _number(result.age_ms, 2),
    ]


def _number(value: float, digits: int) -> str:
    return '' if math.isnan(value) else f'{value:.{digits}f}'
