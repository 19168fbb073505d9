# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""How items are shared out to workers that are processes of their own and may die."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from sageiq_ros.executors.base import TRIES, Outcome
from sageiq_ros.executors.ledger import Ledger
from sageiq_ros.executors.workplace import Answer
from sageiq_ros.types import SageIQError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """Tell that a worker is no more; ``reason`` is a sentence."""

    reason: str


class Worker(Protocol):
    """Hold a worker that was started."""

    def give(self, item: Any) -> None:
        """Hand over one item; a worker that is dead is found to be so by ``Crew.wait``."""
        ...


W = TypeVar('W', bound=Worker)


class Crew(Protocol[W]):
    """Start workers for one job, hear of them and stop them."""

    def start(self) -> W:
        """Start a worker without waiting until it has loaded the job."""
        ...

    def wait(self, workers: Sequence[W]) -> Iterable[tuple[W, Answer | Ended]]:
        """Wait until at least one of the workers says something or ends.

        The first answer of a worker is about its start, every other about the item it has.
        """
        ...

    def stop(self) -> None:
        """End every worker that was started, whatever it does."""
        ...


def share_out(crew: Crew[W], workers: int, items: Iterable[Any]) -> Generator[Outcome, None, None]:
    """Yield the outcome of every item as they are done; see ``Executor.run``.

    One item is out to a worker at a time, so that a worker that dies gives back one item. It is
    replaced as long as there is work for another. Where more workers cannot be started, those
    that run do the work.
    """
    shift = _Shift(crew, workers, items)
    done: list[Outcome] = []
    try:
        while True:
            # Before the outcomes are looked at, so that nobody waits for that.
            shift.hand_out()
            yield from done
            if not shift.open:
                return
            done = shift.hear()
    finally:
        crew.stop()


class _Shift(Generic[W]):
    def __init__(self, crew: Crew[W], workers: int, items: Iterable[Any]) -> None:
        self._crew = crew
        self._workers = workers
        self._ledger = Ledger(items, workers)
        self._idle: list[W] = []
        self._starting: list[W] = []
        self._busy: dict[W, int] = {}
        self._lost_at_start = 0
        self._reason = ''

    @property
    def open(self) -> bool:
        return self._ledger.open

    def hand_out(self) -> None:
        """Give every idle worker an item, and start workers for those items that still wait.

        Raises SageIQError where no worker is left and none can be started.
        """
        while self._idle and self._ledger.waiting(1):
            worker = self._idle.pop()
            self._busy[worker], item = self._ledger.take()
            worker.give(item)
        # As many as may run, but no more than there is work for.
        most = self._workers - len(self._busy)
        for _ in range(self._ledger.waiting(most) - len(self._starting)):
            self._starting.append(self._crew.start())
        if self._reason and not self._starting and not self._busy and self._ledger.open:
            raise SageIQError(self._reason)

    def hear(self) -> list[Outcome]:
        """Wait for workers and return what is done."""
        done = []
        for worker, said in self._crew.wait([*self._starting, *self._busy]):
            if worker in self._starting:
                self._starting.remove(worker)
                self._started(worker, said)
                continue
            answer = Answer(error=said.reason) if isinstance(said, Ended) else said
            outcome = self._ledger.settle(self._busy.pop(worker), answer)
            if outcome is not None:
                done.append(outcome)
            if isinstance(said, Answer):
                self._idle.append(worker)
        return done

    def _started(self, worker: W, said: Answer | Ended) -> None:
        if isinstance(said, Answer) and not said.error:
            self._lost_at_start = 0
            self._idle.append(worker)
            return
        reason = said.reason if isinstance(said, Ended) else said.error
        self._lost_at_start += 1
        if isinstance(said, Ended) and self._lost_at_start < TRIES:
            return
        # No more than there are: another one would not fare better.
        self._workers = len(self._starting) + len(self._busy) + len(self._idle)
        self._reason = reason
        if self._busy or self._idle:
            log.warning('%s The work goes on with fewer workers.', reason)
