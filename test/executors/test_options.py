# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The options of a command choose an executor, or say in a sentence why they cannot."""

import argparse
import sys
from types import ModuleType

import pytest

from sageiq_ros.executors.local import LocalExecutor
from sageiq_ros.executors.options import add_options, executor_from
from sageiq_ros.executors.processes import ProcessesExecutor
from sageiq_ros.types import SageIQError


def chosen(*options):
    parser = argparse.ArgumentParser()
    add_options(parser)
    return executor_from(parser.parse_args(options))


def test_without_options_the_work_stays_in_this_process():
    assert isinstance(chosen(), LocalExecutor)


def test_processes_can_be_counted():
    executor = chosen('--executor', 'processes', '--workers', '3')
    assert isinstance(executor, ProcessesExecutor) and executor.workers == 3


@pytest.mark.parametrize(
    ('options', 'name'),
    [
        (['--workers', '3'], 'Ray on this machine, 3 workers'),
        (['--address', 'auto'], 'Ray at auto, a worker for each processor'),
        (['--address', 'head:6379', '--workers', '8'], 'Ray at head:6379, 8 workers'),
    ],
)
def test_ray_can_be_here_or_elsewhere(monkeypatch, options, name):
    monkeypatch.setitem(sys.modules, 'ray', ModuleType('ray'))
    assert chosen('--executor', 'ray', *options).name == name


@pytest.mark.parametrize(
    ('options', 'said'),
    [
        (['--workers', '2'], r'add --executor processes or --executor ray\.$'),
        (['--executor', 'processes', '--workers', '0'], r'^--workers 0 does no work'),
        (['--executor', 'ray', '--workers', '-1'], r'^--workers -1 does no work'),
        (['--address', 'auto'], r'add --executor ray\.$'),
        (['--executor', 'processes', '--address', 'head:6379'], r'add --executor ray\.$'),
        (['--executor', 'ray', '--address', 'head'], r"^'head' is no address of Ray"),
        (['--executor', 'ray', '--address', 'ray://head:10001'], r'is no address of Ray'),
    ],
)
def test_options_that_make_no_sense_are_refused(options, said):
    with pytest.raises(SageIQError, match=said):
        chosen(*options)


def test_a_missing_ray_names_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, 'ray', None)
    with pytest.raises(SageIQError, match=r"run 'pip install \.\[ray\]' in the repository\.$"):
        chosen('--executor', 'ray')
