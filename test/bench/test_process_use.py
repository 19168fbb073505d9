# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What a process takes is read from the kernel: time, memory, threads, files, children."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from sageiq_ros.bench.process_use import (
    children,
    family_use,
    peak_memory_mb,
    process_status,
    process_use,
)

READY = 'print("up", flush=True); input()'


@contextmanager
def python(code):
    """Run Python code in a process of its own until it is ready, and end it."""
    with subprocess.Popen(
        [sys.executable, '-c', code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b'up\n'
        yield process
        process.communicate(b'\n')


def test_memory_and_children_are_those_of_the_process():
    code = f'import subprocess, sys; subprocess.run([sys.executable, "-c", {READY!r}])'
    with python(code) as process:
        (child,) = children(process.pid)
        assert process_status(child)['PPid'] == str(process.pid)
        assert family_use(process.pid) == process_use(child)
        assert peak_memory_mb(process.pid) >= process_use(process.pid).memory_mb > 1.0
    assert children(process.pid) == []
    assert peak_memory_mb(process.pid) == 0.0


def test_threads_and_files_are_counted():
    wait = 'threading.Thread(target=threading.Event().wait, daemon=True).start()'
    more = f'import threading; [{wait} for _ in range(3)]; {READY}'
    with python(READY) as bare, python(more) as threaded:
        plain, busy = process_use(bare.pid), process_use(threaded.pid)
    assert busy.threads == plain.threads + 3
    with python(f'files = [open("/dev/null") for _ in range(5)]; {READY}') as opened:
        assert process_use(opened.pid).files == plain.files + 5


def test_memory_that_processes_share_is_told_apart():
    size = 20_000_000
    shared = f'import mmap; pages = mmap.mmap(-1, {size}); pages.write(bytes({size})); {READY}'
    own = f'pages = b"1" * {size}; {READY}'
    with python(shared) as sharing, python(own) as owning:
        first, second = process_use(sharing.pid), process_use(owning.pid)
    assert first.shared_mb >= size / 1e6 > second.shared_mb
    assert second.own_mb >= size / 1e6
    assert first.own_mb == first.memory_mb - first.shared_mb


def test_processor_time_is_what_the_process_has_used():
    begin = time.process_time()
    while time.process_time() - begin < 0.05:
        pass
    # The kernel counts in hundredths of a second.
    assert process_use(os.getpid()).cpu_s == pytest.approx(time.process_time(), abs=0.03)


def test_a_process_that_is_gone_takes_nothing():
    with python(READY) as process:
        pass
    gone = process_use(process.pid)
    assert (gone.cpu_s, gone.memory_mb, gone.threads, gone.files) == (0.0, 0.0, 0, 0)
