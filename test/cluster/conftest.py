# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Find the cases that all executors share."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / 'executors'))
pytest.register_assert_rewrite('executor_cases', 'executor_jobs')
