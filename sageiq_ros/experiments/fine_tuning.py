# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The fine-tuned network of Fig. 12: what learning from hybrids does without SageIQ-P."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from sageiq_ros.experiments.ablation import FINE_TUNED
from sageiq_ros.experiments.conditions import MOTION
from sageiq_ros.experiments.scored import split_scored
from sageiq_ros.experiments.shown import motion
from sageiq_ros.experiments.variants import WITHOUT
from sageiq_ros.experiments.work import AssessJob, Row
from sageiq_ros.sageiq_d.hybrid import choose_regions, make_hybrid
from sageiq_ros.types import Image, SageIQError

if TYPE_CHECKING:
    from sageiq_ros.training.fine_tuning.learners import Learner

NEEDED = ('torch', 'safetensors')
LEAST_PICTURES = 10
KEPT_PICTURES = 500


def why_not() -> str:
    """Return why nothing can be fine-tuned here, empty where it can."""
    lacking = [name for name in NEEDED if find_spec(name) is None]
    if lacking:
        return (
            f'it needs {" and ".join(lacking)}; run the command by .venv-train/bin/sageiq '
            '("make train-venv" makes it).'
        )
    return ''


def fine_tuned_rows(job: AssessJob, rows: Sequence[Row], bar: Callable[[int], Any]) -> list[Row]:
    """Fine-tune the main scorer on motion-blurred hybrids and return each one's score.

    The labels are those of ``rows``, the main scorer's. ``bar`` makes a progress bar of a number
    of steps. Raises SageIQError for a scorer that cannot be trained and for too few pictures.
    """
    import torch

    from sageiq_ros.training.fine_tuning.cross_fit import cross_fitted_scores, steps
    from sageiq_ros.training.fine_tuning.learners import load_learner

    scored, _ = split_scored(rows)
    known = [r for r in scored if r.scorer == job.main and r.condition == motion(WITHOUT)]
    if len(known) < LEAST_PICTURES:
        raise SageIQError(
            f'{len(known)} pictures are too few to be split for fine-tuning; it takes '
            f'{LEAST_PICTURES}.'
        )
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    learner = load_learner(job.scorers[job.main], device)
    groups, labels = [row.dataset for row in known], [row.label for row in known]
    with bar(steps(groups)) as progress:
        scores = cross_fitted_scores(
            learner, _Hybrids(job, known, learner), labels, groups, job.seed, progress.update
        )
    return [
        replace(row, variant=FINE_TUNED, score=score)
        for row, score in zip(known, scores, strict=True)
    ]


class _Hybrids(Sequence[Any]):
    """Prepare pictures for a learner when they are due; the latest few are kept."""

    def __init__(self, job: AssessJob, rows: Sequence[Row], learner: Learner) -> None:
        self._job, self._rows, self._learner = job, rows, learner
        self._kept: OrderedDict[int, Any] = OrderedDict()

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: Any) -> Any:
        if index not in self._kept:
            self._kept[index] = self._learner.prepare(self._hybrid(self._rows[index]))
        self._kept.move_to_end(index)
        while len(self._kept) > KEPT_PICTURES:
            self._kept.popitem(last=False)
        return self._kept[index]

    def _hybrid(self, row: Row) -> Image:
        annotated = self._job.sets[row.dataset].read(row.key)
        regions = choose_regions(annotated, self._job.boxes)
        source = (row.dataset, row.key, self._job.seed)
        return make_hybrid(annotated.image, regions, MOTION, source)
