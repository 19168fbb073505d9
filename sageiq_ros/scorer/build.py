# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Choose stage 3's scorer by its name."""

from __future__ import annotations

from sageiq_ros.engines.store import load_engine
from sageiq_ros.scorer.base import RegionScorer
from sageiq_ros.scorer.sageiq_m import SageIQMScorer


def build_scorer(name: str, threads: int, backend: str = 'auto') -> RegionScorer:
    """Load the scorer called ``name``: a shipped engine or the path of a store folder.

    ``backend`` is that of ``load_engine``. Raises SageIQError for a scorer that is missing,
    damaged or unknown.
    """
    return SageIQMScorer(load_engine(name, 'sageiq_m', threads, backend))
