# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""What the torch tests share: one thread, and helper modules of this folder on the path."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

torch = pytest.importorskip('torch')
torch.set_num_threads(1)
