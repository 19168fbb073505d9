# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Score whole images, or boxes in them, with any scorer: a table, and JSON if asked for.

sageiq score frame.png --scorer niqe --boxes 100,200,160,90
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sageiq_ros.config import ScorerConfig

if TYPE_CHECKING:
    from sageiq_ros.types import Box, Quality

VALUES = ('score', 'p_good', 'p_average', 'p_poor')


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument('input', type=Path, help='image file, or a folder of them')
    parser.add_argument(
        '--scorer',
        default=ScorerConfig().engine,
        metavar='NAME',
        help='as scorer.engine: engine, brisque, niqe, pyiqa:<metric> or <module>:<class> '
        f'({ScorerConfig().engine})',
    )
    parser.add_argument(
        '--boxes',
        action='append',
        default=[],
        metavar='X,Y,W,H|FILE',
        help='score this box instead of whole images; or a .csv or .json file of boxes; repeats',
    )
    parser.add_argument('--threads', type=int, default=1, help='processor threads (1)')
    parser.add_argument('--json', type=Path, metavar='FILE', help='file to write all numbers to')


def run(args: argparse.Namespace) -> int:
    """Score, print a table, write the numbers; returns 1 where a file could not be scored."""
    from sageiq_ros.bags.files import IMAGE_SUFFIXES, FileSource, folder_source
    from sageiq_ros.evaluation.boxes import Boxes
    from sageiq_ros.geometry import cut
    from sageiq_ros.output import check_writable
    from sageiq_ros.scorer.build import build_scorer
    from sageiq_ros.types import Box, SageIQError

    check_writable(args.json)
    boxes = Boxes(args.boxes)
    if args.input.is_dir():
        source = folder_source(args.input)
    elif args.input.is_file() and args.input.suffix.lower() in IMAGE_SUFFIXES:
        source = FileSource(str(args.input), [args.input])
    else:
        raise SageIQError(f'{args.input} is neither an image file nor a folder of images.')
    boxes.check_names(path.name for path in source.paths)
    scorer = build_scorer(args.scorer, args.threads)
    rows: list[dict[str, Any]] = []
    faults: list[str] = []
    for frame in source:
        height, width = frame.image.shape[:2]
        chosen = boxes.of(frame.name)
        if boxes.none:
            chosen = [Box(0.0, 0.0, float(width), float(height))]
        if not chosen:
            continue
        outside = [box for box in chosen if box.x1 >= width or box.y1 >= height]
        if outside or any(box.x2 <= 0 or box.y2 <= 0 for box in chosen):
            faults.append(f'{frame.name} is {width}x{height} pixels; a box lies outside.')
            continue
        try:
            qualities = scorer.score(cut(frame.image, chosen))
        except SageIQError as error:
            # The others' scores may have taken hours.
            faults.append(f'{frame.name}: {error}')
            continue
        rows += [_row(frame.name, *pair) for pair in zip(chosen, qualities, strict=True)]
    print('\n'.join(table(scorer.name, rows)))
    if args.json is not None:
        content = json.dumps({'scorer': scorer.name, 'scores': rows}, indent=1)
        args.json.write_text(content + '\n', encoding='utf-8')
    for sentence in (*source.skipped, *faults):
        print(f'sageiq: skipped: {sentence}', file=sys.stderr)
    return 1 if source.skipped or faults else 0


def table(scorer: str, rows: list[dict[str, Any]]) -> list[str]:
    """Lay scores out as lines of text; what a scorer does not say is a dash."""
    wide = max([len(row['image']) for row in rows] + [len('image')])
    head = ('score', 'good', 'average', 'poor')
    lines = [scorer, f'{"image":{wide}}  {"x,y,w,h":22}' + ''.join(f'{name:>9}' for name in head)]
    for row in rows:
        box = ','.join(f'{value:g}' for value in row['box'])
        cells = ''.join(
            f'{"–":>9}' if row[name] is None else f'{row[name]:9.3f}' for name in VALUES
        )
        lines.append(f'{row["image"]:{wide}}  {box:22}{cells}')
    return lines


def _row(image: str, box: Box, quality: Quality) -> dict[str, Any]:
    values = {name: getattr(quality, name) for name in VALUES}
    return {
        'image': image,
        'box': [box.x1, box.y1, box.width, box.height],
        **{name: None if math.isnan(value) else float(value) for name, value in values.items()},
    }
