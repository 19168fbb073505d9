# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""OpenVINO's usage reports stay off: nothing reaches the network at run time."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import sys
import sageiq_ros.analyzer.worker
import multiprocessing, socket
forks, calls = [], []
multiprocessing.Process.start = lambda self: forks.append(self)
socket.socket.connect = lambda self, address: calls.append(address)
import openvino
print(len(forks), len(calls), sys.modules.get('openvino_telemetry'))
"""


def test_importing_openvino_neither_forks_nor_connects():
    pytest.importorskip('openvino', reason='needs openvino')
    environment = {**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, sys.path))}
    environment.pop('CI', None)
    done = subprocess.run(
        [sys.executable, '-c', PROGRAM],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.split() == ['0', '0', 'None'], done.stderr
