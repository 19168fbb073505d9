# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Where a list of work runs: one interface, whether one process does it or a cluster."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

Work = Callable[[Any], Any]
"""Do one piece of work; both its argument and its result can be pickled.

Where it runs in the process that asked for it, work that has a ``close`` is closed at the end;
other workers are ended as they are.
"""


class Job(Protocol):
    """Something that workers are started with; it is pickled to reach them."""

    def start(self) -> Work:
        """Load, once in each worker, what the work needs; raises SageIQError where it cannot."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """Hold what became of one piece of work: ``index`` is its place in the list.

    ``error`` is a sentence and ``value`` None where it failed every time it was tried. It is
    ``final`` where it was a SageIQError, which another run would meet again.
    """

    index: int
    value: Any = None
    error: str = ''
    final: bool = False


class Executor(Protocol):
    """Run a job's work over a list."""

    @property
    def name(self) -> str:
        """Name the executor and its workers in reports."""
        ...

    @property
    def workers(self) -> int | None:
        """Tell how many workers there are at most; None is one for each processor."""
        ...

    def run(self, job: Job, items: Iterable[Any]) -> Generator[Outcome, None, None]:
        """Yield the outcome of every item, each once, as they are done.

        Items are read as workers become free for them, and no worker gets far ahead of the
        oldest that is not done, so a stream of large ones needs little memory. An item whose
        work raises, or whose worker dies, is tried again, at most ``TRIES`` times in all; what
        is done stays done. Raises what reading the items raises, and SageIQError where no worker
        can be started, with the reason that ``Job.start`` gave. Leaving early (closing the
        iterator, Ctrl-C) stops every worker.
        """
        ...


TRIES = 3
