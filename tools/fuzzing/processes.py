# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Each target in a process of its own, so that a crash or a hang in C code is told too."""

from __future__ import annotations

import logging
import multiprocessing
import os
import time
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from typing import Any

from fuzzing.runner import Finding, Outcome, run_target
from fuzzing.targets import TARGETS

START_S, STUCK_S = 300.0, 60.0
TICK_S = 0.2
NOT_BEGUN = -1


def run_apart(name: str, seed: int, count: int, seconds: float | None) -> dict[str, Any]:
    """Run a target by name; returns ``Outcome.record()``, with a finding where it never ended."""
    context = multiprocessing.get_context('spawn')
    number: Synchronized[int] = context.Value('q', NOT_BEGUN, lock=False)
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(
        target=_work, args=(name, seed, count, seconds, number, theirs), daemon=True
    )
    process.start()
    theirs.close()
    seen, since, killed = NOT_BEGUN, time.monotonic(), False
    while process.is_alive() and not ours.poll(TICK_S):
        if number.value != seen:
            seen, since = number.value, time.monotonic()
        elif time.monotonic() - since > (START_S if seen == NOT_BEGUN else STUCK_S):
            process.kill()
            killed = True
            break
    record = _received(ours)
    process.join()
    if record is not None:
        return record
    outcome = Outcome(name, inputs=max(0, number.value))
    kind, text = ('hang', f'more than {STUCK_S:.0f} s in C code') if killed else (
        'crash', f'the process ended with status {process.exitcode}'
    )  # fmt: skip
    outcome.findings[kind, ''] = Finding(kind, '', text, number.value)
    return outcome.record()


def _received(pipe: Connection) -> dict[str, Any] | None:
    try:
        return pipe.recv() if pipe.poll() else None
    except EOFError:
        return None


def _work(
    name: str,
    seed: int,
    count: int,
    seconds: float | None,
    number: Synchronized[int],
    pipe: Connection,
) -> None:
    # What libraries print of every damaged picture, and what is logged of every damaged file.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    logging.disable()

    def begun(place: int) -> None:
        number.value = place

    pipe.send(run_target(TARGETS[name], seed, count, seconds, begun).record())
