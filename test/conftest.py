# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What every test shares: reproducible generated inputs, and the way to data outside."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Speed is measured by benchmarks, so a slow machine must not fail a property.
settings.register_profile(
    'sageiq', deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile('sageiq')


@pytest.fixture(scope='session')
def shared() -> Path:
    """Return the folder of data that is not part of the repository, or skip."""
    default = Path(__file__).parents[2] / 'shared'
    folder = Path(os.environ.get('SAGEIQ_SHARED', default))
    if not folder.is_dir():
        pytest.skip('needs the folder shared beside the repository (or SAGEIQ_SHARED)')
    return folder


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark of the tests that make a fault, which docs/faults.md lists."""
    config.addinivalue_line('markers', 'fault(name): makes the fault of that name')


def pytest_report_header() -> str | None:
    """Say at the start what this environment leaves out."""
    if find_spec('torch') is None:
        return 'without torch: make test runs test/networks and test/cluster in .venv-train'
    return None
