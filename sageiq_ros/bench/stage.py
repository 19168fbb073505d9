# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Speed of the shipped stage 1: its engine on every CPU backend, the whole stage, its looks."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sageiq_ros.bench.loads import load_network, load_onnx, load_stage
from sageiq_ros.bench.runner import Load, Runner
from sageiq_ros.bench.timing import Turns, fastest, interleave, summary
from sageiq_ros.engines.manifest import Manifest
from sageiq_ros.engines.store import find_engine, fit_backends, read_manifest, verified_model
from sageiq_ros.types import Image

CPU_BACKENDS = ('openvino', 'onnxruntime', 'torch')
MOST_LOOKS = 5


@dataclass(frozen=True, slots=True)
class Settings:
    """Say how long to measure and on how many processor threads."""

    repeats: int
    seconds: float
    threads: int


def measure(
    loads: dict[str, Load],
    settings: Settings,
    title: str,
    *,
    baselines: Sequence[str],
) -> dict[str, Any]:
    """Time ways of running by turns, each in its own process.

    Returns ``baseline``, the fastest of ``baselines``, and ``runners``: what ``timing.summary``
    tells of each, with ``load_s`` and ``peak_mb``.
    """
    with ExitStack() as stack:
        runners = [stack.enter_context(Runner(name, load)) for name, load in loads.items()]
        turns: Turns = interleave(runners, settings.repeats, settings.seconds, title)
        held = {
            runner.name: {'load_s': runner.load_s, 'peak_mb': runner.peak_mb()}
            for runner in runners
        }
    baseline = fastest(turns, baselines)
    found = summary(turns, baseline)
    return {
        'baseline': baseline,
        'runners': {name: {**found[name], **held[name]} for name in loads},
    }


def nano(
    engine: str, detector: Path | None, images: list[Image], settings: Settings
) -> dict[str, Any]:
    """Measure an engine alone on each CPU backend there is, the whole stage, and a detector.

    The detector is a yardstick of the machine: any ONNX file, run by OpenVINO on noise.
    """
    manifest, size = described(engine)
    fit = [name for name in fit_backends(manifest) if name in CPU_BACKENDS]
    present = [name for name in fit if find_spec(name) is not None]
    alone = {
        f'engine, {backend}': partial(load_network, engine, backend, settings.threads, images[0])
        for backend in present
    }
    loads: dict[str, Load] = {
        **alone,
        'stage 1': partial(load_stage, engine, settings.threads, 1, images),
    }
    if detector is not None:
        loads[f'yardstick, {detector.stem}'] = partial(load_onnx, detector, settings.threads)
    # The first is what a node runs by default.
    found = measure(loads, settings, 'nano', baselines=list(loads)[:1])
    return {
        'engine': size,
        'not_installed': [name for name in fit if name not in present],
        **found,
    }


def looks(engine: str, images: list[Image], settings: Settings) -> dict[str, Any]:
    """Measure stage 1 with one look at a frame and with all looks."""
    _, size = described(engine)
    names = {1: 'stage 1, 1 look', MOST_LOOKS: f'stage 1, {MOST_LOOKS} looks'}
    loads: dict[str, Load] = {
        name: partial(load_stage, engine, settings.threads, count, images)
        for count, name in names.items()
    }
    found = measure(loads, settings, 'looks', baselines=[names[1]])
    slower = 1.0 / found['runners'][names[MOST_LOOKS]]['faster']['median']
    return {'engine': size, 'latency_ratio': slower, **found}


def described(engine: str) -> tuple[Manifest, dict[str, Any]]:
    """Return an engine's manifest and what identifies it in a result."""
    folder = find_engine(engine)
    manifest = read_manifest(folder)
    file = verified_model(folder, manifest)
    return manifest, {
        'name': manifest.name,
        'precision': manifest.precision,
        'sha256': manifest.sha256,
        'megabytes': file.stat().st_size / 1e6,
        'input': list(manifest.inputs[0].shape),
    }
