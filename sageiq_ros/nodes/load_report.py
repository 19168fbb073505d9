# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The entries ``load`` and ``memory`` in ``/diagnostics``: what the machine gives the node."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter, process_time

from diagnostic_msgs.msg import DiagnosticStatus

from sageiq_ros.nodes.camera import Camera
from sageiq_ros.nodes.diagnostics import OK, WARN, status

# Below this rate of results a camera is as good as blind at the speed of a car.
LEAST_RATE_HZ = 1.0
LEAST_LEFT_MB = 256.0


class LoadReport:
    """Judge from one report to the next whether the processor keeps up."""

    def __init__(self, cameras: Sequence[Camera], node_name: str) -> None:
        self._cameras = cameras
        self._node_name = node_name
        self._since, self._spent = perf_counter(), process_time()
        self._before = self._counts()

    def status(self) -> DiagnosticStatus:
        """Return the entry of an active node and start the next interval."""
        now, spent = perf_counter(), process_time()
        elapsed = max(now - self._since, 1e-6)
        counts = self._counts()
        rates = [
            tuple((new - old) / elapsed for new, old in zip(count, before, strict=True))
            for count, before in zip(counts, self._before, strict=True)
        ]
        values = {
            'images per second': f'{sum(rate[0] for rate in rates):.1f}',
            'results per second': f'{sum(rate[1] for rate in rates):.1f}',
            'dropped per second': f'{sum(rate[2] for rate in rates):.1f}',
            'processor [cores]': f'{(spent - self._spent) / elapsed:.2f}',
            'threads': threading.active_count(),
        }
        level, message = OK, 'keeps up'
        dropping = [rate[1] for rate in rates if rate[2] > 0.0]
        if dropping:
            message = 'frames give way to newer ones'
        if dropping and min(dropping) < LEAST_RATE_HZ:
            level = WARN
            message = (
                f'overloaded: a camera gets {min(dropping):.1f} results per second; use fewer '
                'cameras, a smaller engine or a runtime.budget_ms'
            )
        self._since, self._spent, self._before = now, spent, counts
        return status(level, f'{self._node_name}: load', message, self._node_name, values)

    def _counts(self) -> list[tuple[int, int, int]]:
        return [(one.received, one.processed, one.dropped) for one in self._cameras]


def memory_status(node_name: str, proc: Path = Path('/proc')) -> DiagnosticStatus:
    """Report the node's resident memory and what is left on the machine, in megabytes."""
    own = _kilobytes(proc / 'self' / 'status')
    left = _kilobytes(proc / 'meminfo')['MemAvailable'] * 1024 / 1e6
    values = {
        'resident [MB]': f'{own["VmRSS"] * 1024 / 1e6:.1f}',
        'resident at most [MB]': f'{own["VmHWM"] * 1024 / 1e6:.1f}',
        'left on the machine [MB]': f'{left:.0f}',
    }
    level, message = OK, f'{values["resident [MB]"]} MB'
    if left < LEAST_LEFT_MB:
        level = WARN
        message = f'only {left:.0f} MB are left on this machine; end what is not needed'
    return status(level, f'{node_name}: memory', message, node_name, values)


def _kilobytes(path: Path) -> dict[str, int]:
    """Read the lines ``name: number kB`` that the kernel writes."""
    lines = (
        line.split() for line in path.read_text(encoding='ascii', errors='replace').splitlines()
    )
    return {words[0][:-1]: int(words[1]) for words in lines if words[2:] == ['kB']}
