# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Processes of this machine do the work, and none of them outlives whoever started them."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from executor_cases import WorkerProcessCases
from executor_jobs import PATIENCE_SECONDS, Record, Tens, runs, wait_until

from sageiq_ros.executors.base import TRIES, Outcome
from sageiq_ros.executors.processes import ProcessesExecutor
from sageiq_ros.types import SageIQError

SCRIPT = Path(__file__).with_name('hanging_script.py')


class TestInProcesses(WorkerProcessCases):
    @pytest.fixture
    def executor(self):
        return ProcessesExecutor(2)

    def test_an_interrupt_is_for_the_parent(self, executor, record):
        assert self.run(executor, Tens(record), ['interrupt_itself']) == [Outcome(0, 'done')]
        assert record.tries('interrupt_itself') == 1

    def test_workers_that_have_ended_are_collected(self, executor, record):
        self.run(executor, Tens(record), ['die_once', 'meet', 'meet'])
        for worker in record.workers:
            with pytest.raises(ProcessLookupError):
                os.kill(worker, 0)

    def test_a_child_that_a_killed_worker_leaves_does_not_hide_its_end(
        self, executor, record, monkeypatch
    ):
        monkeypatch.setattr('sageiq_ros.executors.processes.PATIENCE_S', 0.2)
        try:
            done = self.run(executor, Tens(record), ['die_leaving_a_child', 1])
        finally:
            for child in map(int, record.lines('children')):
                os.kill(child, signal.SIGKILL)
        assert 'ended (signal 9)' in done[0].error and done[1] == Outcome(1, 10)
        assert len(record.lines('children')) == TRIES

    def test_dead_workers_leave_no_open_files(self, executor, record):
        self.run(executor, Tens(record), [1])
        before = len(os.listdir('/proc/self/fd'))
        self.run(executor, Tens(record), ['die', 'die_once', 1])
        assert len(os.listdir('/proc/self/fd')) == before

    def test_too_few_open_files_are_one_sentence(self, executor, record):
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        # Input, output and errors are open, so nothing else can be.
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
        try:
            with pytest.raises(SageIQError, match=r'\(Too many open files\): choose fewer'):
                self.run(executor, Tens(record), [1, 2])
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_no_workers_are_refused():
    with pytest.raises(SageIQError, match=r'^-1 workers do no work'):
        ProcessesExecutor(-1)


@pytest.fixture
def script(tmp_path):
    """Run a script in a group of its own until both its workers are in the middle of an item."""
    record = Record(tmp_path)
    environment = {**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, sys.path))}
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), str(tmp_path)],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    process.record = record
    try:
        wait_until(lambda: record.tries('hang') == 2, 'two workers are in the middle of an item')
        yield process
    finally:
        if group_of(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def group_of(leader):
    """List the processes that run in a group."""
    numbers = [int(path.name) for path in Path('/proc').iterdir() if path.name.isdigit()]
    return [number for number in numbers if runs(number) and group(number) == leader]


def group(number):
    try:
        return os.getpgid(number)
    except ProcessLookupError:
        return None


def test_the_script_has_two_workers(script):
    # The script, the tracker that multiprocessing starts with it, and the workers.
    assert len(group_of(script.pid)) == 4


def test_an_interrupted_parent_leaves_no_process(script):
    script.send_signal(signal.SIGINT)
    script.wait(PATIENCE_SECONDS)
    wait_until(lambda: not group_of(script.pid), 'no process of the group is left')


def test_ctrl_c_in_a_terminal_is_for_the_parent_alone(script):
    os.killpg(script.pid, signal.SIGINT)
    _, told = script.communicate(timeout=PATIENCE_SECONDS)
    assert told.count('KeyboardInterrupt') == 1
    wait_until(lambda: not group_of(script.pid), 'no process of the group is left')


def test_ctrl_c_does_not_reach_a_worker_that_is_not_ready_yet(script):
    assert script.record.lines('early') == ['held back', 'held back']


@pytest.mark.parametrize('sent', [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_parent_leaves_no_process(script, sent):
    script.send_signal(sent)
    script.wait(PATIENCE_SECONDS)
    wait_until(lambda: not group_of(script.pid), 'no process of the group is left')


def test_by_default_there_is_a_worker_for_each_processor_that_may_be_used():
    assert ProcessesExecutor().workers == len(os.sched_getaffinity(0))
    assert ProcessesExecutor(3).name == '3 processes of this machine'
