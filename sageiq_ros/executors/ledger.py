# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Which items wait, how often each was tried, and when it is done with."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

from sageiq_ros.executors.base import TRIES, Outcome
from sageiq_ros.executors.workplace import Answer

AHEAD = 32
"""How many items a worker may be ahead of the oldest that is not done."""


class Ledger:
    """Keep account of items by their places, from 0, and read them as they are needed.

    No item is read that lies ``AHEAD * workers`` places or more behind one that is not done yet,
    so that whoever wants the outcomes in order has few to keep.
    """

    def __init__(self, items: Iterable[Any], workers: int) -> None:
        self._unread = iter(items)
        self._ahead = AHEAD * workers
        self._count = 0
        self._new: deque[int] = deque()
        self._again: deque[int] = deque()
        # In the order of their places: the first one is the oldest.
        self._open: dict[int, Any] = {}
        self._tries: dict[int, int] = {}

    @property
    def open(self) -> bool:
        """Tell whether an item is not done yet."""
        return bool(self._open) or self._read()

    def waiting(self, most: int) -> int:
        """Count the items that nobody works on, up to ``most``."""
        while len(self._new) + len(self._again) < most and self._read():
            pass
        return min(len(self._new) + len(self._again), most)

    def take(self) -> tuple[int, Any]:
        """Return place and item of what is next; raises IndexError where nothing waits.

        What is tried again comes last, so that what it may break costs the others the least.
        """
        index = (self._new if self._new or self._read() else self._again).popleft()
        return index, self._open[index]

    def settle(self, index: int, answer: Answer) -> Outcome | None:
        """Enter what came of a try; returns None where the item is to be tried again."""
        tries = self._tries[index] = self._tries.get(index, 0) + 1
        if answer.error and not answer.final and tries < TRIES:
            self._again.append(index)
            return None
        del self._open[index], self._tries[index]
        return Outcome(index, answer.value, answer.error, answer.final)

    def _read(self) -> bool:
        if self._open and self._count - next(iter(self._open)) >= self._ahead:
            return False
        for item in self._unread:
            self._open[self._count] = item
            self._new.append(self._count)
            self._count += 1
            return True
        return False
