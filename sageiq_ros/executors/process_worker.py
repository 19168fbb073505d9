# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The other end of the pipe: what a process does that ``processes.py`` has started."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import threading
from multiprocessing.connection import Connection

from sageiq_ros.executors.workplace import Workplace


def serve(pipe: Connection) -> None:
    """Load the job that comes first, then answer one item after the other.

    The process ends when the pipe does, which also is how its parent's death is noticed.
    """
    # Ctrl-C in a terminal reaches every process there; what it means is for the parent to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    # Held open by a process that the work has forked, the pipe would outlive this one.
    os.register_at_fork(after_in_child=pipe.close)
    received: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(pipe, received), daemon=True).start()
    workplace = Workplace()
    with contextlib.suppress(OSError):
        pipe.send_bytes(workplace.start(received.get()))
        while True:
            pipe.send_bytes(workplace.do(received.get()))


def _receive(pipe: Connection, received: queue.SimpleQueue[bytes]) -> None:
    try:
        while True:
            received.put(pipe.recv_bytes())
    except (EOFError, OSError):
        # At once, in the middle of an item too: nobody is left to be told.
        os._exit(0)
