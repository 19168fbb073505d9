# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Measure how often the words for measured faults fall where they belong, and where not."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sageiq_ros.types import SageIQError

# Streets of these seeds only; no other room uses them.
FIRST_STREET = {'tuning': 400_000, 'reporting': 500_000}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq evaluate words``."""
    parser.add_argument(
        '--split',
        choices=tuple(FIRST_STREET),
        default='reporting',
        help='pictures that thresholds were chosen on, or the others (default)',
    )
    parser.add_argument(
        '--photos', type=Path, metavar='DIR', help='photographs; every fourth by name reports'
    )
    parser.add_argument(
        '--road',
        type=Path,
        nargs='*',
        default=[],
        metavar='DIR',
        help='folders of road pictures; every n-th by name is used, with n such that there are '
        'about as many as --crops',
    )
    parser.add_argument('--streets', type=int, default=20, metavar='N', help='rendered streets')
    parser.add_argument('--crops', type=int, default=80, help='crops of every group of pictures')
    parser.add_argument('--seed', type=int, default=7, help='seed of crops and degradations')
    parser.add_argument('--json', type=Path, metavar='FILE', help='file to write all numbers to')


def run(args: argparse.Namespace) -> int:
    """Measure, print a table and write the numbers."""
    import numpy as np

    from sageiq_ros.datasets.photos import (
        HOLD_OUT_EVERY,
        list_pictures,
        read_picture,
        split_pictures,
    )
    from sageiq_ros.datasets.rendered import labelled_street
    from sageiq_ros.evaluation.word_measures import clean_crops, word_shares
    from sageiq_ros.output import check_writable

    check_writable(args.json)
    for option in ('streets', 'crops'):
        if getattr(args, option) < 1:
            raise SageIQError(f'--{option} must be at least 1.')
    roads = road_folders(args.road)
    first = FIRST_STREET[args.split]
    groups = {'street': [labelled_street(first + n)[0] for n in range(args.streets)]}
    if args.photos is not None:
        parts = split_pictures(list_pictures(args.photos))
        chosen = parts[args.split == 'reporting']
        if not chosen:
            raise SageIQError(
                f'{args.photos} holds too few photographs to split; put at least '
                f'{HOLD_OUT_EVERY} there.'
            )
        groups['photos'] = [read_picture(path) for path in chosen]
    for name, folder in roads.items():
        every = max(1, len(list_pictures(folder)) // args.crops)
        pictures = list_pictures(folder)[::every]
        groups[name] = [read_picture(path) for path in pictures]
    rng = np.random.default_rng(args.seed)
    crops = {name: clean_crops(pictures, args.crops, rng) for name, pictures in groups.items()}
    if not any(crops.values()):
        raise SageIQError('The pictures have no sharp place to cut a crop from; take others.')
    result = {
        'split': args.split,
        'seed': args.seed,
        'pictures': {name: len(pictures) for name, pictures in groups.items()},
        'crops': {name: len(found) for name, found in crops.items()},
        **word_shares(crops, args.seed),
    }
    print('\n'.join(table(result)))
    if args.json is not None:
        text = json.dumps(result, indent=2, allow_nan=False) + '\n'
        args.json.write_text(text, encoding='utf-8')
    return 0


def road_folders(folders: Sequence[Path]) -> dict[str, Path]:
    """Name folders by their last two parts; raises SageIQError where two names are equal."""
    named: dict[str, Path] = {}
    for folder in folders:
        whole = folder.absolute()
        name = f'{whole.parent.name}/{whole.name}'
        if name in named:
            raise SageIQError(
                f'{named[name]} and {folder} would both be called {name}; rename or leave out one.'
            )
        named[name] = folder
    return named


def table(result: dict[str, Any]) -> list[str]:
    """Lay the numbers out as lines of text."""
    from sageiq_ros.evaluation.word_measures import STRENGTHS, WORDS

    crops = ', '.join(f'{count} {name}' for name, count in result['crops'].items())
    head = ''.join(f'{strength:>8}' for strength in STRENGTHS)
    lines = [f'{result["split"]}: crops: {crops}', '', f'{"degradation: word":38}{head}']
    for row in result['right']:
        label = f'{row["degradation"]}: {" or ".join(row["words"])}'
        lines.append(f'{label:38}' + ''.join(f'{share:8.0%}' for share in row['shares']))
    clean = result['clean']
    lines += ['', f'{"word on clean crops":38}' + ''.join(f'  {name}' for name in clean)]
    for word in (*WORDS, 'any'):
        shares = ''.join(f'  {_percent(group[word], len(name))}' for name, group in clean.items())
        lines.append(f'{word:38}{shares}')
    return lines


def _percent(share: float | None, width: int) -> str:
    return f'{"-":>{width}}' if share is None else f'{share:{width}.1%}'
