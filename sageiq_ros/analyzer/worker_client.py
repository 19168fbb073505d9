# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The queue before the worker process: what is asked, when it is tried again, when given up."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sageiq_ros.analyzer.base import WorkerStatus
from sageiq_ros.analyzer.language_models.base import reason_of
from sageiq_ros.analyzer.worker_process import WorkerError, WorkerLimits, WorkerProcess

log = logging.getLogger(__name__)

QUEUE_LIMIT = 1024
"""Words that may wait; more are dropped, and asked again when a frame shows them again."""

ATTEMPTS = 3
"""Requests about one word alone that may fail before it counts as unreadable."""


class Worker:
    """Have words answered in another process without ever making the caller wait.

    ``chunk`` is how many words are asked about in one request.

    ``deliver(query, answers)`` is called from this object's thread with an answer for each of the
    words, None for one that the process could not read; others are ``valid(words, answer)``. The
    process starts with the first words that are posted and ends after ``limits.idle`` seconds
    without any. When it dies, is late or answers nonsense it is killed and started again after a
    pause that doubles from ``limits.first_pause`` to ``limits.longest_pause``. The words that it
    failed at come after all others then, in ever smaller requests, so that those it cannot be
    asked about are found out and do not stand in the way of others. The query that was posted
    last is answered first.
    """

    def __init__(
        self,
        command: Sequence[str],
        deliver: Callable[[str, dict[str, Any]], None],
        valid: Callable[[str, Any], bool],
        chunk: int,
        limits: WorkerLimits | None = None,
    ) -> None:
        self._limits = limits or WorkerLimits()
        self._process = WorkerProcess(command, self._limits, valid)
        self._deliver = deliver
        self._chunk = chunk
        # Words that failed so many times, in requests an eighth as long each time, are alone.
        self._alone = (chunk.bit_length() + 1) // 3
        self._condition = threading.Condition()
        # Query and words, with the number of requests about them that failed.
        self._pending: dict[tuple[str, str], int] = {}
        self._newest = ''
        self._thread: threading.Thread | None = None
        self._closing = False
        self._failures = 0
        self._error = self._last_error = ''

    def post(self, query: str, words: Iterable[str]) -> None:
        """Ask for words to be answered; those that wait already are not asked twice."""
        with self._condition:
            if self._closing:
                return
            for item in words:
                if len(self._pending) < QUEUE_LIMIT:
                    self._pending.setdefault((query, item), 0)
                    self._newest = query
            if self._thread is None and self._pending:
                self._thread = threading.Thread(
                    target=self._run, name='analyzer-worker', daemon=True
                )
                self._thread.start()
            self._condition.notify_all()

    def forget(self, query: str) -> None:
        """Drop the words that wait for a query that is no longer asked for."""
        with self._condition:
            self._pending = {key: n for key, n in self._pending.items() if key[0] != query}

    def waits(self, query: str) -> bool:
        """Tell whether words of a query wait, other than those that failed and come last."""
        with self._condition:
            return any(key[0] == query and not failed for key, failed in self._pending.items())

    def status(self, unread: int = 0) -> WorkerStatus:
        """Return the worker's state at this moment; ``unread`` is passed on."""
        with self._condition:
            return WorkerStatus(
                self._process.alive,
                len(self._pending),
                self._failures,
                self._error,
                self._last_error,
                unread,
                self._process.was_ready,
            )

    def close(self) -> None:
        """End the process and the thread; words that wait are dropped."""
        with self._condition:
            self._closing = True
            self._pending.clear()
            self._condition.notify_all()
            thread = self._thread
        self._process.close()
        if thread is not None:
            thread.join(timeout=5.0)

    def _run(self) -> None:
        pause = self._limits.first_pause
        while True:
            request = self._next_request()
            if request is None:
                return
            query, words = request
            asked = False
            try:
                self._process.start()
                asked = True
                self._deliver(query, self._process.ask(query, words))
            except Exception as fault:
                self._process.end()
                if self._closed_within(0.0):
                    return
                error = f'{reason_of(fault)}.'
                # Where the process did not start, the words are not to blame.
                hopeless = self._note_fault(error, query, words if asked else [])
                if hopeless:
                    self._give_up(query, hopeless)
                if self._closed_within(pause):
                    return
                log.warning(
                    '%s Trying again after %.0f s.',
                    error,
                    pause,
                    exc_info=None if isinstance(fault, WorkerError) else fault,
                )
                pause = min(2.0 * pause, self._limits.longest_pause)
                continue
            pause = self._limits.first_pause
            with self._condition:
                recovered, self._error = bool(self._error), ''
                for item in words:
                    self._pending.pop((query, item), None)
            if recovered:
                log.warning('The language model process answers again.')

    def _note_fault(self, error: str, query: str, words: list[str]) -> list[str]:
        """Count a fault, the process's and the words'; returns those that are hopeless."""
        hopeless = []
        with self._condition:
            self._failures += 1
            self._error = self._last_error = error
            for item in words:
                failed = self._pending.pop((query, item), None)
                if failed is None:
                    continue
                failed = max(failed, self._alone if len(words) == 1 else 0) + 1
                if failed >= self._alone + ATTEMPTS:
                    hopeless.append(item)
                else:
                    self._pending[query, item] = failed
        return hopeless

    def _give_up(self, query: str, words: list[str]) -> None:
        log.warning('The language model cannot answer %s; the prior weighs instead.', words)
        with self._condition:
            if not self._pending:
                self._error = ''
        try:
            self._deliver(query, dict.fromkeys(words))
        except Exception:
            log.exception('What is not answered cannot be noted.')

    def _closed_within(self, seconds: float) -> bool:
        with self._condition:
            return self._condition.wait_for(lambda: self._closing, timeout=seconds)

    def _next_request(self) -> tuple[str, list[str]] | None:
        def ready() -> bool:
            return self._closing or bool(self._pending)

        while True:
            with self._condition:
                timeout = self._limits.idle if self._process.alive else None
                if self._condition.wait_for(ready, timeout):
                    if self._closing:
                        break
                    return self._choose_request()
            self._process.end()
        self._process.end()
        return None

    def _choose_request(self) -> tuple[str, list[str]]:
        least = min(self._pending.values())
        keys = [key for key, failed in self._pending.items() if failed == least]
        query = self._newest if any(key[0] == self._newest for key in keys) else keys[0][0]
        words = [words for asked, words in keys if asked == query]
        return query, words[: max(1, self._chunk >> (3 * least))]
