# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Run items on Ray; the arguments are a record's folder, an address or nothing, and the items."""

import sys
from pathlib import Path

from executor_jobs import Record
from ray_jobs import Places

from sageiq_ros.executors.ray import RayExecutor
from sageiq_ros.types import SageIQError

if __name__ == '__main__':
    record = Record(Path(sys.argv[1]))
    try:
        for outcome in RayExecutor(2, sys.argv[2] or None).run(Places(record), sys.argv[3:]):
            record.add('outcomes', f'{outcome.index} {outcome.value} {outcome.error}')
    except SageIQError as error:
        record.add('refused', error)
