# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of the networks share; without torch they are left out, and the run says so."""

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
# Graphs of words and hostile texts.
sys.path.append(str(Path(__file__).parents[1] / 'analyzer'))

if find_spec('torch') is None:
    collect_ignore_glob = ['test_*.py']
else:
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope='session')
def make(tmp_path_factory):
    """Return a maker of tiny mPLUG-Owl2 engines."""
    from mplug_engines import Engines

    return Engines(tmp_path_factory.mktemp('engines'))


@pytest.fixture(scope='session')
def crops():
    from mplug_engines import make_crops

    return make_crops()


@pytest.fixture(scope='session')
def scorer(make):
    from sageiq_ros.scorer.mplug_owl2 import MPLUGOwl2Scorer

    return MPLUGOwl2Scorer(make(), 1, device='cpu')
