# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Types of the training commands' arguments, which argparse checks."""

from __future__ import annotations

import argparse

LARGEST_SEED = 2**63


def count(text: str) -> int:
    """Read an integer of 1 or more."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f'must be at least 1, not {text}')
    return value


def seed(text: str) -> int:
    """Read a seed, an integer from 0 to below 2**63."""
    value = int(text)
    if not 0 <= value < LARGEST_SEED:
        raise argparse.ArgumentTypeError(f'must lie in [0, {LARGEST_SEED}), not {text}')
    return value
