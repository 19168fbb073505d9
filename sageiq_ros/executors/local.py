# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Work in this process, one item after the other."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any, Protocol, runtime_checkable

from sageiq_ros.executors.base import Job, Outcome
from sageiq_ros.executors.ledger import Ledger
from sageiq_ros.executors.workplace import attempt, load


@runtime_checkable
class Closable(Protocol):
    """Work that holds something beside itself, such as a process."""

    def close(self) -> None: ...


class LocalExecutor:
    """Run a job's work in this process, which is the only worker; see ``Executor``.

    Work that kills the process is not survived here.
    """

    name = 'this process'
    workers = 1

    def run(self, job: Job, items: Iterable[Any]) -> Generator[Outcome, None, None]:
        """Yield the outcome of every item; raises SageIQError where the job cannot be started."""
        ledger = Ledger(items, 1)
        if not ledger.open:
            return
        work = load(job)
        try:
            while ledger.open:
                index, item = ledger.take()
                outcome = ledger.settle(index, attempt(work, item))
                if outcome is not None:
                    yield outcome
        finally:
            if isinstance(work, Closable):
                work.close()
