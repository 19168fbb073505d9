# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Wait for a language model where nothing is in a hurry: at the command line, in experiments."""

from __future__ import annotations

from threading import Event
from time import monotonic

from sageiq_ros.analyzer.base import TripletAnalyzer
from sageiq_ros.config import AnalyzerConfig
from sageiq_ros.types import SageIQError, SceneGraph

POLL_SECONDS = 0.05

FAILURES_BORNE = 10
"""More than a word costs that the model dies of, until it is given up."""


def wait_for_answers(
    analyzer: TripletAnalyzer, graph: SceneGraph, config: AnalyzerConfig, seconds: float
) -> bool:
    """Ask for all that a graph needs and wait until it is answered; False where time ran out.

    Raises SageIQError with the worker process's own sentence where it cannot load its model or
    fails again and again.
    """
    deadline = monotonic() + seconds
    pause = Event()
    before = None
    while True:
        analyzer.analyze(graph, config)
        if analyzer.answered(graph, config):
            return True
        status = analyzer.status()
        if status is None or monotonic() >= deadline:
            return False
        before = status.failures if before is None else before
        if status.error and (not status.was_ready or status.failures - before >= FAILURES_BORNE):
            raise SageIQError(status.error)
        pause.wait(POLL_SECONDS)
