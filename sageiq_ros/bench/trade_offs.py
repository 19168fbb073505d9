# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Measure what a time budget, kept qualities and rounds of cameras buy, and what they cost."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sageiq_ros.bags.frames import Frame
    from sageiq_ros.config import PipelineConfig
    from sageiq_ros.pipeline import Pipeline
    from sageiq_ros.types import Assessment

BASELINE = 'everything scored'
# More triplets than by default, so that there is something to cut: 20 need up to 40 regions.
MAX_TRIPLETS = 20


@dataclass(frozen=True, slots=True)
class Way:
    """Name a way of running: the settings that differ, and the cameras of a round."""

    settings: Mapping[str, Any]
    cameras: int = 1


WAYS = {
    BASELINE: Way({}),
    'runtime.budget_ms 100': Way({'runtime.budget_ms': 100.0}),
    'runtime.budget_ms 75': Way({'runtime.budget_ms': 75.0}),
    'scorer.reuse_s 0.25': Way({'scorer.reuse_s': 0.25}),
    'scorer.reuse_s 0.5': Way({'scorer.reuse_s': 0.5}),
    'scorer.reuse_s 1.0': Way({'scorer.reuse_s': 1.0}),
    'scorer.reuse_s 0.5, reuse_iou 0.8': Way({'scorer.reuse_s': 0.5, 'scorer.reuse_iou': 0.8}),
    'camera.batch 2': Way({}, cameras=2),
    'camera.batch 3': Way({}, cameras=3),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq bench trade-offs``."""
    from sageiq_ros.bags.frames import SOURCE_HELP, STREET

    parser.add_argument('--input', default=STREET, help=f'{SOURCE_HELP} (default: {STREET})')
    parser.add_argument('--frames', type=int, default=90, metavar='N', help='most frames (90)')
    parser.add_argument('--repeats', type=int, default=3, metavar='N', help='turns of each (3)')
    parser.add_argument(
        '--max-triplets',
        type=int,
        default=MAX_TRIPLETS,
        metavar='N',
        help=f'analyzer.max_triplets ({MAX_TRIPLETS})',
    )
    parser.add_argument('--json', type=Path, metavar='FILE', help='keep every measurement')


def run(args: argparse.Namespace) -> int:
    """Measure in turns, print the table and keep the numbers."""
    from contextlib import closing

    from sageiq_ros.bags.sources import open_source
    from sageiq_ros.bench.machine import machine
    from sageiq_ros.config import PipelineConfig
    from sageiq_ros.output import check_writable
    from sageiq_ros.pipeline import build_pipeline
    from sageiq_ros.schema import updated
    from sageiq_ros.types import SageIQError

    if args.frames < 3 or args.repeats < 1:
        raise SageIQError('--frames must be at least 3 and --repeats at least 1.')
    check_writable(args.json)
    described = machine()
    config = updated(
        PipelineConfig(),
        {'analyzer.mode': 'prior', 'analyzer.max_triplets': args.max_triplets},
    )
    source = open_source(args.input, frames=args.frames)
    frames = list(source)
    if len(frames) < 3:
        raise SageIQError(f'{source.name} holds {len(frames)} frames; at least 3 are needed.')
    with closing(build_pipeline(config)) as pipeline:
        pipeline.warm_up()
        ways = measure(pipeline, config, frames, args.repeats)
    results = {
        'command': 'bench trade-offs',
        'input': source.name,
        'frames': len(frames),
        'repeats': args.repeats,
        'max_triplets': args.max_triplets,
        'machine': described,
        'ways': ways,
    }
    print('\n'.join(table(results)))
    if args.json is not None:
        args.json.write_text(json.dumps(results, indent=1) + '\n', encoding='utf-8')
    return 0


def measure(
    pipeline: Pipeline, config: PipelineConfig, frames: Sequence[Frame], repeats: int
) -> dict[str, Any]:
    """Assess the frames in turns in every way; ``faster`` pairs the turns of one repeat.

    One pass before the turns is not timed. Each repeat begins with another way, so that none
    always follows the same one.
    """
    from tqdm import tqdm

    from sageiq_ros.bench.timing import spread
    from sageiq_ros.schema import updated

    turns: dict[str, list[list[Assessment]]] = {name: [] for name in WAYS}
    seconds: dict[str, list[float]] = {name: [] for name in WAYS}
    names = list(WAYS)
    pipeline.config = config
    assess(pipeline, frames, WAYS[BASELINE].cameras)
    for repeat in tqdm(range(repeats), desc='measuring', unit='repeat', disable=None):
        first = repeat % len(names)
        for name in (*names[first:], *names[:first]):
            way = WAYS[name]
            pipeline.config = updated(config, way.settings)
            found, spent_s = assess(pipeline, frames, way.cameras)
            turns[name].append(found)
            seconds[name].append(spent_s)
    full = turns[BASELINE][0]
    return {
        name: {
            'faster': spread(
                [b / s for b, s in zip(seconds[BASELINE], seconds[name], strict=True)]
            ),
            'ms_a_frame': spread([1e3 * one / len(frames) for one in seconds[name]]),
            'ms_to_result': spread([x.timing.total_ms for found in runs for x in found]),
            **compare(full, [one for found in runs for one in found]),
        }
        for name, runs in turns.items()
    }


def assess(
    pipeline: Pipeline, frames: Sequence[Frame], cameras: int
) -> tuple[list[Assessment], float]:
    """Assess a drive in order of time, in rounds of ``cameras`` frames; return the seconds too.

    The frames of a round stand for those of several cameras: none keeps what another one saw.
    """
    from time import perf_counter

    from sageiq_ros.pipeline import View
    from sageiq_ros.scorer.reuse import KeptQualities

    kept = [KeptQualities() for _ in range(cameras)]
    found: list[Assessment] = []
    begin = perf_counter()
    for start in range(0, len(frames), cameras):
        found += pipeline.assess(
            View(frame.image, memory, 1e-9 * frame.stamp_ns)
            for frame, memory in zip(frames[start : start + cameras], kept, strict=False)
        )
    return found, perf_counter() - begin


def compare(full: Sequence[Assessment], found: Sequence[Assessment]) -> dict[str, float]:
    """Tell how far scores are from those of everything scored, and how much was left out.

    ``found`` may hold the frames of ``full`` several times over.
    """
    import numpy as np

    from sageiq_ros.types import Flag

    whole = [one for _ in range(len(found) // len(full)) for one in full]
    off = np.abs([a.score - b.score for a, b in zip(whole, found, strict=True)])
    return {
        'difference_mean': float(off.mean()),
        'difference_p95': float(np.percentile(off, 95)),
        'other_state': float(
            np.mean([a.state is not b.state for a, b in zip(whole, found, strict=True)])
        ),
        'cut': float(np.mean([Flag.BUDGET_CUT in one.flags for one in found])),
        'triplets': float(np.mean([len(one.triplets) for one in found])),
        'scored': float(
            np.mean([sum(region.age_s == 0.0 for region in one.regions) for one in found])
        ),
    }


def table(results: dict[str, Any]) -> list[str]:
    """Lay the results out as text, ratios first."""
    lines = [
        f'{results["frames"]} frames of {results["input"]}, up to {results["max_triplets"]} '
        f'triplets each, medians of {results["repeats"]} turns',
        f'  {"":34} {"faster":>7} {"ms/frame":>9} {"to result":>10} {"scored":>7} {"cut":>5} '
        f'{"score off by, mean (95 %)":>26} {"other state":>12}',
    ]
    for name, way in results['ways'].items():
        off = f'{way["difference_mean"]:.3f} ({way["difference_p95"]:.3f})'
        lines.append(
            f'  {name:34} {way["faster"]["median"]:6.2f}x {way["ms_a_frame"]["median"]:9.1f} '
            f'{way["ms_to_result"]["median"]:10.1f} {way["scored"]:7.1f} {way["cut"]:5.0%} '
            f'{off:>26} {way["other_state"]:12.1%}' + ('  (baseline)' if name == BASELINE else '')
        )
    return lines
