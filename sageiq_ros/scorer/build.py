# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Choose stage 3's scorer by its name."""

from __future__ import annotations

from sageiq_ros.engines import mplug_owl2
from sageiq_ros.engines.base import EngineError
from sageiq_ros.engines.store import find_engine, load_engine, read_manifest
from sageiq_ros.scorer.base import RegionScorer
from sageiq_ros.scorer.sageiq_m import SageIQMScorer


def build_scorer(name: str, threads: int, backend: str = 'auto') -> RegionScorer:
    """Load the scorer called ``name``: a shipped engine or the path of a store folder.

    ``backend`` is that of ``load_engine``; of a large model it runs the vision encoder. Raises
    SageIQError for a scorer that is missing, damaged or unknown.
    """
    folder = find_engine(name)
    if read_manifest(folder).network != mplug_owl2.NETWORK:
        return SageIQMScorer(load_engine(name, 'sageiq_m', threads, backend))
    try:
        from sageiq_ros.scorer.mplug_owl2 import MPLUGOwl2Scorer
    except ImportError as error:
        raise EngineError(
            f'{name} needs a package that is missing ({error.name}): run '
            "'pip install -r requirements/train.txt'."
        ) from error
    return MPLUGOwl2Scorer(folder, threads, backend)
