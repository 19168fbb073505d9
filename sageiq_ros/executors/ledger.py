# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Which items wait, how often each was tried, and when it is done with."""

from __future__ import annotations

from collections import deque

from sageiq_ros.executors.base import TRIES, Outcome
from sageiq_ros.executors.workplace import Answer


class Ledger:
    """Keep account of items by their places in the list, 0 to ``count`` - 1."""

    def __init__(self, count: int) -> None:
        self._waiting = deque(range(count))
        self._tries = [0] * count
        self._open = count

    @property
    def waiting(self) -> int:
        """Count the items that nobody works on and that are not done."""
        return len(self._waiting)

    @property
    def open(self) -> bool:
        """Tell whether an item is not done yet."""
        return self._open > 0

    def take(self) -> int:
        """Return the place of the item that is next; raises IndexError where none waits."""
        return self._waiting.popleft()

    def settle(self, index: int, answer: Answer) -> Outcome | None:
        """Enter what came of a try; returns None where the item is to be tried again.

        Such an item comes after all others, so that what it may break costs them the least.
        """
        self._tries[index] += 1
        if answer.error and not answer.final and self._tries[index] < TRIES:
            self._waiting.append(index)
            return None
        self._open -= 1
        return Outcome(index, answer.value, answer.error, answer.final)
