# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Fit NIQE's model of pristine pictures and write it as JSON, as the package ships it.

sageiq train niqe <folder of clean photographs> --out niqe_pristine.json
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sageiq_ros.types import Image

# Shrunk, so that what the camera's mosaic and the compression left behind is gone.
SCALES = (0.5, 0.35)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument('photos', type=Path, help='folder of clean, sharp photographs')
    parser.add_argument('--out', type=Path, required=True, metavar='FILE', help='file to write')
    parser.add_argument('--provenance', default='', help='whose pictures and their licences')


def run(args: argparse.Namespace) -> int:
    """Fit and write; returns 0."""
    import json

    from tqdm import tqdm

    from sageiq_ros.datasets.photos import list_pictures
    from sageiq_ros.output import check_writable
    from sageiq_ros.scorer.niqe import fit_pristine
    from sageiq_ros.types import SageIQError

    check_writable(args.out)
    paths = list_pictures(args.photos)
    try:
        model, patches = fit_pristine(shrunk(tqdm(paths, unit='picture', disable=None)))
    except ValueError as error:
        raise SageIQError(f'{args.photos} makes no model: {error}') from error
    content = {
        'provenance': args.provenance,
        'pictures': [path.name for path in paths],
        'scales': SCALES,
        'patches': patches,
        'mean': [round(float(value), 6) for value in model.mean],
        'covariance': [[float(f'{value:.6g}') for value in row] for row in model.covariance],
    }
    args.out.write_text(json.dumps(content, indent=1) + '\n', encoding='utf-8')
    print(f'{patches} patches of {len(paths)} pictures in {args.out}.')
    return 0


def shrunk(paths: Iterator[Path]) -> Iterator[Image]:
    """Read pictures and yield each at every scale."""
    import cv2

    from sageiq_ros.datasets.photos import read_picture

    for path in paths:
        picture = read_picture(path)
        for scale in SCALES:
            yield cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
