# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""A domain on which the demo talks alone."""

import os

import pytest


@pytest.fixture(scope='session')
def domain():
    """Return a DDS domain that no other test of this machine is likely to use."""
    return 1 + (os.getpid() + 71) % 100
