# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A node in a process of its own, which a test starts, signals and reads."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).parent
DOUBLE = (str(HERE / 'pipeline_double.py'),)
REAL = ('-m', 'sageiq_ros.nodes.sageiq_node')
START_S = 120.0
EXIT_S = 2.0


class Child:
    """A node process; its words are read line by line until it ends."""

    def __init__(self, command, parameters):
        environment = {**os.environ, 'RCUTILS_LOGGING_BUFFERED_STREAM': '0'}
        # Not inherited: it would keep the child from finding the wheels' libraries.
        environment.pop('_ROS_WHEELS_BOOTSTRAP_COMPLETE', None)
        arguments = [item for pair in parameters for item in ('-p', pair)]
        self._process = subprocess.Popen(
            [sys.executable, *command, '--ros-args', *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    @property
    def pid(self):
        return self._process.pid

    def interrupt(self, number=signal.SIGINT):
        """Send a signal; return the exit status, the seconds it took, and all that was said."""
        start = time.monotonic()
        self._process.send_signal(number)
        words, _ = self._process.communicate(timeout=START_S)
        return self._process.returncode, time.monotonic() - start, words

    def end(self):
        """Kill a process that no test has ended, and show what it said."""
        if not self._process.stdout.closed:
            self._process.kill()
            print(self._process.communicate()[0])


@pytest.fixture
def child():
    """Return a function that starts a node process."""
    children = []

    def start(command, *parameters):
        children.append(Child(command, parameters))
        return children[-1]

    yield start
    for process in children:
        process.end()


def assert_clean_end(process, number=signal.SIGINT):
    """End the process; a loaded processor may take its share of time longer."""
    status, seconds, words = process.interrupt(number)
    assert status == 0, words
    assert seconds <= EXIT_S * max(1.0, os.getloadavg()[0] / os.cpu_count())
    assert 'Traceback' not in words
    return words
