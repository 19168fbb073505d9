# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A drive comes out in order and the same, whoever assesses its frames and when."""

import numpy as np
import pytest
from bag_evaluate_helpers import BrightnessJob, write_drive

from sageiq_ros.evaluation.bag.frames import BagFrames
from sageiq_ros.evaluation.bag.run import BagRun
from sageiq_ros.evaluation.results_table import ResultsTable
from sageiq_ros.executors.base import Outcome
from sageiq_ros.executors.local import LocalExecutor
from sageiq_ros.executors.processes import ProcessesExecutor

LEVELS = np.random.default_rng(3).integers(1, 250, 60).tolist()


class Shuffled:
    """Do all work at once and give it back in a random order."""

    def __init__(self, seed):
        self._random = np.random.default_rng(seed)

    def run(self, job, items):
        work = job.start()
        done = [Outcome(index, work(item)) for index, item in enumerate(items)]
        self._random.shuffle(done)
        yield from done


def run(bag, executor, table):
    run = BagRun(BagFrames(bag), ResultsTable(table))
    run.go(executor, BrightnessJob())
    return run


@pytest.mark.parametrize('executor', [ProcessesExecutor(2), Shuffled(1), Shuffled(2)])
def test_the_results_are_those_of_one_process(tmp_path, executor):
    bag = write_drive(tmp_path / 'bag', [*LEVELS[:30], None, *LEVELS[30:]])
    ours, theirs = tmp_path / 'ours.csv', tmp_path / 'theirs.csv'
    expected, found = run(bag, LocalExecutor(), theirs), run(bag, executor, ours)
    assert [result.index for result in found.results] == [*range(30), *range(31, 61)]
    # As text, since what is not defined is NaN and equals nothing.
    assert repr(found.results) == repr(expected.results)
    assert ours.read_bytes() == theirs.read_bytes()
    assert found.spent_s > 0.0 and found.recorded_s == pytest.approx(6.0)


def test_the_frames_shown_are_read_again_by_themselves(tmp_path):
    bag = write_drive(tmp_path / 'bag', LEVELS)
    found = run(bag, LocalExecutor(), tmp_path / 'table.csv')
    chosen = [found.results[index] for index in (7, 3, 55)]
    again = list(found.frames.again(chosen))
    assert [frame.name for frame in again] == ['message 7', 'message 3', 'message 55']
    assert [int(frame.image[0, 0, 0]) for frame in again] == [LEVELS[n] for n in (7, 3, 55)]
