# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What every executor must do; each inherits these tests with a fixture ``executor``."""

import sys
from contextlib import closing
from types import ModuleType

import pytest
from executor_jobs import Dying, Failing, Record, Refusing, Tens, runs, wait_until

from sageiq_ros.executors.base import TRIES, Outcome
from sageiq_ros.types import SageIQError


class ExecutorCases:
    """The specification of an executor, wherever its workers are."""

    @pytest.fixture
    def record(self, tmp_path):
        return Record(tmp_path)

    def run(self, executor, job, items):
        """Return the outcomes in the items' order."""
        return sorted(executor.run(job, items), key=lambda outcome: outcome.index)

    def test_every_item_is_done_once_and_all_executors_agree(self, executor, record):
        items = list(range(40))
        done = self.run(executor, Tens(record), items)
        assert done == [Outcome(i, 10 * i) for i in items]
        assert [record.tries(i) for i in items] == [1] * len(items)

    def test_no_items_need_no_worker(self, executor, record):
        assert self.run(executor, Tens(record), []) == []
        assert record.workers == []

    def test_a_worker_loads_the_job_once(self, executor, record):
        self.run(executor, Tens(record), list(range(20)))
        assert len(set(record.workers)) == len(record.workers)
        assert 1 <= len(record.workers) <= 2

    def test_one_item_starts_one_worker(self, executor, record):
        self.run(executor, Tens(record), [7])
        assert len(record.workers) == 1

    def test_what_the_work_says_of_an_item_is_not_asked_again(self, executor, record):
        done = self.run(executor, Tens(record), [1, 'refuse', 2])
        assert done == [
            Outcome(0, 10),
            Outcome(1, None, 'The picture is broken: take another.', final=True),
            Outcome(2, 20),
        ]
        assert record.tries('refuse') == 1

    def test_any_other_fault_is_tried_again_and_told_in_a_line(self, executor, record):
        done = self.run(executor, Tens(record), [1, 'fail', 2])
        assert done == [Outcome(0, 10), Outcome(1, None, 'ValueError: no luck'), Outcome(2, 20)]
        assert record.tries('fail') == TRIES

    def test_a_fault_that_passes_costs_nothing(self, executor, record):
        done = self.run(executor, Tens(record), ['fail_once', 1])
        assert done == [Outcome(0, 'done'), Outcome(1, 10)]
        assert record.tries('fail_once') == 2

    def test_a_job_that_cannot_start_says_why(self, executor, record):
        with pytest.raises(SageIQError, match=r'^The network is missing: fetch it\.$'):
            self.run(executor, Refusing(record), [1, 2, 3])
        with pytest.raises(
            SageIQError, match=r'^The work cannot be started \(ValueError: no luck\)\.$'
        ):
            self.run(executor, Failing(record), [1, 2, 3])
        assert record.lines('tries') == []


class WorkerProcessCases(ExecutorCases):
    """The specification of an executor whose two workers are processes of their own."""

    def gone(self, record):
        """Wait until no worker runs."""
        assert record.workers
        wait_until(lambda: not any(map(runs, record.workers)), 'every worker has ended')

    def test_two_workers_work_at_the_same_time(self, executor, record):
        first, second = self.run(executor, Tens(record), ['meet', 'meet'])
        assert first.error == second.error == ''
        assert {first.value, second.value} == set(record.workers)
        assert first.value != second.value

    def test_a_killed_worker_loses_nothing(self, executor, record):
        items = [*range(10), 'die_once', *range(10, 20)]
        done = self.run(executor, Tens(record), items)
        expected = ['done' if item == 'die_once' else 10 * item for item in items]
        assert done == [Outcome(i, value) for i, value in enumerate(expected)]
        assert record.tries('die_once') == 2
        assert [record.tries(i) for i in range(20)] == [1] * 20

    def test_a_killed_worker_is_replaced(self, executor, record):
        done = self.run(executor, Tens(record), ['die_once', 'meet', 'meet'])
        assert [outcome.error for outcome in done] == ['', '', '']
        assert len(record.workers) == 3

    def test_a_worker_that_dies_while_it_has_nothing_to_do_is_replaced(self, executor, record):
        outcomes = executor.run(Tens(record), ['die_when_idle', 'die_when_told'])
        idle = next(outcomes).value
        record.add('answered', '')
        wait_until(lambda: not runs(idle), 'the idle worker has died')
        record.add('told', '')
        assert list(outcomes) == [Outcome(1, 'done')]

    def test_an_item_that_kills_its_worker_costs_no_other(self, executor, record):
        done = self.run(executor, Tens(record), [1, 'die', 2])
        assert (done[0], done[2]) == (Outcome(0, 10), Outcome(2, 20))
        assert done[1].value is None and 'ended' in done[1].error
        assert '\n' not in done[1].error
        assert record.tries('die') == TRIES

    def test_workers_that_die_as_they_start_are_given_up(self, executor, record):
        with pytest.raises(SageIQError, match='ended'):
            self.run(executor, Dying(record), list(range(20)))
        assert record.lines('tries') == []
        # At most both workers' last try is under way when the limit is reached.
        assert TRIES <= len(record.workers) <= TRIES + 1

    def test_a_worker_takes_one_processor_for_pictures(self, executor, record):
        assert self.run(executor, Tens(record), ['count_threads']) == [Outcome(0, 1)]

    def test_leaving_early_stops_the_workers(self, executor, record):
        with closing(executor.run(Tens(record), [1, 'hang', 'hang'])) as outcomes:
            assert next(outcomes) == Outcome(0, 10)
            wait_until(lambda: record.tries('hang'), 'a worker is in the middle of an item')
        self.gone(record)

    def test_no_worker_is_left_after_the_last_item(self, executor, record):
        self.run(executor, Tens(record), list(range(10)))
        self.gone(record)

    def test_no_worker_is_left_after_a_refused_start(self, executor, record):
        with pytest.raises(SageIQError):
            self.run(executor, Refusing(record), [1, 2, 3])
        self.gone(record)

    def test_a_job_that_workers_do_not_have_is_told(self, executor, record, monkeypatch):
        module = ModuleType('only_here')
        module.Job = type('Job', (Tens,), {'__module__': 'only_here'})
        monkeypatch.setitem(sys.modules, 'only_here', module)
        with pytest.raises(SageIQError, match=r"ModuleNotFoundError: No module named 'only_here'"):
            self.run(executor, module.Job(record), [1])

    def test_a_result_that_cannot_be_sent_is_told(self, executor, record):
        done = self.run(executor, Tens(record), ['give_what_cannot_be_pickled', 1])
        assert done[0].value is None and 'pickle' in done[0].error
        assert done[1] == Outcome(1, 10)
