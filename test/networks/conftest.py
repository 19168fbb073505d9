# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of the networks share; without torch they are left out, and the run says so."""

import sys
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
# Graphs of words and hostile texts.
sys.path.append(str(Path(__file__).parents[1] / 'analyzer'))

if find_spec('torch') is None:
    collect_ignore_glob = ['test_*.py']
else:
    import torch

    torch.set_num_threads(1)
