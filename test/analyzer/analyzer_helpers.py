# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the analyzer's tests share: graphs of words, a bounded wait, a model without weights."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic

from sageiq_ros.analyzer.worker_client import WorkerLimits
from sageiq_ros.types import Box, Region, SceneGraph, Triplet

FAKE_WORKER = Path(__file__).with_name('fake_worker.py')
PATIENCE_SECONDS = 30.0
LIMITS = WorkerLimits(idle=20.0, start=20.0, answer=20.0, first_pause=0.05, longest_pause=0.2)


def make_graph(*triplets: tuple[str, str, str, float]) -> SceneGraph:
    """Build a graph in which equal names are one region."""
    regions: dict[str, int] = {}
    found = tuple(
        Triplet(
            regions.setdefault(subject, len(regions)),
            predicate,
            regions.setdefault(object_, len(regions)),
            confidence,
        )
        for subject, predicate, object_, confidence in triplets
    )
    # A number tells two regions of one label apart: 'car 2' is labelled 'car'.
    boxes = [Box(10.0 * i, 0.0, 10.0 * i + 5.0, 5.0) for i in range(len(regions))]
    labels = [name.rstrip(' 0123456789') for name in regions]
    return SceneGraph(
        tuple(Region(label, 0.9, box) for label, box in zip(labels, boxes, strict=True)), found
    )


def wait_until(true: Callable[[], bool], what: str, patience: float = PATIENCE_SECONDS) -> None:
    """Return as soon as ``true()`` is; fail after ``patience`` seconds."""
    end = monotonic() + patience
    while not true():
        assert monotonic() < end, f'waited {patience} s in vain until {what}'
        Event().wait(0.01)


@dataclass(frozen=True)
class FakeModel:
    """A language model whose worker is the fake one, told its faults by files in a folder."""

    folder: Path
    identity: str = 'fake'

    @property
    def command(self) -> list[str]:
        return [sys.executable, str(FAKE_WORKER), str(self.folder)]

    def starts(self) -> int:
        log = self.folder / 'starts'
        return len(log.read_text().splitlines()) if log.exists() else 0
