# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq experiment size-bias``: what a picture's size does to scores (Tables IV to VI)."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sageiq_ros.evaluation.size_bias.run import Plan, SizeBias

JSON_FILE, MARKDOWN_FILE, PAGE_FILE = 'size_bias.json', 'size_bias.md', 'size_bias.html'


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    from sageiq_ros.evaluation.size_bias.reduction import INTERPOLATIONS

    add = parser.add_argument
    add(
        '--scorer',
        action='append',
        default=[],
        metavar='NAME',
        help='scorer to measure: an engine, a store folder or a plug-in; repeatable',
    )
    add(
        '--group',
        action='append',
        default=[],
        metavar='NAME=FOLDER,FOLDER',
        help='engines of one network, as of several seeds: mean and deviation; repeatable',
    )
    add('--baseline', metavar='NAME', help='what the others are compared with (the first)')
    add('--ablate', metavar='NAME', help='scorer whose size modules are switched off in turn')
    add(
        '--ablation',
        action='append',
        default=[],
        metavar='MODULES=FOLDER,FOLDER',
        help='engines with just these of lsq, sfe, size_prompt (or none, all); repeatable',
    )
    add('--data', required=True, metavar='FOLDER,FOLDER', help='folders of pictures')
    add('--pictures', type=int, metavar='N', help='at most so many pictures, evenly by name')
    add(
        '--side',
        default='whole',
        metavar='PX..PX',
        help='cut to regions of such width and height, or whole (whole)',
    )
    add('--versions', type=int, help='samples of each picture (4; 1 if all would be equal)')
    add(
        '--degrade',
        choices=('random', 'none'),
        default='random',
        help='random kind and strength, or none where quality varies by itself (random)',
    )
    add(
        '--interpolation',
        choices=tuple(INTERPOLATIONS),
        default='area',
        help='how pictures are rescaled (area)',
    )
    add('--resamples', type=int, default=1000, help='resamples of the bootstrap (1000)')
    add('--examples', type=int, default=7, help='pictures in the figures, up to 12 (7)')
    add('--seed', type=int, default=7, help='of regions, degradations and resamples (7)')
    add('--threads', type=int, default=1, help='processor threads (1)')
    add('--backend', default='auto', help='what runs the engines (auto)')
    add('--out', type=Path, required=True, help='folder for numbers, table and page')


def run(args: argparse.Namespace) -> int:
    """Measure, print the table and write the three files."""
    import cv2
    from tqdm import tqdm

    from sageiq_ros.evaluation.size_bias import options
    from sageiq_ros.evaluation.size_bias.run import Plan, check_scorers, measure
    from sageiq_ros.output import check_out
    from sageiq_ros.scorer.base import RegionScorer
    from sageiq_ros.scorer.build import build_scorer

    options.check_numbers(args)
    scorers, baseline = options.wanted_scorers(args.scorer, args.group, args.baseline)
    plan = Plan(
        pictures=options.find_pictures(args.data, args.pictures),
        rule=options.draw_rule(args.side, args.versions, args.degrade, args.seed),
        interpolation=args.interpolation,
        resamples=args.resamples,
        examples=args.examples,
        scorers=scorers,
        baseline=baseline,
        ablate=args.ablate,
        ablation=options.wanted_ablation(args.ablation),
    )
    check_out(args.out)
    made = provenance(plan, args.command_line)
    cv2.setNumThreads(args.threads)

    def load(name: str) -> RegionScorer:
        return build_scorer(name, args.threads, args.backend)

    passes = check_scorers(plan, load)
    total = passes * len(plan.pictures) * plan.rule.versions
    with tqdm(total=total, desc='scoring', unit='sample') as bar:
        result = measure(plan, load, bar.update)
    for path in write(result, made, args.out):
        print(path)
    return 0


def write(result: SizeBias, made: dict[str, str], out: Path) -> list[Path]:
    """Write numbers, tables and page into the folder ``out``; return their paths.

    ``made`` is of :func:`provenance`; the scorers, known by now, are added to it.
    """
    from sageiq_ros.evaluation.size_bias.page import page
    from sageiq_ros.evaluation.size_bias.text import markdown, numbers

    made = {**made, 'scorers': ', '.join(f'{m.name}: {m.scorer}' for m in result.members())}
    texts = {
        JSON_FILE: json.dumps(numbers(result, made), indent=1, allow_nan=False) + '\n',
        MARKDOWN_FILE: markdown(result, made),
        PAGE_FILE: page(result, made),
    }
    for name, text in texts.items():
        (out / name).write_text(text, encoding='utf-8')
    print(texts[MARKDOWN_FILE])
    return [out / name for name in texts]


def provenance(plan: Plan, command: str) -> dict[str, str]:
    """Tell the command line, the data and the versions that a result comes from.

    Needs no result, so that a fault here shows before the work.
    """
    from sageiq_ros.datasets.degradations import DEGRADATIONS
    from sageiq_ros.evaluation.provenance import made_by

    folders = dict.fromkeys(str(path.parent) for path in plan.pictures)
    return {
        **made_by(command),
        'pictures': f'{len(plan.pictures)} of {", ".join(folders)}',
        'samples': plan.rule.describe(),
        'degradations': ', '.join(DEGRADATIONS) if plan.rule.degraded else 'none',
        'rescaling': f'OpenCV, interpolation "{plan.interpolation}"',
        'seed': str(plan.rule.seed),
        'resamples': f'{plan.resamples}, over pictures with all their versions',
    }
