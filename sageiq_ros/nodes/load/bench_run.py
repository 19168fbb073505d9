# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The parts of ``sageiq bench node``, one after the other."""

from __future__ import annotations

import argparse
from functools import partial
from typing import Any

from tqdm import tqdm

from sageiq_ros.bench.machine import machine
from sageiq_ros.config import Config
from sageiq_ros.nodes.load.one_camera import measure_one_camera
from sageiq_ros.nodes.load.own_cost import measure_own_cost
from sageiq_ros.nodes.load.several_cameras import measure_several_cameras
from sageiq_ros.nodes.load.surroundings import load_frames, ros
from sageiq_ros.schema import load_yaml


def bench_node(args: argparse.Namespace) -> dict[str, Any]:
    """Measure the parts that are asked for; returns every single measurement."""
    config = load_yaml(Config(), args.config) if args.config else Config()
    described = machine()
    frames = load_frames(args.input)
    height, width = frames[0].image.shape[:2]
    one_turn = partial(
        measure_one_camera, frames, config, args.config, turn_s=args.turn, rate_hz=args.rate
    )
    parts = {
        'one': lambda: [one_turn() for _ in range(args.repeats)],
        'own': lambda: measure_own_cost(frames, config, args.config, repeats=args.repeats),
        'several': lambda: measure_several_cameras(
            frames,
            args.config,
            cameras=args.cameras,
            size=args.size,
            rate_hz=args.rate,
            seconds=args.seconds,
        ),
    }
    with ros(), tqdm(args.parts, desc='measuring', unit='part', disable=None) as bar:
        measured = {part: parts[part]() for part in bar}
    return {
        'command': args.command_line,
        'machine': described,
        'input': {'source': args.input, 'width': width, 'height': height},
        **measured,
    }
