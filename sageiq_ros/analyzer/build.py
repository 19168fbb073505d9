# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Make the analyzer that a configuration names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sageiq_ros.analyzer.base import TripletAnalyzer
from sageiq_ros.analyzer.memo import Memo
from sageiq_ros.analyzer.model_files import find_model, fingerprint
from sageiq_ros.analyzer.prior import PriorAnalyzer
from sageiq_ros.analyzer.rating_analyzer import RatingAnalyzer
from sageiq_ros.analyzer.worker_client import worker_command
from sageiq_ros.cache import cache_folder
from sageiq_ros.config import AnalyzerConfig


@dataclass(frozen=True, slots=True)
class GgufModel:
    """A GGUF file, known in the memo by its SHA-256."""

    path: Path
    identity: str

    @property
    def command(self) -> list[str]:
        """The command line of its worker process."""
        return worker_command(self.path, self.identity)


def build_analyzer(config: AnalyzerConfig) -> TripletAnalyzer:
    """Build the analyzer of ``config.mode``; raises LanguageModelError for a missing model.

    The model is only looked for here. It is loaded, in a process of its own, when the first word
    comes that the memo does not know.
    """
    if config.mode == 'prior':
        return PriorAnalyzer()
    path = find_model(config.model)
    model = GgufModel(path, fingerprint(path))
    memo = Memo(Path(config.memo).expanduser() if config.memo else cache_folder() / 'memo.sqlite3')
    return RatingAnalyzer(f'{path.stem} rating and prior', model, memo, config.query)
