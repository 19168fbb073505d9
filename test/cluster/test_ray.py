# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Actors of Ray do the work as processes of this machine do."""

import sys
from types import ModuleType

import pytest
from executor_cases import WorkerProcessCases
from executor_jobs import Tens

from sageiq_ros.executors.ray import RayExecutor, joined
from sageiq_ros.executors.workplace import Workplace
from sageiq_ros.types import SageIQError

ray = pytest.importorskip('ray', reason='needs ray, which .venv-train has')


@pytest.fixture(scope='module', autouse=True)
def started():
    """Start Ray once; the executor uses the one that the process has joined."""
    with joined(None, 2):
        yield


class TestOnRay(WorkerProcessCases):
    @pytest.fixture
    def executor(self):
        return RayExecutor(2)

    def test_a_ray_that_was_there_before_stays(self, executor, record):
        self.run(executor, Tens(record), [1])
        assert ray.is_initialized()

    def test_a_killed_worker_is_told_in_a_short_sentence(self, executor, record):
        (done,) = self.run(executor, Tens(record), ['die'])
        assert done.error.startswith('A worker of Ray ended (ActorDiedError); ')

    def test_a_machine_without_this_package_is_told(self, executor, record, monkeypatch):
        module = ModuleType('only_here')
        module.Workplace = type('Workplace', (Workplace,), {'__module__': 'only_here'})
        monkeypatch.setitem(sys.modules, 'only_here', module)
        monkeypatch.setattr('sageiq_ros.executors.ray.Workplace', module.Workplace)
        with pytest.raises(SageIQError, match=r"\(ModuleNotFoundError: No module named 'only_her"):
            self.run(executor, Tens(record), [1])

    def test_by_default_every_processor_of_the_cluster_has_a_worker(self, record):
        self.run(RayExecutor(address='auto'), Tens(record), ['meet', 'meet'])
        assert len(record.workers) == 2

    def test_more_workers_than_processors_are_refused(self, record):
        with pytest.raises(SageIQError, match='has 2 processors, too few for 3 workers with 1'):
            self.run(RayExecutor(3), Tens(record), [1])
        with pytest.raises(SageIQError, match='has 2 processors, too few for 1 workers with 3'):
            self.run(RayExecutor(address='auto', cpus=3), Tens(record), [1])
        assert record.workers == []

    def test_a_cluster_that_has_no_machine_left_is_told(self, executor, record, monkeypatch):
        monkeypatch.setattr('sageiq_ros.executors.ray.POLL_S', 0.1)
        monkeypatch.setattr('sageiq_ros.executors.ray.LOST_S', 0.2)
        resources = ray.cluster_resources

        def without_machines():
            return {} if record.tries('hang') else resources()

        monkeypatch.setattr(ray, 'cluster_resources', without_machines)
        with pytest.raises(SageIQError, match=r'^The Ray cluster has had no machine that works'):
            self.run(executor, Tens(record), ['hang'])
