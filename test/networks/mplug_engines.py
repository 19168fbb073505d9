# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Engines of the tiny mPLUG-Owl2, imported once for all the tests that ask for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from mplug_checkpoint import published_state, write_checkpoint

from sageiq_ros.deployment.import_sageiq_m import import_sageiq_m
from sageiq_ros.scorer.mplug_owl2 import MPLUGOwl2Scorer

SIZES = ((40, 60), (130, 87), (40, 60), (5, 300))


class Engines:
    """Make engines in ``root``: a kind, trained size modules or not, other options."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._made: dict[str, Path] = {}
        self._sources = {
            sized: write_checkpoint(
                root / f'checkpoint {sized}', 'single', published_state(sized=sized)
            )
            for sized in (False, True)
        }

    def __call__(
        self,
        kind: str = 'sageiq-m',
        sized: bool = True,
        precision: str = 'fp32',
        vision_batch: int | None = None,
        **options: Any,
    ) -> Path:
        """Return an engine's folder."""
        key = json.dumps([kind, sized, precision, vision_batch, options])
        if key not in self._made:
            folder = self._made[key] = self._root / f'engine{len(self._made)}'
            import_sageiq_m(
                self._sources[sized],
                folder,
                kind,
                precision=precision,
                vision_batch=vision_batch,
                options=options,
            )
        return self._made[key]


def make_crops() -> list[np.ndarray]:
    """Return four crops in three sizes."""
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (*size, 3), np.uint8) for size in SIZES]


def logits(scorer: MPLUGOwl2Scorer, crops: list[np.ndarray]) -> np.ndarray:
    """Return the logits (crops, words)."""
    return scorer.word_logits(crops).numpy()
