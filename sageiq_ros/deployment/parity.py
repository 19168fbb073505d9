# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""How far a quantised network is from its float original: outputs, triplets, recall."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sageiq_ros.config import SceneGraphConfig
from sageiq_ros.deployment.calibration import Inputs
from sageiq_ros.engines.base import Arrays, Engine
from sageiq_ros.engines.manifest import Manifest
from sageiq_ros.types import SceneGraph


def drift(exact: Sequence[Arrays], other: Sequence[Arrays]) -> dict[str, dict[str, float]]:
    """Compare runs output by output.

    Returns ``mean`` and ``max`` of the absolute difference over all runs, and the same divided
    by the standard deviation ``std`` of the exact output (``mean_per_std``, ``max_per_std``).
    """
    report = {}
    for name in exact[0]:
        true = np.stack([run[name] for run in exact]).astype(np.float64)
        off = np.abs(np.stack([run[name] for run in other]) - true)
        mean, most, std = float(off.mean()), float(off.max()), float(true.std())
        report[name] = {
            'mean': mean,
            'max': most,
            'std': std,
            # An output that never changes has no scale of its own.
            'mean_per_std': mean / std if std else mean,
            'max_per_std': most / std if std else most,
        }
    return report


def agreement(exact: Sequence[SceneGraph], other: Sequence[SceneGraph]) -> dict[str, Any]:
    """Count the triplets of each side that the other gives too.

    Two triplets are one where all words agree and both boxes overlap by at least 0.5; each
    counts once. Shares are over all images together, null where there is no triplet.
    """
    return {
        'images': len(exact),
        'fp32': sum(len(graph.triplets) for graph in exact),
        'int8': sum(len(graph.triplets) for graph in other),
        'fp32_found_by_int8': _share_found(exact, other),
        'int8_found_by_fp32': _share_found(other, exact),
    }


def _share_found(wanted: Sequence[SceneGraph], given: Sequence[SceneGraph]) -> float | None:
    from sageiq_ros.evaluation.sgdet import triplet_recall

    total = found = 0.0
    for want, give in zip(wanted, given, strict=True):
        if want.triplets:
            total += len(want.triplets)
            found += len(want.triplets) * triplet_recall(give, want, len(give.triplets))
    return found / total if total else None


class _Given:
    """Stand in for an engine that has run already."""

    def __init__(self, manifest: Manifest, outputs: Arrays) -> None:
        self.manifest = manifest
        self._outputs = outputs

    def __call__(self, inputs: Inputs) -> Arrays:
        return self._outputs


def graphs(
    manifest: Manifest, inputs: Sequence[Inputs], outputs: Sequence[Arrays]
) -> list[SceneGraph]:
    """Build the scene graph of every image of a RelTR's runs by the default settings."""
    from sageiq_ros.scene_graph.reltr import RelTRGenerator

    found = []
    for given, run in zip(inputs, outputs, strict=True):
        for row, image in enumerate(given[manifest.inputs[0].name]):
            alone = {name: value[row : row + 1] for name, value in run.items()}
            generator = RelTRGenerator(_Given(manifest, alone))
            found.append(generator.generate(image, SceneGraphConfig()))
    return found


def recall(engine: Engine, camvid: Path) -> dict[str, Any]:
    """Measure R@20 and R@50 of a RelTR on the val frames of CamVid."""
    from sageiq_ros.evaluation.scene_graph_sets import on_camvid
    from sageiq_ros.scene_graph.reltr import RelTRGenerator

    found = on_camvid(RelTRGenerator(engine), camvid, None)
    return {name: found[name] for name in ('frames', 'R@20', 'R@50')}
