# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The options of a command that say where its work runs."""

from __future__ import annotations

import argparse

from sageiq_ros.executors.base import Executor
from sageiq_ros.executors.local import LocalExecutor
from sageiq_ros.executors.processes import ProcessesExecutor
from sageiq_ros.types import SageIQError


def add_options(parser: argparse.ArgumentParser, default: str = 'process') -> None:
    """Declare ``--executor``, ``--workers`` and ``--address``."""
    parser.add_argument(
        '--executor',
        choices=('process', 'processes', 'ray'),
        default=default,
        help=f'where the work runs: this process, processes of this machine, Ray ({default})',
    )
    parser.add_argument(
        '--workers',
        type=int,
        metavar='N',
        help='how many workers; without it one for each processor',
    )
    parser.add_argument(
        '--address',
        metavar='HOST:PORT',
        help="Ray's cluster, or auto for the one that runs on this machine; without it a Ray is "
        'started here',
    )


def executor_from(args: argparse.Namespace) -> Executor:
    """Return the executor that the options ask for.

    Raises SageIQError where they contradict each other or Ray is missing.
    """
    if args.workers is not None and args.workers < 1:
        raise SageIQError(f'--workers {args.workers} does no work: give 1 or more.')
    if args.workers is not None and args.executor == 'process':
        raise SageIQError(
            '--workers needs more than this process: add --executor processes or --executor ray.'
        )
    if args.address is not None and args.executor != 'ray':
        raise SageIQError('--address names a cluster of Ray: add --executor ray.')
    if args.executor == 'process':
        return LocalExecutor()
    if args.executor == 'processes':
        return ProcessesExecutor(args.workers)
    from sageiq_ros.executors.ray import RayExecutor

    return RayExecutor(args.workers, args.address)
