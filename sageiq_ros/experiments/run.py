# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Run the scored experiments over an executor and gather what came of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sageiq_ros.evaluation.pages.blocks import Section
from sageiq_ros.executors.base import Executor
from sageiq_ros.experiments import conditions as names
from sageiq_ros.experiments.ablation import FINE_TUNED, figure_12
from sageiq_ros.experiments.agreement import Scores
from sageiq_ros.experiments.gallery import figure_10
from sageiq_ros.experiments.options import FIG_10
from sageiq_ros.experiments.overview import LeftOut, overview
from sageiq_ros.experiments.region_counts import figure_15
from sageiq_ros.experiments.robustness import figure_14
from sageiq_ros.experiments.table_viii import figure_11, table_viii
from sageiq_ros.experiments.undegraded import figure_13
from sageiq_ros.experiments.variants import DETECTOR
from sageiq_ros.experiments.work import AssessJob, Item, Row
from sageiq_ros.types import SageIQError

NO_DETECTOR = 'name an engine of an object detector with --detector (docs/scene_graph.md).'


@dataclass(frozen=True, slots=True)
class Measured:
    """Hold every score, and the pictures that have none."""

    rows: Sequence[Row]
    left_out: Sequence[LeftOut]


def list_items(job: AssessJob, keys: Mapping[str, Sequence[str]]) -> list[Item]:
    """List the work: each scorer's pictures together, since a worker holds one scorer."""
    return [
        Item(scorer, dataset, key)
        for scorer in job.scorers
        for dataset in keys
        for key in keys[dataset]
    ]


def measure(
    job: AssessJob,
    items: Sequence[Item],
    executor: Executor,
    progress: Callable[[int], object] = lambda count: None,
) -> Measured:
    """Score every item; one that failed is left out.

    The rows are in the order of the items, whichever order the workers were done in. Raises
    SageIQError where not one picture could be judged.
    """
    found: dict[int, list[Row]] = {}
    left_out: dict[int, LeftOut] = {}
    for outcome in executor.run(job, items):
        if outcome.value is None:
            left_out[outcome.index] = LeftOut(*items[outcome.index], outcome.error)
        else:
            found[outcome.index] = outcome.value
        progress(1)
    rows = [row for index in sorted(found) for row in found[index]]
    if not rows:
        reasons = [one.reason for one in left_out.values()]
        raise SageIQError(
            'Not one picture could be judged: '
            + (reasons[0] if reasons else 'none has an annotated object of the least size.')
        )
    return Measured(rows, [left_out[index] for index in sorted(left_out)])


def sections(
    job: AssessJob,
    scores: Scores,
    measured: Measured,
    chosen: Mapping[str, int],
    fine_tuning: str,
) -> Iterator[Section]:
    """Yield the sections of the experiments asked for; all show what was judged.

    ``fine_tuning`` is the reason why there is no fine-tuned variant, empty where there is one.
    """
    asked = job.experiments
    yield overview(scores, job.main, chosen, measured.left_out)
    if names.TABLE_VIII in asked:
        yield table_viii(scores)
    if FIG_10 in asked:
        yield figure_10(job, scores)
    if names.FIG_11 in asked:
        yield figure_11(scores)
    if names.FIG_12 in asked:
        not_run = {} if job.detector else {DETECTOR: NO_DETECTOR}
        if fine_tuning:
            not_run[FINE_TUNED] = fine_tuning
        yield figure_12(scores, job.main, not_run)
    if names.FIG_13 in asked:
        yield figure_13(scores)
    if names.FIG_14 in asked:
        yield figure_14(scores, job.main)
    if names.FIG_15 in asked:
        yield figure_15(scores)
