# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""This process is an executor like the others, in the order of the list."""

import os

import pytest
from executor_cases import ExecutorCases
from executor_jobs import Tens

from sageiq_ros.executors.local import LocalExecutor


class TestInThisProcess(ExecutorCases):
    @pytest.fixture
    def executor(self):
        return LocalExecutor()

    def test_the_worker_is_this_process(self, executor, record):
        self.run(executor, Tens(record), [1, 2])
        assert record.workers == [os.getpid()]

    def test_outcomes_come_in_the_items_order(self, executor, record):
        assert [outcome.index for outcome in executor.run(Tens(record), [3, 1, 2])] == [0, 1, 2]

    @pytest.mark.parametrize('left_early', [False, True])
    def test_work_that_holds_something_is_closed_at_the_end(self, executor, left_early):
        closed = []

        class Work:
            def __call__(self, item):
                return item

            def close(self):
                closed.append(True)

        class Job:
            def start(self):
                return Work()

        outcomes = executor.run(Job(), [1, 2])
        assert next(outcomes).value == 1 and not closed
        if left_early:
            outcomes.close()
        else:
            assert [outcome.value for outcome in outcomes] == [2]
        assert closed == [True]
