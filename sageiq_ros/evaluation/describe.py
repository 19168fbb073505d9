# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Describe the picture quality of images, or of a box in them, in words."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sageiq_ros.types import Box, Image


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``sageiq describe``."""
    parser.add_argument('image', nargs='+', type=Path, help='image files')
    parser.add_argument('--box', metavar='X,Y,W,H', help='pixels to describe; all without it')
    parser.add_argument(
        '--scorer',
        default='sageiq_m_nano',
        metavar='NAME',
        help='shipped scorer or store folder; models that can speak answer by themselves',
    )
    parser.add_argument('--question', default='', metavar='TEXT', help='asked of such a model')
    parser.add_argument('--seed', type=int, default=0, metavar='N', help='seed of such a model')
    parser.add_argument(
        '--dataset', default='', metavar='NAME', help='data set of the images, noted in FILE'
    )
    parser.add_argument('--threads', type=int, default=2, help='processor threads')
    parser.add_argument(
        '--json',
        type=Path,
        metavar='FILE',
        help='file to write one line an image to, as "sageiq experiment words" reads',
    )


def run(args: argparse.Namespace) -> int:
    """Print one description an image."""
    from sageiq_ros.config import ScorerConfig
    from sageiq_ros.datasets.photos import read_picture
    from sageiq_ros.geometry import cut
    from sageiq_ros.output import check_writable
    from sageiq_ros.scorer.build import build_scorer
    from sageiq_ros.scorer.measured import describer_of

    check_writable(args.json)
    scorer = build_scorer(args.scorer, args.threads)
    describer = describer_of(scorer, ScorerConfig())
    lines = []
    for path in args.image:
        image = read_picture(path)
        box = parse_box(args.box, image) if args.box is not None else None
        crop = image if box is None else cut(image, [box])[0]
        answer = describer.describe(crop, args.question, args.seed)
        print(answer if len(args.image) == 1 else f'{path}: {answer}')
        record = {
            'dataset': args.dataset,
            'name': path.name,
            'box': None if box is None else [box.x1, box.y1, box.x2, box.y2],
            'scorer': scorer.name,
            'question': args.question,
            'seed': args.seed,
            'answer': answer,
        }
        lines.append(json.dumps(record) + '\n')
    if args.json is not None:
        args.json.write_text(''.join(lines), encoding='utf-8')
    return 0


def parse_box(text: str, image: Image) -> Box:
    """Read x, y, width and height in whole pixels of an image.

    Raises SageIQError for anything else and for a box that is empty or leaves the image.
    """
    from sageiq_ros.quoting import quoted, shortened
    from sageiq_ros.types import Box, SageIQError

    try:
        x, y, w, h = (int(part) for part in text.split(','))
    except ValueError:
        raise SageIQError(
            f'--box takes x,y,w,h in whole pixels, as 10,20,200,100, not {quoted(text)}.'
        ) from None
    height, width = image.shape[:2]
    if min(x, y) < 0 or min(w, h) < 1 or x + w > width or y + h > height:
        raise SageIQError(
            f'The box {shortened(text)} is empty or leaves the image of {width}x{height} pixels.'
        )
    return Box(x, y, x + w, y + h)
