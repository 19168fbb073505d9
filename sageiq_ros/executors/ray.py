# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Work on a Ray cluster, or on a Ray that is started on this machine and ends with the work."""

from __future__ import annotations

import logging
import os
import pickle
import re
import secrets
import socket
import sys
import sysconfig
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from sageiq_ros.executors.base import Job, Outcome
from sageiq_ros.executors.pool import Ended, share_out
from sageiq_ros.executors.workplace import Answer, Workplace, describe, read_answer
from sageiq_ros.types import SageIQError

# Even without statistics a Ray asks whether it runs in a cloud: the metadata addresses of three
# providers, by HTTP. A proxy that is not there keeps that in this machine; port 9 is for
# throwing away, and only the administrator could listen there.
QUIET = {
    'RAY_USAGE_STATS_ENABLED': '0',
    'http_proxy': 'http://127.0.0.1:9',
    'no_proxy': '127.0.0.1',
}
CONNECT_S = 10.0
POLL_S = 5.0
LOST_S = 60.0


class RayExecutor:
    """Run a job's work in actors of Ray; see ``Executor``.

    ``workers`` is how many actors, by default one for each ``cpus`` processors of the machine or
    the cluster. ``address`` is ``host:port`` of a cluster that this machine is part of, or
    ``auto`` for the one that runs here; without it a Ray of its own is started on this machine,
    which writes to a temporary folder only and asks nothing of a network. Where the process has
    joined a Ray already, that one is used as it is and left running.

    The job, the items and the results are pickled by the standard library: classes stand in
    modules that every machine has. Raises SageIQError where ray is missing or the address is
    none.
    """

    def __init__(
        self, workers: int | None = None, address: str | None = None, cpus: int = 1
    ) -> None:
        if address is not None and not re.fullmatch(r'auto|[^\s:/]+:\d+', address):
            raise SageIQError(f'{address!r} is no address of Ray: give host:port or auto.')
        import_ray()
        self.workers = workers
        self._address = address
        self._cpus = cpus

    @property
    def name(self) -> str:
        """Name the executor and its workers."""
        where = 'on this machine' if self._address is None else f'at {self._address}'
        count = f'{self.workers} workers' if self.workers else 'a worker for each processor'
        return f'Ray {where}, {count}'

    def run(self, job: Job, items: Iterable[Any]) -> Generator[Outcome, None, None]:
        """Yield the outcome of every item.

        Raises SageIQError where Ray or no worker can be started, or the cluster has fewer
        processors than the workers need.
        """
        unread = iter(items)
        first = list(islice(unread, 1))
        if not first:
            return
        wanted = self.workers or max(1, len(os.sched_getaffinity(0)) // self._cpus)
        with joined(self._address, wanted * self._cpus) as ray:
            found = int(ray.cluster_resources().get('CPU', 0))
            workers = self.workers or found // self._cpus
            if not 0 < workers * self._cpus <= found:
                raise SageIQError(
                    f'The Ray cluster has {found} processors, too few for {workers or 1} workers '
                    f'with {self._cpus} each: choose fewer workers or add machines.'
                )
            crew = _Crew(ray, job, self._cpus)
            yield from share_out(crew, workers, chain(first, unread))


@contextmanager
def joined(address: str | None, cpus: int) -> Iterator[Any]:
    """Join a cluster, or start a Ray with ``cpus`` processors here, and give the module ``ray``.

    What was joined or started is left or ended with the context, but not what the process had
    joined before. Raises SageIQError where that fails.
    """
    ray = import_ray()
    if ray.is_initialized():
        yield ray
        return
    with TemporaryDirectory(prefix='ray-', ignore_cleanup_errors=True) as folder:
        try:
            try:
                _join(ray, address, cpus, folder)
            except Exception as error:
                what = 'be started' if address is None else f'be joined at {address}'
                # The paths of its sockets have some 80 characters below that folder.
                hint = '; set TMPDIR to a folder with a shorter path' * ('AF_UNIX' in str(error))
                raise SageIQError(f'Ray cannot {what} ({describe(error)}){hint}.') from error
            yield ray
        finally:
            ray.shutdown()


def import_ray() -> Any:
    """Return the module ``ray``; raises SageIQError where it is missing."""
    try:
        import ray
    except ImportError as error:
        raise SageIQError(
            f"--executor ray cannot be used ({error}): run 'pip install .[ray]' in the repository."
        ) from error
    return ray


def _join(ray: Any, address: str | None, cpus: int, folder: str) -> None:
    workers = {'env_vars': _worker_environment(address)}
    if address is not None:
        if address != 'auto':
            # Ray itself would try for minutes.
            host, port = address.split(':')
            socket.create_connection((host, int(port)), CONNECT_S).close()
        ray.init(address=address, logging_level=logging.ERROR, runtime_env=workers)
        return
    # A Ray of its own asks for a token of whoever reaches its ports, and writes one to the home
    # folder unless it is given one. It is read once a process.
    os.environ.setdefault('RAY_AUTH_TOKEN', secrets.token_hex(32))
    with _environment(QUIET):
        ray.init(
            address='local',
            num_cpus=cpus,
            include_dashboard=False,
            logging_level=logging.ERROR,
            runtime_env=workers,
            _temp_dir=folder,
        )


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _worker_environment(address: str | None) -> dict[str, str]:
    """Return the variables with which a worker finds what this process imports."""
    # What is installed is the worker's own affair: on another machine it lies elsewhere.
    installed = [sysconfig.get_path(name) for name in ('stdlib', 'purelib', 'platlib')]
    found = [str(Path(__file__).parents[2]), *map(os.path.abspath, sys.path)]
    sources = [
        path
        for path in dict.fromkeys(found)
        if os.path.isdir(path) and not any(Path(path).is_relative_to(i) for i in installed)
    ]
    variables = {'PYTHONPATH': os.pathsep.join([*sources, '${PYTHONPATH}'])}
    if address is None:
        # What keeps Ray itself quiet is not meant for the work.
        variables |= {name: os.environ.get(name, '') for name in QUIET}
    return variables


class _Member:
    def __init__(self, actor: Any, job: bytes) -> None:
        self.actor = actor
        self.reply = actor.start.remote(job)

    def give(self, item: Any) -> None:
        self.reply = self.actor.do.remote(pickle.dumps(item))


class _Crew:
    def __init__(self, ray: Any, job: Job, cpus: int) -> None:
        self._ray = ray
        self._cpus = cpus
        self._job = pickle.dumps(job)
        self._actors: list[Any] = []
        self._workplace = ray.remote(num_cpus=cpus)(Workplace)

    def start(self) -> _Member:
        self._actors.append(self._workplace.remote())
        return _Member(self._actors[-1], self._job)

    def wait(self, workers: Sequence[_Member]) -> Iterable[tuple[_Member, Answer | Ended]]:
        replies = {worker.reply: worker for worker in workers}
        last_seen = monotonic()
        while True:
            ready, _ = self._ray.wait(list(replies), timeout=POLL_S)
            if ready:
                return [(replies[reply], self._hear(replies[reply])) for reply in ready]
            # Ray itself would wait for another machine as long as it takes.
            if self._ray.cluster_resources().get('CPU', 0) >= self._cpus:
                last_seen = monotonic()
            elif monotonic() - last_seen >= LOST_S:
                raise SageIQError(
                    f'The Ray cluster has had no machine that works for {LOST_S:.0f} s: see '
                    "'ray status', and give the command again."
                )

    def stop(self) -> None:
        for actor in self._actors:
            self._ray.kill(actor)

    def _hear(self, worker: _Member) -> Answer | Ended:
        try:
            return read_answer(self._ray.get(worker.reply))
        except self._ray.exceptions.RayError as error:
            # Where its machine cannot be reached, it may live on unseen.
            self._ray.kill(worker.actor)
            return Ended(
                f'A worker of Ray ended ({_reason(error)}); have all its machines this package '
                'and enough memory?'
            )


def _reason(error: Exception) -> str:
    # Ray tells the whole story, of which a traceback's end is what happened.
    last = str(error).strip().rpartition('\n')[2]
    return last if re.match(r'\w+: ', last) else type(error).__name__
