# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The running part of ``sageiq soak``: conditions in rotation, samples, faults without a cause."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus

from sageiq_ros.bench.series import percentiles
from sageiq_ros.config import Config
from sageiq_ros.nodes.load.conditions import (
    STEADY,
    Phase,
    parameters,
    phase_seconds,
    phases,
)
from sageiq_ros.nodes.load.errors import Causes
from sageiq_ros.nodes.load.loaded_node import READY_S, LoadedNode
from sageiq_ros.nodes.load.overlay_viewer import OverlayViewer
from sageiq_ros.nodes.load.tally import Tally
from sageiq_ros.nodes.load.tuner import Tuner
from sageiq_ros.nodes.load.watch import Sample, cores, sample

SAMPLE_S = 10.0


class Soak:
    """Put a loaded node through phases; ``tally`` and ``rows`` hold what came of it so far.

    ``rate_hz`` is that of each camera, ``config`` what the node is started with.
    ``rows`` has one entry a sample. ``shown`` is called with each of them, ``kept`` at the end of
    every phase.
    """

    def __init__(
        self,
        rate_hz: float,
        config: Config,
        shown: Callable[[dict[str, Any]], None],
        kept: Callable[[], None],
    ) -> None:
        self._rate_hz = rate_hz
        self._parameters = parameters(config)
        self._shown = shown
        self._kept = kept
        self._causes = Causes()
        self._ready = False
        # The condition that the newest images were sent under, since when, and the one before.
        self._condition = self._before = STEADY.name
        self._since_s = -math.inf
        # A frame that max_rate leaves out takes nobody's place.
        taken_hz = min(rate_hz, *filter(None, config.camera.max_rate), math.inf)
        self.tally = Tally(config.cameras, 1.0 / taken_hz)
        self.rows: list[dict[str, Any]] = []

    def notice(self, status: DiagnosticStatus) -> None:
        """Count an error of the node's diagnostics that nothing here has caused."""
        if not self._ready or status.level != DiagnosticStatus.ERROR:
            return
        if not self._causes.explain(status.hardware_id, status.message, time.monotonic()):
            self.tally.errors += 1
            self.tally.note(f'{status.name}: {status.message}')

    def run(self, loaded: LoadedNode, total_s: float) -> None:
        """Go through phases for ``total_s``; raises NodeError when a process ends by itself."""
        loaded.send(self._rate_hz)
        loaded.listener.await_results(set(loaded.cameras), READY_S)
        # What was sent and answered until here is of no phase.
        loaded.send(self._rate_hz)
        loaded.listener.take()
        self._ready = True
        viewer, tuner = OverlayViewer(loaded.node), Tuner(loaded.node)
        phase_s = phase_seconds(total_s)
        self._begin = end = time.monotonic()
        self._last = sample(loaded.process.pid)
        for phase in phases(loaded.cameras, self._parameters):
            end += phase_s
            if end > self._begin + total_s + phase_s / 2:
                break
            self._start(loaded, phase, viewer, tuner)
            while (left_s := end - time.monotonic()) > 0.0:
                loaded.rest(min(SAMPLE_S, left_s))
                self.tally.overlays = viewer.seen
                self._sample(loaded, phase, sample(loaded.process.pid))
            for fault in tuner.faults():
                self.tally.refused += 1
                self.tally.note(fault)
            self._kept()
        self.tally.add_sent(loaded.send(0.0))

    def _start(
        self, loaded: LoadedNode, phase: Phase, viewer: OverlayViewer, tuner: Tuner
    ) -> None:
        condition = phase.condition
        without = [phase.stopped] if phase.stopped else []
        now_s = time.monotonic()
        self._causes.begin(phase, now_s)
        self.tally.gaps.sending(set(loaded.cameras) - set(without), now_s)
        report = loaded.send(
            self._rate_hz, without, burst=condition.burst, broken_every=condition.broken_every
        )
        self.tally.add_sent(report)
        self._before, self._condition = self._condition, condition.name
        self._since_s = time.monotonic()
        viewer.look(condition.overlay)
        if phase.parameter is not None:
            tuner.set(*phase.parameter)

    def _sample(self, loaded: LoadedNode, phase: Phase, now: Sample) -> None:
        results = loaded.listener.take()
        # An image counts for what was going on when it was sent.
        for name, mine in ((self._before, False), (self._condition, True)):
            sent = [one for one in results if (one.sent_s >= self._since_s) == mine]
            self.tally.of(name).add(sent)
        self.tally.gaps.add(results, now.at_s)
        if phase.cycle:
            self.tally.samples.append(now)
        seconds = now.at_s - self._last.at_s
        ages = percentiles([one.age_ms for one in results])
        row = {
            'at_s': now.at_s - self._begin,
            'condition': phase.condition.name,
            'results_hz': len(results) / seconds,
            'age_ms': {name: ages[name] for name in ('median', 'p99')},
            'cores': cores(self._last, now)[0],
            'memory_mb': now.node.memory_mb,
            'shared_mb': now.node.shared_mb,
            'children_mb': now.children.memory_mb,
            'threads': now.node.threads,
            'files': now.node.files,
            'errors': self.tally.errors,
        }
        self._last = now
        self.rows.append(row)
        self._shown(row)
