# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""``sageiq experiment similarity``: how alike data sets are to a network (Figs. 8 and 9)."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from sageiq_ros.evaluation.pages.blocks import Gallery, Section, Table

JSON_FILE = 'similarity.json'


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    from sageiq_ros.evaluation.similarity.divergence import KINDS, SIGNED
    from sageiq_ros.evaluation.similarity.measure import DIMENSIONS

    add = parser.add_argument
    add('--data', required=True, metavar='SETS', help='data sets, such as rendered,kitti:FOLDER')
    add_features(parser)
    add('--pictures', type=int, metavar='N', help='at most so many of each set, evenly by name')
    add(
        '--dimensions',
        type=int,
        default=DIMENSIONS,
        metavar='N',
        help=f'dimensions to project to ({DIMENSIONS})',
    )
    add(
        '--divergence',
        choices=KINDS,
        default=SIGNED,
        help='signed is defined for all features, literal is the paper as printed (signed)',
    )
    add('--seed', type=int, default=7, help='of the projection (7)')
    add('--threads', type=int, default=1, help='processor threads (1)')
    add('--out', type=Path, required=True, metavar='FOLDER', help='folder for the numbers')


def add_features(parser: argparse.ArgumentParser) -> None:
    """Declare ``--resnet50`` and ``--features``: what is compared, for ``build_extractor``."""
    from sageiq_ros.evaluation.similarity.features import SCENE_GRAPH, SUBSTITUTES

    features = parser.add_mutually_exclusive_group()
    features.add_argument(
        '--resnet50',
        type=Path,
        metavar='FILE',
        help="weights of the paper's network: torchvision's .pth or .safetensors, or .onnx",
    )
    features.add_argument(
        '--features',
        choices=SUBSTITUTES,
        default=SCENE_GRAPH,
        help='what stands in for ResNet-50 in Figs. 8 and 9 (scene-graph)',
    )


def run(args: argparse.Namespace) -> int:
    """Measure, print what was found and write ``similarity.json``."""
    from tqdm import tqdm

    from sageiq_ros.datasets.readers.open import parse_sets
    from sageiq_ros.evaluation.similarity.features import build_extractor
    from sageiq_ros.evaluation.similarity.measure import count_pictures, measure
    from sageiq_ros.evaluation.similarity.numbers import numbers
    from sageiq_ros.evaluation.similarity.section import section
    from sageiq_ros.output import check_out
    from sageiq_ros.types import SageIQError

    if args.threads < 1 or args.seed < 0:
        raise SageIQError('--threads must be at least 1 and --seed at least 0.')
    sets = parse_sets(args.data)
    extract = build_extractor(args.resnet50, args.features, args.threads)
    check_out(args.out)
    with tqdm(total=count_pictures(sets, args.pictures), unit='picture') as bar:
        found = measure(
            sets,
            extract,
            pictures=args.pictures,
            dimensions=args.dimensions,
            seed=args.seed,
            divergence=args.divergence,
            tick=bar.update,
        )
    print('\n'.join(lines(section(found))))
    content = {'command': args.command_line, **numbers(found)}
    path = args.out / JSON_FILE
    path.write_text(json.dumps(content, indent=1, allow_nan=False) + '\n', encoding='utf-8')
    print(path)
    return 0


def lines(section: Section) -> Iterator[str]:
    """Write a section for a terminal: charts as tables of their values, pictures left out."""
    from sageiq_ros.evaluation.pages.charts import values

    yield from section.text
    for block in section.blocks:
        if not isinstance(block, Gallery):
            yield from _table(block if isinstance(block, Table) else values(block))


def _table(table: Table) -> Iterator[str]:
    from sageiq_ros.evaluation.pages.text import cell_text

    texts = [table.heads, *(tuple(map(cell_text, row.cells)) for row in table.rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    yield f'\n{table.name}'
    for text in texts:
        aligned = (
            cell.ljust(width) if place < table.text_columns else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(text, widths, strict=True))
        )
        yield f'  {"  ".join(aligned)}'.rstrip()
    if table.note:
        yield f'  {table.note}'
