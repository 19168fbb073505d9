# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The node as a child process: start it, notice when it dies, stop it, read its last words."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from sageiq_ros.types import SageIQError

NODE_MODULE = 'sageiq_ros.nodes.sageiq_node'
NAMESPACE = '/sageiq'
RESULTS = f'{NAMESPACE}/tar_quality'
STOP_S = 10.0


class NodeError(SageIQError):
    """The node process died or never became ready."""


class NodeProcess:
    """Run a node in a process of its own; a context manager that always ends it.

    What the node prints goes to ``log``. ``arguments`` are those after ``--ros-args``.
    """

    def __init__(
        self, log: Path, arguments: Sequence[str] = (), *, module: str = NODE_MODULE
    ) -> None:
        self.log = log
        command = [sys.executable, '-m', module, '--ros-args', *arguments]
        with log.open('wb') as output:
            # A session of its own: Ctrl-C reaches us alone, and we end the node in order.
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=child_environment(),
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Identify the process."""
        return self._process.pid

    def require_alive(self) -> None:
        """Raise NodeError with the node's last words if it has ended."""
        status = self._process.poll()
        if status is not None:
            reason = f'signal {-status}' if status < 0 else f'exit status {status}'
            raise NodeError(f'The node ended by itself ({reason}); {last_words(self.log)}')

    def stop(self) -> int:
        """End the node with SIGINT, or by force if it does not; returns its exit status."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def node_arguments(cameras: Sequence[str], config_file: str | None) -> list[str]:
    """Spell the node's arguments; what stands on the command line wins over the file."""
    arguments = ['-r', f'__ns:={NAMESPACE}', '-p', f'cameras:={json.dumps(list(cameras))}']
    return ['--params-file', config_file, *arguments] if config_file else arguments


def child_environment() -> dict[str, str]:
    """Return an environment in which a child finds this package where it was found here."""
    package_root = str(Path(__file__).resolve().parents[2])
    paths = [package_root, os.environ.get('PYTHONPATH', '')]
    return {**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, paths))}


def last_words(log: Path, lines: int = 5) -> str:
    """Quote the end of what a process printed into a file."""
    text = log.read_text(encoding='utf-8', errors='replace').strip()
    tail = '\n'.join(f'    {line}' for line in text.splitlines()[-lines:])
    return f'its last words, from {log}:\n{tail}' if tail else 'it said nothing.'
