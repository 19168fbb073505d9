# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Measure executors: pictures a second of SageIQ-P's evaluation, one worker = 1."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sageiq_ros.executors.base import Executor
    from sageiq_ros.experiments.work import Row

WORKERS = 2


@dataclass(frozen=True, slots=True)
class Turn:
    """Hold one run: pictures a second from the second result on, and the seconds in all."""

    per_second: float
    seconds: float
    rows: list[Row]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq bench executors``."""
    parser.add_argument(
        '--pictures', type=int, default=40, metavar='N', help='rendered streets (40)'
    )
    parser.add_argument('--repeats', type=int, default=3, metavar='N', help='turns of each (3)')
    parser.add_argument('--json', type=Path, metavar='FILE', help='keep every measurement')


def run(args: argparse.Namespace) -> int:
    """Measure in turns, print the table and keep the numbers; returns 1 where they differ."""
    from sageiq_ros.bench.machine import machine
    from sageiq_ros.bench.timing import spread
    from sageiq_ros.output import check_writable
    from sageiq_ros.types import SageIQError

    if args.pictures <= WORKERS or args.repeats < 1:
        raise SageIQError(f'--pictures must be above {WORKERS} and --repeats at least 1.')
    check_writable(args.json)
    described = machine()
    names = [
        kind
        for kind in ('processes', 'ray')
        if kind == 'processes' or find_spec('ray') is not None
    ]
    turns: dict[str, list[Turn]] = {}
    for _ in range(args.repeats):
        for kind in names:
            for workers in (1, WORKERS):
                turn = measure(executor(kind, workers), args.pictures)
                turns.setdefault(f'{kind} {workers}', []).append(turn)
    # As text, since what is not defined is NaN and equals nothing.
    equal = len({repr(turn.rows) for found in turns.values() for turn in found}) == 1
    found = {
        name: {
            'per_second': spread([turn.per_second for turn in rows]),
            'faster': spread(
                [
                    turn.per_second / base.per_second
                    for turn, base in zip(rows, turns[f'{name.split()[0]} 1'], strict=True)
                ]
            ),
            'seconds': spread([turn.seconds for turn in rows]),
        }
        for name, rows in turns.items()
    }
    results: dict[str, Any] = {
        'command': 'bench executors',
        'settings': {'pictures': args.pictures, 'repeats': args.repeats},
        'machine': described,
        'numbers_equal': equal,
        'executors': found,
    }
    print('\n'.join(table(results)))
    if args.json is not None:
        args.json.write_text(json.dumps(results, indent=1) + '\n', encoding='utf-8')
    return 0 if equal else 1


def executor(kind: str, workers: int) -> Executor:
    """Return an executor of so many workers on this machine."""
    if kind == 'ray':
        from sageiq_ros.executors.ray import RayExecutor

        return RayExecutor(workers)
    from sageiq_ros.executors.processes import ProcessesExecutor

    return ProcessesExecutor(workers)


def measure(executor: Executor, pictures: int) -> Turn:
    """Judge rendered streets under all seven degradations with nothing known before.

    The rate is from the second result on, so that starting workers and loading their engines
    count for little. Raises SageIQError where a street could not be judged.
    """
    from tempfile import TemporaryDirectory

    from sageiq_ros.config import PipelineConfig
    from sageiq_ros.datasets.readers.rendered import RenderedStreets
    from sageiq_ros.experiments.conditions import FIG_11
    from sageiq_ros.experiments.run import list_items
    from sageiq_ros.experiments.work import AssessJob
    from sageiq_ros.sageiq_d.hybrid import BoxRule
    from sageiq_ros.schema import updated
    from sageiq_ros.types import SageIQError

    streets = RenderedStreets(pictures)
    with TemporaryDirectory(prefix='sageiq_bench_') as folder:
        job = AssessJob(
            sets={streets.name: streets},
            scorers={'SageIQ-M nano': 'sageiq_m_nano'},
            experiments=frozenset({FIG_11}),
            main='',
            detector='',
            config=updated(PipelineConfig(), {'runtime.threads': 1, 'analyzer.mode': 'prior'}),
            boxes=BoxRule(),
            seed=0,
            cache=Path(folder) / 'scores.sqlite3',
        )
        items = list_items(job, {streets.name: streets.keys()})
        rows: dict[int, list[Row]] = {}
        times = []
        begun = perf_counter()
        for outcome in executor.run(job, items):
            times.append(perf_counter())
            if outcome.value is None:
                raise SageIQError(f'{items[outcome.index].key} was not judged: {outcome.error}')
            rows[outcome.index] = outcome.value
        ended = perf_counter()
    steady = times[WORKERS - 1 :]
    return Turn(
        per_second=(len(steady) - 1) / (steady[-1] - steady[0]),
        seconds=ended - begun,
        rows=[row for index in sorted(rows) for row in rows[index]],
    )


def table(results: dict[str, Any]) -> list[str]:
    """Lay the results out as text, ratios first."""
    lines = [
        f'{results["settings"]["pictures"]} rendered streets, seven degradations, without and '
        'with SageIQ-P',
        f'  {"workers":14} {"faster":>8} {"pictures/s":>11} {"seconds":>9}',
    ]
    for name, row in results['executors'].items():
        mark = '  (baseline)' if name.endswith(' 1') else ''
        lines.append(
            f'  {name:14} {row["faster"]["median"]:7.2f}x {row["per_second"]["median"]:11.2f} '
            f'{row["seconds"]["median"]:9.1f}{mark}'
        )
    if not any(name.startswith('ray') for name in results['executors']):
        lines.append('  Ray is not installed; run the command by .venv-train/bin/sageiq.')
    equal = 'equal' if results['numbers_equal'] else 'NOT equal'
    lines.append(f'  the numbers of all of them are {equal}')
    return lines
