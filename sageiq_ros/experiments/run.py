# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Run the scored experiments over an executor and gather what came of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sageiq_ros.executors.base import Executor
from sageiq_ros.experiments.overview import LeftOut
from sageiq_ros.experiments.work import AssessJob, Item, Row
from sageiq_ros.types import SageIQError


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
