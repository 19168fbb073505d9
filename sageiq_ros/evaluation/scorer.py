# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq evaluate scorer``: a region scorer against full-reference quality on clean pictures."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument('--engine', default='sageiq_m_nano', help='engine name or store folder')
    parser.add_argument(
        '--photos', type=Path, help='folder of photographs; every fourth by name is used'
    )
    parser.add_argument(
        '--road', type=Path, nargs='*', default=[], help='folders of road pictures, all used'
    )
    parser.add_argument('--crops', type=int, default=1500, help='crops to correlate')
    parser.add_argument('--ladders', type=int, default=20, help='strength ladders a degradation')
    parser.add_argument('--places', type=int, default=60, help='places of the size ladder')
    parser.add_argument('--seed', type=int, default=7, help='seed of crops and degradations')
    parser.add_argument('--threads', type=int, default=1, help='processor threads')
    parser.add_argument('--json', type=Path, help='file to write all numbers to')


def run(args: argparse.Namespace) -> int:
    """Measure, print a table and write the numbers."""
    import cv2
    from tqdm import tqdm

    from sageiq_ros.datasets.labelled_crops import draw_crops
    from sageiq_ros.datasets.photos import list_pictures, split_pictures
    from sageiq_ros.evaluation.scorer_measures import agreement, monotonicity, size_invariance
    from sageiq_ros.scorer.build import build_scorer
    from sageiq_ros.types import Image, SageIQError

    cv2.setNumThreads(args.threads)
    groups = [split_pictures(list_pictures(args.photos))[1]] if args.photos else []
    groups += [list_pictures(road) for road in args.road]
    if not groups:
        raise SageIQError('Name pictures to measure on with --photos or --road.')
    scorer = build_scorer(args.engine, args.threads)

    def score(crops: list[Image]) -> list[float]:
        return [quality.score for quality in scorer.score(crops)]

    drawn = draw_crops(groups, [1.0] * len(groups), args.crops, args.seed)
    samples = list(tqdm(drawn, total=args.crops, desc='degrading crops', unit='crop'))
    scores = score([sample.image for sample in samples])
    pictures = [picture for group in groups for picture in group]
    result = {
        'scorer': scorer.name,
        'pictures': {str(group[0].parent.name): len(group) for group in groups},
        'seed': args.seed,
        'agreement': agreement(samples, scores),
        'monotonicity': monotonicity(pictures, score, args.ladders, args.seed),
        'size_invariance': size_invariance(groups[0], score, args.places, args.seed),
    }
    print('\n'.join(table(result)))
    if args.json is not None:
        args.json.write_text(json.dumps(result, indent=2) + '\n', encoding='utf-8')
    return 0


def table(result: dict[str, Any]) -> list[str]:
    """Lay the numbers out as lines of text."""
    agreement, falls = result['agreement'], result['monotonicity']
    lines = [f'{result["scorer"]}', f'{"":22}{"SRCC":>8}{"PLCC":>8}{"error":>8}{"crops":>7}']
    rows = {
        'all': agreement,
        **agreement['by_degradation'],
        **{f'side {name} px': row for name, row in agreement['by_smaller_side_px'].items()},
    }
    for name, row in rows.items():
        numbers = f'{row["srcc"]:8.3f}{row["plcc"]:8.3f}{row["mean_error"]:8.3f}'
        lines.append(f'{name:22}{numbers}{row["crops"]:7d}')
    lines.append(f'steps that lower the score: {falls["falling_steps"]:.1%} of {falls["steps"]}')
    lines += [f'  {kind:20}{share:8.1%}' for kind, share in falls['by_degradation'].items()]
    sizes = result['size_invariance']
    by_side = ', '.join(
        f'{side} px {score:.3f}' for side, score in sizes['mean_score_by_side_px'].items()
    )
    lines.append(f'mean score of sharp crops by side: {by_side}')
    lines.append(
        f'one place cut to 16..512 px: score moves by {sizes["spread_mean"]:.3f} on average, '
        f'{sizes["spread_p95"]:.3f} at the 95th percentile'
    )
    return lines
