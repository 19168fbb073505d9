# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A process that holds one way of running stage 1 and runs it when asked.

Each way has a process of its own, so that its peak memory is its own and no library's threads
stand in another's way.
"""

from __future__ import annotations

import hashlib
import sys
import traceback
from collections.abc import Callable, Mapping
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Any

from sageiq_ros.bench.machine import memory_mb
from sageiq_ros.engines.base import EngineError
from sageiq_ros.types import SageIQError

Call = Callable[[], Any]
"""Run once; returns what the network gave."""
Load = Callable[[], Call]
"""Load a network and return how to run it; must be picklable."""
PATIENCE_S = 30.0


class Runner:
    """Start a process, load in it and run once; a context that ends it.

    ``load_s`` is the time from calling ``load`` to the end of the first run. Raises what ``load``
    raises of SageIQError, and EngineError where the process ends without an answer.
    """

    def __init__(self, name: str, load: Load) -> None:
        self.name = name
        context = get_context('spawn')
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, load), daemon=True)
        self._process.start()
        theirs.close()
        try:
            self.load_s: float = self._answer()
        except BaseException:
            self.close()
            raise

    def time(self, seconds: float) -> list[float]:
        """Run once unmeasured, then for ``seconds`` and at least once; returns ms of each run."""
        return self._ask('time', seconds)

    def digest(self) -> str:
        """Run once and return the SHA-256 of all arrays that came out."""
        return self._ask('digest')

    def peak_mb(self) -> float:
        """Return the process's largest resident memory so far, in megabytes."""
        return self._ask('peak_mb')

    def close(self) -> None:
        """End the process."""
        self._connection.close()
        self._process.join(PATIENCE_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, *request: Any) -> Any:
        try:
            self._connection.send(request)
        except OSError as error:
            raise self._gone() from error
        return self._answer()

    def _answer(self) -> Any:
        try:
            answer = self._connection.recv()
        except (EOFError, OSError) as error:
            raise self._gone() from error
        if isinstance(answer, SageIQError):
            raise answer
        return answer

    def _gone(self) -> EngineError:
        self._process.join(PATIENCE_S)
        return EngineError(
            f'The process that measures {self.name!r} ended by itself (exit status '
            f'{self._process.exitcode}); is there enough memory?'
        )


def _serve(connection: Connection, load: Load) -> None:
    actions: dict[str, Callable[..., Any]] = {
        'time': _time,
        'digest': _digest,
        'peak_mb': _peak_mb,
    }
    try:
        begin = perf_counter()
        call = load()
        call()
        connection.send(perf_counter() - begin)
        while True:
            name, *arguments = connection.recv()
            connection.send(actions[name](call, *arguments))
    except EOFError:
        return
    except SageIQError as error:
        # An error of its own class may not be picklable by its arguments.
        connection.send(EngineError(str(error)))
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception:
        traceback.print_exc()
        sys.exit(1)


def _time(call: Call, seconds: float) -> list[float]:
    call()
    times: list[float] = []
    end = perf_counter() + seconds
    while not times or perf_counter() < end:
        begin = perf_counter()
        call()
        times.append(1e3 * (perf_counter() - begin))
    return times


def _digest(call: Call) -> str:
    outputs: Mapping[str, Any] = call()
    found = hashlib.sha256()
    for name in sorted(outputs):
        found.update(f'{name} {outputs[name].shape} {outputs[name].dtype}'.encode())
        found.update(outputs[name].tobytes())
    return found.hexdigest()


def _peak_mb(call: Call) -> float:
    return memory_mb('VmHWM')
