# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The way to the mutations and targets that tools/fuzz.py runs in their thousands."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / 'tools'))
