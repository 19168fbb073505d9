# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The parent's side of the worker process: start it when needed, outlive it when it dies."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import selectors
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from sageiq_ros.analyzer.base import WorkerStatus

log = logging.getLogger(__name__)

QUEUE_LIMIT = 1024
"""Words that may wait; more are dropped, and asked again when a frame shows them again."""


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """Seconds the worker is given; generous, because it may have little of a busy processor."""

    idle: float = 30.0
    start: float = 300.0
    answer: float = 300.0
    first_pause: float = 1.0
    longest_pause: float = 60.0


class WorkerError(Exception):
    """The worker ended, was late or answered nonsense."""


class Worker:
    """Have words answered in another process without ever making the caller wait.

    ``chunk`` is how many words are asked about in one request.

    ``deliver(query, answers)`` is called from this object's thread with an answer for each of the
    words, None for one that the process could not read; others are ``valid(words, answer)``. The
    process starts with the first words that are posted and ends after ``limits.idle`` seconds
    without any. When it dies, is late or answers nonsense it is killed and started again after a
    pause that doubles from ``limits.first_pause`` to ``limits.longest_pause``.
    """

    def __init__(
        self,
        command: Sequence[str],
        deliver: Callable[[str, dict[str, Any]], None],
        valid: Callable[[str, Any], bool],
        chunk: int,
        limits: WorkerLimits | None = None,
    ) -> None:
        self._command = list(command)
        self._deliver = deliver
        self._valid = valid
        self._chunk = chunk
        self._limits = limits or WorkerLimits()
        self._condition = threading.Condition()
        self._pending: dict[tuple[str, str], None] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._closing = False
        self._restarts = 0
        self._error = self._last_error = ''
        self._requests = 0
        self._buffer = b''

    def post(self, query: str, words: Iterable[str]) -> None:
        """Ask for words to be answered; those that wait already are not asked twice."""
        with self._condition:
            if self._closing:
                return
            for item in words:
                if len(self._pending) < QUEUE_LIMIT:
                    self._pending.setdefault((query, item))
            if self._thread is None and self._pending:
                self._thread = threading.Thread(
                    target=self._run, name='analyzer-worker', daemon=True
                )
                self._thread.start()
            self._condition.notify_all()

    def forget(self, query: str) -> None:
        """Drop the words that wait for a query that is no longer asked for."""
        with self._condition:
            self._pending = {key: None for key in self._pending if key[0] != query}

    def waits(self, query: str) -> bool:
        """Tell whether words of a query wait."""
        with self._condition:
            return any(asked == query for asked, _ in self._pending)

    def status(self, unread: int = 0) -> WorkerStatus:
        """Return the worker's state at this moment; ``unread`` is passed on."""
        with self._condition:
            alive = self._process is not None and self._process.poll() is None
            return WorkerStatus(
                alive, len(self._pending), self._restarts, self._error, self._last_error, unread
            )

    def close(self) -> None:
        """End the process and the thread; words that wait are dropped."""
        with self._condition:
            self._closing = True
            self._pending.clear()
            if self._process is not None:
                self._process.kill()
            self._condition.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(timeout=5.0)

    def _run(self) -> None:
        pause = self._limits.first_pause
        while True:
            request = self._next_request()
            if request is None:
                return
            query, words = request
            try:
                answers = self._ask(query, words)
            except WorkerError as fault:
                self._end_process()
                if not self._note_fault(str(fault), query, words, pause):
                    return
                pause = min(2.0 * pause, self._limits.longest_pause)
                continue
            pause = self._limits.first_pause
            self._deliver(query, dict(zip(words, answers, strict=True)))
            with self._condition:
                recovered, self._error = bool(self._error), ''
                for item in words:
                    self._pending.pop((query, item), None)
            if recovered:
                log.warning('The language model process answers again.')

    def _note_fault(self, error: str, query: str, words: list[str], pause: float) -> bool:
        """Count a fault and wait before the next attempt; returns False if closed meanwhile."""
        with self._condition:
            if self._closing:
                return False
            self._restarts += 1
            self._error = self._last_error = error
            # To the end of the queue: words that the model dies of must not block the others.
            for item in words:
                if (query, item) in self._pending:
                    del self._pending[query, item]
                    self._pending[query, item] = None
        log.warning('%s Trying again in %.0f s.', error, pause)
        with self._condition:
            return not self._condition.wait_for(lambda: self._closing, timeout=pause)

    def _next_request(self) -> tuple[str, list[str]] | None:
        def ready() -> bool:
            return self._closing or bool(self._pending)

        while True:
            with self._condition:
                timeout = None if self._process is None else self._limits.idle
                if self._condition.wait_for(ready, timeout):
                    if self._closing:
                        break
                    query = next(iter(self._pending))[0]
                    same = [words for asked, words in self._pending if asked == query]
                    return query, same[: self._chunk]
            self._end_process()
        self._end_process()
        return None

    def _ask(self, query: str, words: list[str]) -> list[Any]:
        process = self._ready_process()
        self._requests += 1
        request = {'id': self._requests, 'query': query, 'words': words}
        try:
            assert process.stdin is not None
            process.stdin.write(json.dumps(request).encode() + b'\n')
            process.stdin.flush()
        except OSError as error:
            raise WorkerError(f'The language model process ended ({_end(process)}).') from error
        reply = self._receive(process, self._limits.answer)
        answers = reply.get('answers')
        if (
            reply.get('id') == self._requests
            and isinstance(answers, list)
            and len(answers) == len(words)
            and all(a is None or self._valid(w, a) for w, a in zip(words, answers, strict=True))
        ):
            return answers
        raise WorkerError('The language model process gave an answer that is not one.')

    def _ready_process(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end_process()
        # Descriptors are not inherited (the default of Popen), so no socket of DDS is either.
        environment = {**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, sys.path))}
        with self._condition:
            if self._closing:
                raise WorkerError('The language model process is being closed.')
            try:
                process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env=environment,
                )
            except OSError as error:
                raise WorkerError(
                    f'The language model process cannot start: {error.strerror}.'
                ) from error
            self._process = process
            self._buffer = b''
        if self._receive(process, self._limits.start).get('ready') is not True:
            raise WorkerError('The language model process gave an answer that is not one.')
        return process

    def _receive(self, process: subprocess.Popen[bytes], seconds: float) -> dict[str, Any]:
        """Read one line; raises WorkerError at the end of the output or of the time."""
        assert process.stdout is not None
        deadline = monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while b'\n' not in self._buffer:
                if not selector.select(max(0.0, deadline - monotonic())):
                    raise WorkerError(
                        f'The language model process did not answer within {seconds:.0f} s.'
                    )
                data = os.read(process.stdout.fileno(), 65536)
                if not data:
                    raise WorkerError(f'The language model process ended ({_end(process)}).')
                self._buffer += data
        line, _, self._buffer = self._buffer.partition(b'\n')
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise WorkerError('The language model process gave an answer that is not one.')
        if 'error' in answer:
            raise WorkerError(str(answer['error']))
        return answer

    def _end_process(self) -> None:
        with self._condition:
            process, self._process = self._process, None
        if process is None:
            return
        # It holds nothing that could be lost, so there is nothing to wait for but its end.
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


def _end(process: subprocess.Popen[bytes]) -> str:
    """Say how a process ended whose output has ended."""
    try:
        status = process.wait(timeout=1.0)
    except subprocess.TimeoutExpired:
        return 'its output was closed'
    return f'signal {-status}' if status < 0 else f'exit status {status}'
