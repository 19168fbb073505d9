# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Let pytest explain what fails in the cases that all executors share."""

import pytest

pytest.register_assert_rewrite('executor_cases', 'executor_jobs')
