# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Ways of running stage 3: each loads in the process it is measured in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sageiq_ros.bench.runner import Call
from sageiq_ros.types import Box, Image

REGIONS = 8
SIDE_RANGE_PX = (16.0, 256.0)


def regions(image: Image, seed: int = 0) -> list[Image]:
    """Cut eight regions of log-uniform sides, 16 to 256 px, from an image."""
    from sageiq_ros.geometry import cut

    rng = np.random.default_rng(seed)
    height, width = image.shape[:2]
    boxes = []
    for _ in range(REGIONS):
        w, h = np.exp(rng.uniform(*np.log(SIDE_RANGE_PX), 2))
        x, y = rng.uniform(0.0, max(1.0, width - w)), rng.uniform(0.0, max(1.0, height - h))
        boxes.append(Box(x, y, x + w, y + h))
    return cut(image, boxes)


def load_scorer(name: str, threads: int, crops: Sequence[Image]) -> Call:
    """Load any scorer; a call scores all crops in one request."""
    from sageiq_ros.scorer.build import build_scorer

    scorer = build_scorer(name, threads)
    return lambda: scorer.score(crops)


def load_one_by_one(name: str, threads: int, crops: Sequence[Image]) -> Call:
    """Load any scorer; a call scores all crops, a request for each."""
    from sageiq_ros.scorer.build import build_scorer

    scorer = build_scorer(name, threads)
    return lambda: [scorer.score([crop]) for crop in crops]


def load_uncached(name: str, threads: int, crops: Sequence[Image]) -> Call:
    """Load a SageIQ-M nano that computes the size features of every crop anew."""
    from sageiq_ros.engines.store import load_engine
    from sageiq_ros.scorer.sageiq_m import SageIQMScorer

    scorer = SageIQMScorer(load_engine(name, 'sageiq_m', threads), cached_sizes=0)
    return lambda: scorer.score(crops)
