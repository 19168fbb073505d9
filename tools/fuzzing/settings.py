# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters: files of them, and values set one by one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from fuzzing.files import in_file
from fuzzing.mutators import decoded, encoded, mutate_json, mutate_text
from fuzzing.target import Run, Target
from sageiq_ros.config import Config
from sageiq_ros.gate.config import GateConfig
from sageiq_ros.schema import load_yaml, settings, updated

_FILES = (
    b'/**:\n  ros__parameters:\n    analyzer: {min_weight: 7.0, query: parking}\n'
    b'    cameras: [/front/image_raw, /rear/image_raw/compressed]\n    scorer.good: 1\n',
    b'sageiq:\n  sageiq_node:\n    ros__parameters:\n      runtime:\n        threads: 2\n'
    b'      camera: {max_rate: [5.0], good: [0.5]}\n',
    b'/sageiq/sageiq_node:\n  ros__parameters:\n    scorer: &a {good: 0.7, poor: 0.2}\n'
    b'    autostart: true # as ever\n    analyzer: {mode: prior, memo: "~/memo"}\n',
)


def _load(path: Path) -> str:
    loaded = load_yaml(Config(), path)
    return str([name for (name, value, _), (_, default, _) in zip(
        settings(loaded), settings(Config()), strict=True) if value != default])  # fmt: skip


def _values(defaults: Any, data: bytes) -> str:
    try:
        changes = json.loads(decoded(data))
    except (ValueError, RecursionError):
        return 'no JSON'
    if not isinstance(changes, dict):
        return 'no object'
    changed = updated(defaults, changes)
    assert updated(changed, {name: value for name, value, _ in settings(changed)}) == changed
    return 'values'


def _one_by_one(defaults: Any, folder: Path) -> tuple[Sequence[bytes], Run]:
    whole = {name: value for name, value, _ in settings(defaults)}
    seeds = [encoded(json.dumps(item)) for item in (whole, *({k: v} for k, v in whole.items()))]
    return seeds, partial(_values, defaults)


TARGETS = (
    Target('parameter file', in_file('parameters.yaml', _FILES, _load), mutate_text, 6_000),
    Target('parameter values', partial(_one_by_one, Config()), mutate_json, 8_000),
    Target("gate's parameter values", partial(_one_by_one, GateConfig()), mutate_json, 4_000),
)
