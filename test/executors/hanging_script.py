# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A script whose two workers never finish; its argument is the folder of their record."""

import signal
import sys
from pathlib import Path

from executor_jobs import Record, Tens

from sageiq_ros.executors.processes import ProcessesExecutor

record = Record(Path(sys.argv[1]))

if __name__ == '__main__':
    for _ in ProcessesExecutor(2).run(Tens(record), ['hang', 'hang']):
        pass
else:
    # A worker reads this file before it comes to its work.
    held_back = signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    record.add('early', 'held back' if held_back else 'open')
