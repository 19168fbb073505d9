# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The file of a soak, whole at every moment: a soak that is killed leaves its samples."""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sageiq_ros.bench.machine import machine
from sageiq_ros.nodes.load.soak_run import Soak
from sageiq_ros.nodes.load.verdict import judge, outcome

FRAMES = ('sent', 'broken', 'missed', 'overlays')


class SoakFile:
    """Write a soak's settings, samples and verdict, over and over, where a file is wanted."""

    def __init__(self, args: argparse.Namespace) -> None:
        self._path: Path | None = args.json
        self._head = {
            'command': args.command_line,
            'machine': machine(),
            'settings': {
                'input': args.input,
                'cameras': args.cameras,
                'size': list(args.size),
                'rate_hz': args.rate,
                'seconds': args.seconds,
            },
        }

    def keep(self, soak: Soak) -> None:
        """Write what there is so far in place of what was there before."""
        if self._path is None:
            return
        judgements = judge(soak.tally)
        content = {
            **self._head,
            'outcome': outcome(judgements),
            'verdict': [asdict(judgement) for judgement in judgements],
            'remarks': soak.tally.remarks(),
            'conditions': {name: tally.summary() for name, tally in soak.tally.conditions.items()},
            'frames': {name: getattr(soak.tally, name) for name in FRAMES},
            'longest_wait_s': soak.tally.gaps.longest_s,
            'samples': soak.rows,
        }
        part = self._path.with_name(f'{self._path.name}.part')
        text = json.dumps(without_nan(content), indent=1, allow_nan=False)
        part.write_text(text + '\n', encoding='utf-8')
        part.replace(self._path)


def without_nan(value: Any) -> Any:
    """Return a value of JSON's kinds with None, JSON's null, for each NaN in it."""
    if isinstance(value, dict):
        return {key: without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_nan(item) for item in value]
    return None if isinstance(value, float) and math.isnan(value) else value
