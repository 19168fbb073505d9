# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The parent's side of the worker process: its life, and one request at a time."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any


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


class WorkerProcess:
    """Run a worker process; every method but ``close`` and ``alive`` is one thread's.

    ``valid(words, answer)`` tells whether an answer is one.
    """

    def __init__(
        self, command: Sequence[str], limits: WorkerLimits, valid: Callable[[str, Any], bool]
    ) -> None:
        self._command = list(command)
        self._limits = limits
        self._valid = valid
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self.was_ready = False
        self._requests = 0
        self._buffer = b''

    @property
    def alive(self) -> bool:
        """Tell whether the process runs."""
        process = self._process
        return process is not None and process.poll() is None

    def start(self) -> None:
        """Start the process where none runs and wait until it is ready; raises WorkerError."""
        if self.alive:
            return
        self.end()
        # Descriptors are not inherited (the default of Popen), so no socket of DDS is either.
        environment = {**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, sys.path))}
        try:
            process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
            )
        except OSError as error:
            raise WorkerError(
                f'The language model process cannot start: {error.strerror}.'
            ) from error
        self._buffer = b''
        with self._lock:
            self._process = process
            if self._closed:
                process.kill()
        try:
            ready = self._receive(process, self._limits.start).get('ready')
        except EOFError as error:
            raise WorkerError(
                f'The language model process ended ({_end(process)}) while it loaded the model; '
                'if it does so again, the model is damaged or too large for the memory.'
            ) from error
        if ready is not True:
            raise WorkerError('The language model process gave an answer that is not one.')
        self.was_ready = True

    def ask(self, query: str, words: Sequence[str]) -> dict[str, Any]:
        """Return the answers to words, None for what is not readable; raises WorkerError."""
        process = self._process
        assert process is not None and process.stdin is not None
        self._requests += 1
        request = {'id': self._requests, 'query': query, 'words': list(words)}
        try:
            process.stdin.write(json.dumps(request).encode() + b'\n')
            process.stdin.flush()
            reply = self._receive(process, self._limits.answer)
        except (OSError, EOFError) as error:
            raise WorkerError(f'The language model process ended ({_end(process)}).') from error
        answers = reply.get('answers')
        if (
            reply.get('id') == self._requests
            and isinstance(answers, list)
            and len(answers) == len(words)
            and all(a is None or self._valid(w, a) for w, a in zip(words, answers, strict=True))
        ):
            return dict(zip(words, answers, strict=True))
        raise WorkerError('The language model process gave an answer that is not one.')

    def end(self) -> None:
        """End the process, if there is one, and what belongs to it."""
        with self._lock:
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

    def close(self) -> None:
        """Kill the process, now and whenever it is started again; any thread may call this."""
        with self._lock:
            self._closed = True
            if self._process is not None:
                self._process.kill()

    def _receive(self, process: subprocess.Popen[bytes], seconds: float) -> dict[str, Any]:
        """Read one line; raises EOFError at the end of the output, WorkerError of the time."""
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
                    raise EOFError
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


def _end(process: subprocess.Popen[bytes]) -> str:
    """Say how a process ended whose output has ended."""
    try:
        status = process.wait(timeout=1.0)
    except subprocess.TimeoutExpired:
        return 'its output was closed'
    return f'signal {-status}' if status < 0 else f'exit status {status}'
