# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of the set-up share."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def root():
    """Return the folder of the repository."""
    return ROOT


@pytest.fixture
def environment(monkeypatch):
    """Return a fresh copy of the module tools/environment.py, whose globals a test may replace."""
    monkeypatch.syspath_prepend(ROOT / 'tools')
    spec = spec_from_file_location('environment', ROOT / 'tools' / 'environment.py')
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
