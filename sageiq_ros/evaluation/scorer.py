# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq evaluate scorer``: region scorers against full-reference quality on clean pictures."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sageiq_ros.types import Image, SageIQError


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument(
        '--scorer',
        action='append',
        metavar='NAME',
        help='scorer as in scorer.engine; repeat it to compare (default: sageiq_m_nano)',
    )
    parser.add_argument(
        '--photos', type=Path, help='folder of photographs; every fourth by name is used'
    )
    parser.add_argument(
        '--road', type=Path, nargs='*', default=[], help='folders of road pictures, all used'
    )
    parser.add_argument('--crops', type=int, default=1500, help='crops to correlate')
    parser.add_argument(
        '--least-side', type=int, default=16, help='smallest side of those crops in px (16)'
    )
    parser.add_argument('--ladders', type=int, default=20, help='strength ladders a degradation')
    parser.add_argument('--places', type=int, default=60, help='places of the size ladder')
    parser.add_argument('--seed', type=int, default=7, help='seed of crops and degradations')
    parser.add_argument('--threads', type=int, default=1, help='processor threads')
    parser.add_argument('--json', type=Path, help='file to write all numbers to')


def run(args: argparse.Namespace) -> int:
    """Measure every scorer on the same crops, print tables and write the numbers."""
    import cv2
    from tqdm import tqdm

    from sageiq_ros.datasets.labelled_crops import draw_crops
    from sageiq_ros.datasets.photos import list_pictures, split_pictures
    from sageiq_ros.evaluation.scorer_measures import agreement, monotonicity, size_invariance
    from sageiq_ros.output import check_writable
    from sageiq_ros.scorer.build import build_scorer

    check_writable(args.json)
    cv2.setNumThreads(args.threads)
    groups = [split_pictures(list_pictures(args.photos))[1]] if args.photos else []
    groups += [list_pictures(road) for road in args.road]
    if not groups:
        raise SageIQError('Name pictures to measure on with --photos or --road.')
    names = args.scorer or ['sageiq_m_nano']
    scorers = [build_scorer(name, args.threads) for name in names]
    shares = [1.0] * len(groups)
    drawn = draw_crops(groups, shares, args.crops, args.seed, least_side=args.least_side)
    samples = list(tqdm(drawn, total=args.crops, desc='degrading crops', unit='crop'))
    pictures = [picture for group in groups for picture in group]
    result: dict[str, Any] = {
        'pictures': {str(group[0].parent.name): len(group) for group in groups},
        'seed': args.seed,
        'least_side_px': args.least_side,
        'scorers': {},
    }
    for name, scorer in zip(names, scorers, strict=True):

        def score(crops: Sequence[Image], scorer: Any = scorer) -> list[float]:
            return [quality.score for quality in scorer.score(crops)]

        result['scorers'][name] = {
            'scorer': scorer.name,
            'agreement': agreement(samples, score([sample.image for sample in samples])),
            'monotonicity': monotonicity(pictures, score, args.ladders, args.seed),
            'size_invariance': size_invariance(pictures, score, args.places, args.seed),
        }
        print('\n'.join([*table(result['scorers'][name]), '']))
    if len(names) > 1:
        print('\n'.join(comparison(result['scorers'])))
    if args.json is not None:
        args.json.write_text(json.dumps(result, indent=2) + '\n', encoding='utf-8')
    return 0


def table(result: dict[str, Any]) -> list[str]:
    """Lay the numbers of one scorer out as lines of text."""
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
        f'size alone moves the mean score by {sizes["spread_of_means"]:.3f}; one place cut to '
        f'16..512 px moves by {sizes["spread_mean"]:.3f} on average, {sizes["spread_p95"]:.3f} '
        'at the 95th percentile'
    )
    return lines


def comparison(results: dict[str, Any]) -> list[str]:
    """Lay the rank correlations of all scorers side by side."""
    kinds = list(next(iter(results.values()))['agreement']['by_degradation'])
    width = max(12, *(len(name) + 2 for name in results))
    lines = [f'{"SRCC":22}' + ''.join(f'{name:>{width}}' for name in results)]
    for kind in ('all', *kinds):
        found = []
        for result in results.values():
            agreement = result['agreement']
            row = agreement if kind == 'all' else agreement['by_degradation'][kind]
            found.append(f'{row["srcc"]:{width}.3f}')
        lines.append(f'{kind:22}' + ''.join(found))
    return lines
