# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Measure the evaluation of a recorded drive: how much faster than real time, one process = 1."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sageiq_ros.evaluation.bag.run import BagRun
    from sageiq_ros.executors.base import Executor

BASELINE = 'this process'


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq bench bag``."""
    parser.add_argument(
        '--bag', type=Path, help='a bag (default: 100 frames of the rendered street at 10 Hz)'
    )
    parser.add_argument('--frames', type=int, default=100, metavar='N', help='most frames (100)')
    parser.add_argument('--repeats', type=int, default=3, metavar='N', help='turns of each (3)')
    parser.add_argument('--json', type=Path, metavar='FILE', help='keep every measurement')


def run(args: argparse.Namespace) -> int:
    """Measure in turns, print the table and keep the numbers; returns 1 where scores differ."""
    from tempfile import TemporaryDirectory

    from sageiq_ros.bench.machine import machine
    from sageiq_ros.output import check_writable
    from sageiq_ros.types import SageIQError

    if args.frames < 2 or args.repeats < 1:
        raise SageIQError('--frames must be at least 2 and --repeats at least 1.')
    check_writable(args.json)
    described = machine()
    with TemporaryDirectory(prefix='sageiq_bench_') as folder:
        bag = args.bag or rendered_drive(Path(folder), args.frames)
        results = measure(bag, args.frames, args.repeats, Path(folder) / 'results.csv')
    results |= {
        'command': 'bench bag',
        'drive': args.bag.name if args.bag else 'the rendered street, 960x540',
        'machine': described,
    }
    print('\n'.join(table(results)))
    if args.json is not None:
        args.json.write_text(json.dumps(results, indent=1) + '\n', encoding='utf-8')
    return 0 if results['scores_equal'] else 1


def rendered_drive(folder: Path, frames: int) -> Path:
    """Render the street into a bag of JPEG pictures."""
    from sageiq_ros.bags.make import make_bag
    from sageiq_ros.bags.rendered import StreetSource

    for _ in make_bag(StreetSource(frames), folder / 'street', compressed=True):
        pass
    return folder / 'street'


def measure(bag: Path, frames: int, repeats: int, table: Path) -> dict[str, Any]:
    """Evaluate a bag in turns by every executor; ``faster`` pairs the turns of one repeat."""
    from sageiq_ros.bench.timing import spread
    from sageiq_ros.executors.local import LocalExecutor
    from sageiq_ros.executors.processes import ProcessesExecutor

    processes = ProcessesExecutor()
    ways: dict[str, Executor] = {BASELINE: LocalExecutor(), processes.name: processes}
    turns: dict[str, list[BagRun]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, executor in ways.items():
            turns[name].append(evaluate(bag, frames, executor, table))
    base = turns[BASELINE]
    return {
        'frames': len(base[0].results),
        'repeats': repeats,
        'recorded_s': base[0].recorded_s,
        'scores_equal': len({scores(run) for runs in turns.values() for run in runs}) == 1,
        'ways': {
            name: {
                'real_time': spread([run.speed for run in runs]),
                'faster': spread(
                    [b.spent_s / run.spent_s for b, run in zip(base, runs, strict=True)]
                ),
                'spent_s': [run.spent_s for run in runs],
            }
            for name, runs in turns.items()
        },
    }


def evaluate(bag: Path, frames: int, executor: Executor, table: Path) -> BagRun:
    """Go through a bag as ``sageiq bag evaluate`` does, with the weights of the prior."""
    from contextlib import closing

    from sageiq_ros.config import PipelineConfig
    from sageiq_ros.evaluation.bag.frames import BagFrames
    from sageiq_ros.evaluation.bag.run import BagRun
    from sageiq_ros.evaluation.bag.work import AssessFrames
    from sageiq_ros.evaluation.results_table import ResultsTable
    from sageiq_ros.schema import updated

    config = updated(PipelineConfig(), {'analyzer.mode': 'prior'})
    with closing(ResultsTable(table)) as rows:
        run = BagRun(BagFrames(bag, frames=frames), rows)
        run.go(executor, AssessFrames.by(executor, config))
    return run


def scores(run: BagRun) -> tuple[float, ...]:
    """Return the scores of all frames to four digits, as the table holds them."""
    return tuple(round(result.score, 4) for result in run.results)


def table(results: dict[str, Any]) -> list[str]:
    """Lay the results out as text, ratios first."""
    lines = [
        f'{results["frames"]} frames of {results["drive"]}, {results["recorded_s"]:.1f} s '
        'recorded',
        f'  {"":32} {"faster":>8} {"real time":>11}  (10th to 90th)',
    ]
    for name, way in results['ways'].items():
        speed = way['real_time']
        lines.append(
            f'  {name:32} {way["faster"]["median"]:7.2f}x {speed["median"]:10.2f}x  '
            f'({speed["p10"]:.2f} to {speed["p90"]:.2f})'
            + ('  (baseline)' if name == BASELINE else '')
        )
    lines.append(f'  the scores are {"equal" if results["scores_equal"] else "NOT equal"}')
    return lines
