# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What a soak has seen so far, small enough to be kept for days."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sageiq_ros.bench.series import percentiles
from sageiq_ros.nodes.load.results import Gaps, Result, in_frames, worst_share
from sageiq_ros.nodes.load.watch import Sample

# Of very many texts the first ones tell what happened.
TEXTS_KEPT = 50


@dataclass(slots=True)
class ConditionTally:
    """Hold what came of all phases of one condition."""

    results: Counter[str] = field(default_factory=Counter)
    ages_ms: array[float] = field(default_factory=lambda: array('f'))
    totals_ms: array[float] = field(default_factory=lambda: array('f'))

    def add(self, results: Sequence[Result]) -> None:
        """Count results in."""
        for result in results:
            self.results[result.camera] += 1
            self.ages_ms.append(result.age_ms)
            self.totals_ms.append(result.total_ms)

    def summary(self) -> dict[str, Any]:
        """Return counts and ages, ``age_frames`` by ``in_frames``."""
        ages, totals = percentiles(self.ages_ms), percentiles(self.totals_ms)
        return {
            'results': dict(self.results),
            'worst_share': worst_share(self.results),
            'age_ms': ages,
            'total_ms': totals,
            'age_frames': in_frames(self.ages_ms, self.totals_ms, totals['median']),
        }


@dataclass(slots=True)
class Tally:
    """Hold what came of a soak: results by condition, faults by kind, and samples of the node.

    ``samples`` are those from the second cycle on, when everything has been met once. Of the
    frames ``sent`` some were ``broken``; those ``missed`` were due and not sent. ``overlays``
    are the pictures that somebody saw. ``period_s`` is the longest from a camera's frame to its
    next that the node may take.
    """

    cameras: Sequence[str]
    period_s: float
    conditions: dict[str, ConditionTally] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)
    gaps: Gaps = field(default_factory=Gaps)
    sent: int = 0
    broken: int = 0
    missed: int = 0
    overlays: int = 0
    death: str = ''
    errors: int = 0
    refused: int = 0
    texts: Counter[str] = field(default_factory=Counter)

    def of(self, condition: str) -> ConditionTally:
        """Return the tally of a condition."""
        if condition not in self.conditions:
            # All of them: a camera without a result has a share too.
            self.conditions[condition] = ConditionTally(Counter(dict.fromkeys(self.cameras, 0)))
        return self.conditions[condition]

    def add_sent(self, report: Mapping[str, Any]) -> None:
        """Count what was sent, as the sending process reports it."""
        self.sent += sum(report['sent'].values())
        self.broken += report['broken']
        self.missed += report['missed']

    def note(self, text: str) -> None:
        """Count a text of what went wrong, among the first that differ."""
        if text in self.texts or len(self.texts) < TEXTS_KEPT:
            self.texts[text] += 1

    def remarks(self) -> list[str]:
        """Return the texts of what went wrong, each once, with how often it came."""
        return [
            text if count == 1 else f'{text} ({count} times)' for text, count in self.texts.items()
        ]
