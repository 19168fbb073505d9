# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What a running process takes of the machine, as the kernel tells it under ``/proc``."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_S = os.sysconf('SC_CLK_TCK')
# Places in /proc/PID/stat behind the name, which may itself hold blanks and brackets.
USER_TIME, SYSTEM_TIME = 11, 12


@dataclass(frozen=True, slots=True)
class ProcessUse:
    """Hold what a process takes at one moment.

    ``cpu_s`` are the seconds of processor time since its start, ``memory_mb`` its resident
    memory in megabytes, ``files`` its open file descriptors. Of the memory ``shared_mb`` belong to
    segments that processes share: pages of a camera driver's count in whoever has read them. All 0
    once it has ended.
    """

    cpu_s: float
    memory_mb: float
    threads: int
    files: int
    shared_mb: float = 0.0

    @property
    def own_mb(self) -> float:
        return self.memory_mb - self.shared_mb


def process_use(pid: int) -> ProcessUse:
    """Look at a process."""
    status = process_status(pid)
    try:
        fields = Path(f'/proc/{pid}/stat').read_text(encoding='utf-8', errors='replace')
        files = len(os.listdir(f'/proc/{pid}/fd'))
    except OSError:
        return ProcessUse(0.0, 0.0, 0, 0)
    times = fields.rpartition(')')[2].split()
    ticks = int(times[USER_TIME]) + int(times[SYSTEM_TIME])
    return ProcessUse(
        ticks / TICKS_PER_S,
        _megabytes(status, 'VmRSS'),
        int(status.get('Threads', 0)),
        files,
        _megabytes(status, 'RssShmem'),
    )


def family_use(pid: int) -> ProcessUse:
    """Look at all processes that a process started, and theirs: the sum."""
    uses = [process_use(child) for child in children(pid)]
    return ProcessUse(
        sum(use.cpu_s for use in uses),
        sum(use.memory_mb for use in uses),
        sum(use.threads for use in uses),
        sum(use.files for use in uses),
        sum(use.shared_mb for use in uses),
    )


def peak_memory_mb(pid: int) -> float:
    """Read the largest resident memory a process ever had, in megabytes; 0 if it is gone."""
    return _megabytes(process_status(pid), 'VmHWM')


def children(pid: int) -> list[int]:
    """List the processes that a process started, and theirs."""
    numbers = [int(path.name) for path in Path('/proc').iterdir() if path.name.isdigit()]
    direct = [n for n in numbers if process_status(n).get('PPid') == str(pid)]
    return direct + [grandchild for child in direct for grandchild in children(child)]


def process_status(pid: int) -> dict[str, str]:
    """Read what the kernel tells of a process; nothing of one that is gone."""
    try:
        text = Path(f'/proc/{pid}/status').read_text(encoding='utf-8', errors='replace')
    except OSError:
        return {}
    fields = (line.partition(':') for line in text.splitlines())
    return {name: value.strip() for name, _, value in fields}


def _megabytes(status: dict[str, str], field: str) -> float:
    return int(status.get(field, '0 kB').split()[0]) * 1024 / 1e6
