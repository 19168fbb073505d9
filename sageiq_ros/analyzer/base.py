# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Stage 2's interface: which triplets matter for the query, and how much each entity does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sageiq_ros.config import AnalyzerConfig
from sageiq_ros.types import SceneGraph, WeightedTriplet


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """Tell how the worker does: ``alive`` says whether its process runs, not whether it should.

    It does not run while nothing is ``pending`` (words waiting for an answer). ``failures`` counts
    its failures since the start, ``last_error`` is the last one's sentence, and so is ``error``
    until a success empties it. ``unread`` counts answers that could not be read; ``was_ready``
    says whether the process has ever loaded its model.
    """

    alive: bool
    pending: int
    failures: int
    error: str
    last_error: str
    unread: int
    was_ready: bool = False


class TripletAnalyzer(Protocol):
    """Select and weigh triplets by their words (paper, section III-A2)."""

    @property
    def name(self) -> str:
        """Name the model and its mode, as published in the message."""
        ...

    def analyze(self, graph: SceneGraph, config: AnalyzerConfig) -> tuple[WeightedTriplet, ...]:
        """Return the triplets relevant to ``config.query``, the most important first.

        Never waits for a language model: what is not known yet is weighed by the prior and
        says so in ``source``.
        """
        ...

    def answered(self, graph: SceneGraph, config: AnalyzerConfig) -> bool:
        """Tell whether no answer of a language model to this graph is still to come."""
        ...

    def status(self) -> WorkerStatus | None:
        """Return how the worker process does; None for an analyzer that has none."""
        ...

    def close(self) -> None:
        """Stop the worker process, if there is one."""
        ...
