# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the node says of itself on ``/diagnostics`` (REP 107): its stages and its results."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Protocol

import numpy as np
from diagnostic_msgs.msg import DiagnosticStatus, KeyValue

from sageiq_ros.analyzer.base import TripletAnalyzer
from sageiq_ros.pipeline import Pipeline

# A frame takes the largest models less than that.
HANGS_S = 10.0
OK, WARN, ERROR = DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR


def status(
    level: bytes, name: str, message: str, hardware_id: str, values: Mapping[str, object]
) -> DiagnosticStatus:
    """Build one entry; values are written as plain words."""
    return DiagnosticStatus(
        level=level,
        name=name,
        message=message,
        hardware_id=hardware_id,
        values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
    )


def analyzer_status(analyzer: TripletAnalyzer, name: str) -> DiagnosticStatus:
    """Report the analyzer, and its language model's process where it has one."""
    worker = analyzer.status()
    entry = f'{name}: analyzer'
    if worker is None:
        return status(OK, entry, analyzer.name, name, {})
    values = {
        'worker process': 'running' if worker.alive else 'not running',
        'words waiting for an answer': worker.pending,
        'failures since the start': worker.failures,
        'last failure': worker.last_error or '-',
        'answers that could not be read': worker.unread,
    }
    level, message = OK, analyzer.name
    if worker.error:
        level = WARN
        message += f': {worker.error} The prior weighs what is not known.'
    elif worker.unread:
        level = WARN
        message += f': {worker.unread} answers could not be read; the prior weighs instead'
    elif worker.pending:
        message += f': {worker.pending} words wait, weighed by the prior meanwhile'
    elif worker.failures:
        many = 'failure' if worker.failures == 1 else 'failures'
        message += f': answers again after {worker.failures} {many}'
    return status(level, entry, message, name, values)


def stage_statuses(name: str, pipeline: Pipeline | None, fault: str) -> list[DiagnosticStatus]:
    """Report the engines and the analyzer, or why there are none."""
    entry = f'{name}: engines'
    if pipeline is None:
        if fault:
            return [status(ERROR, entry, f'cannot configure: {fault}', name, {})]
        return [status(WARN, entry, 'not configured', name, {})]
    engines = {'scene graph': pipeline.generator.name, 'scorer': pipeline.scorer.name}
    return [
        status(OK, entry, 'loaded', name, engines),
        analyzer_status(pipeline.analyzer, name),
    ]


class Working(Protocol):
    """Tell how a node's inference goes; an InferenceWorker does."""

    latencies_ms: deque[float]

    @property
    def busy_s(self) -> float: ...


def results_status(
    name: str, worker: Working | None, fault: str, rivals: int = 0
) -> DiagnosticStatus:
    """Report the time from reception to publication of the last results; None: not active.

    ``rivals`` are the other publishers of the same results.
    """
    entry = f'{name}: results'
    if worker is None:
        if fault:
            return status(ERROR, entry, f'cannot activate: {fault}', name, {})
        return status(WARN, entry, 'not active', name, {})
    level, message = OK, 'active'
    if worker.busy_s > HANGS_S:
        level = ERROR
        message = (
            f'nothing for {worker.busy_s:.0f} s: an engine hangs or is far too slow; restart the '
            'node'
        )
    elif rivals:
        level = WARN
        message = (
            f'{rivals} more on this topic: another node publishes results here; give it another '
            'namespace'
        )
    latencies_ms = tuple(worker.latencies_ms)
    if not latencies_ms:
        return status(level, entry, f'{message}, no result yet', name, {})
    median, p95, p99 = np.percentile(latencies_ms, (50, 95, 99))
    values = {
        'latency median [ms]': f'{median:.1f}',
        'latency p95 [ms]': f'{p95:.1f}',
        'latency p99 [ms]': f'{p99:.1f}',
        'results measured': len(latencies_ms),
    }
    return status(level, entry, message, name, values)
