# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Build a SageIQ-D, the paper's test set of clear regions in degraded pictures."""

from __future__ import annotations

import argparse
from pathlib import Path

FORMATS = ('mcap', 'sqlite3')


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq dataset build``."""
    from sageiq_ros.datasets.readers.open import SETS_HELP
    from sageiq_ros.executors.options import add_options
    from sageiq_ros.sageiq_d.degradations import DEGRADATIONS, PAPER_SEVEN
    from sageiq_ros.sageiq_d.hybrid import DEFAULT_BOXES, LEAST_SIDE_PX, MOST_BOXES

    add = parser.add_argument
    add('--data', required=True, metavar='SET,SET', help=SETS_HELP)
    add('--out', type=Path, required=True, metavar='FOLDER', help='folder of the set')
    add(
        '--degradations',
        default=','.join(PAPER_SEVEN),
        metavar='NAME,NAME',
        help=f'of {", ".join(DEGRADATIONS)} (all but none)',
    )
    add(
        '--boxes',
        type=int,
        default=DEFAULT_BOXES,
        metavar='N',
        help=f'most regions of a picture, the largest, 1 to {MOST_BOXES} ({DEFAULT_BOXES})',
    )
    add(
        '--least-side',
        type=int,
        default=LEAST_SIDE_PX,
        metavar='PX',
        help=f'least width and height of a region ({LEAST_SIDE_PX})',
    )
    add('--scorer', default='sageiq_m_nano', metavar='NAME', help='what scores the regions')
    add('--images', type=int, metavar='N', help='at most so many pictures of a set, evenly')
    add('--seed', type=int, default=0, help='of the noises (0)')
    add('--bag', choices=FORMATS, help='write a rosbag2 of camera and label topics, too')
    add_options(parser)


def run(args: argparse.Namespace) -> int:
    """Build, or go on where an earlier run was stopped, and tell what came of it."""
    from tqdm import tqdm

    from sageiq_ros.datasets.readers.open import parse_sets
    from sageiq_ros.executors.options import executor_from
    from sageiq_ros.sageiq_d.builder import build
    from sageiq_ros.sageiq_d.hybrid import BoxRule
    from sageiq_ros.sageiq_d.plan import Plan, choose_keys, describe_source
    from sageiq_ros.sageiq_d.work import BuildJob
    from sageiq_ros.scorer.identity import weights_digest

    executor = executor_from(args)
    sets = {data.name: data for data in parse_sets(args.data)}
    keys = {name: choose_keys(data, args.images) for name, data in sets.items()}
    plan = Plan(
        sources=tuple(describe_source(sets[name], keys[name]) for name in sets),
        degradations=tuple(args.degradations.split(',')),
        boxes=BoxRule(args.boxes, args.least_side),
        scorer=Path(args.scorer).name,
        scorer_digest=weights_digest(args.scorer),
        seed=args.seed,
    )
    job = BuildJob(sets, plan.degradations, plan.boxes, args.scorer, plan.seed)
    with tqdm(total=sum(map(len, keys.values())), unit='picture', disable=None) as bar:
        built = build(args.out, plan, job, keys, executor, bar.update, args.bag)
    for left_out in built.skipped:
        print(f'left out: {left_out["dataset"]} {left_out["key"]}: {left_out["reason"]}')
    pictures = len({(row['dataset'], row['key']) for row in built.rows})
    print(
        f'{args.out}: {len(built.rows)} hybrids of {pictures} pictures, {len(built.skipped)} '
        'pictures left out.'
    )
    return 0
