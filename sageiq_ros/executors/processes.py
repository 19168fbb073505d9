# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Work in several processes of this machine; one that is killed costs nothing but time."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
from collections.abc import Generator, Iterable, Iterator, Sequence
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from sageiq_ros.executors.base import Job, Outcome
from sageiq_ros.executors.pool import Ended, share_out
from sageiq_ros.executors.process_worker import serve
from sageiq_ros.executors.workplace import Answer, read_answer
from sageiq_ros.types import SageIQError

PATIENCE_S = 5.0


class ProcessesExecutor:
    """Run a job's work in processes of their own; see ``Executor``.

    ``workers`` is how many, by default one for each processor that this process may use. They
    are spawned, so a script that uses this needs ``if __name__ == '__main__':``. The job, the
    items and the results are pickled by the standard library: classes stand in modules. Raises
    SageIQError for fewer than one worker.
    """

    def __init__(self, workers: int | None = None) -> None:
        if workers is not None and workers < 1:
            raise SageIQError(f'{workers} workers do no work: give 1 or more.')
        self.workers = workers or len(os.sched_getaffinity(0))

    @property
    def name(self) -> str:
        """Name the executor and its workers."""
        return f'{self.workers} processes of this machine'

    def run(self, job: Job, items: Iterable[Any]) -> Generator[Outcome, None, None]:
        """Yield the outcome of every item; raises SageIQError where no worker can be started."""
        return share_out(_Crew(job), self.workers, items)


class _Member:
    def __init__(self, process: BaseProcess, pipe: Connection) -> None:
        self.process = process
        self.pipe = pipe

    def give(self, item: Any) -> None:
        self.send(pickle.dumps(item))

    def send(self, data: bytes) -> None:
        # A process that has died is heard of by its end.
        with contextlib.suppress(OSError):
            self.pipe.send_bytes(data)

    def hear(self) -> Answer | Ended:
        try:
            # What it said before it died counts; without anything said there is nothing to read.
            if self.pipe.poll():
                return read_answer(self.pipe.recv_bytes())
        except (EOFError, OSError):
            pass
        # By itself, so that its status says why.
        self.process.join(PATIENCE_S)
        self.process.kill()
        self.process.join()
        status = self.process.exitcode or 0
        how = f'signal {-status}' if status < 0 else f'exit status {status}'
        return Ended(f'The worker process ended ({how}); is there enough memory for all workers?')

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.process.close()
        self.pipe.close()


class _Crew:
    def __init__(self, job: Job) -> None:
        self._job = pickle.dumps(job)
        self._context = get_context('spawn')
        self._members: list[_Member] = []

    def start(self) -> _Member:
        try:
            ours, theirs = self._context.Pipe()
            process = self._context.Process(target=serve, args=(theirs,), daemon=True)
            with _no_interrupt():
                process.start()
                member = _Member(process, ours)
                self._members.append(member)
        except OSError as error:
            raise SageIQError(
                f'A worker process cannot be started ({error.strerror}): choose fewer workers.'
            ) from error
        theirs.close()
        member.send(self._job)
        return member

    def wait(self, workers: Sequence[_Member]) -> Iterable[tuple[_Member, Answer | Ended]]:
        pipes: dict[Any, _Member] = {worker.pipe: worker for worker in workers}
        heard = [(pipes[pipe], pipes[pipe].hear()) for pipe in wait(list(pipes))]
        for member, said in heard:
            if isinstance(said, Ended):
                member.end()
                self._members.remove(member)
        return heard

    def stop(self) -> None:
        # All at once; they hold nothing that could be lost.
        for member in self._members:
            member.process.kill()
        for member in self._members:
            member.end()


@contextlib.contextmanager
def _no_interrupt() -> Iterator[None]:
    """Hold Ctrl-C back; a process that is started meanwhile never gets it until it asks."""
    # Starting the tracker of multiprocessing lets Ctrl-C through again, so it comes first.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
