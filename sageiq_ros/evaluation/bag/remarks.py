# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Sentences that a report and the terminal say about a bag."""

from __future__ import annotations

from collections.abc import Sequence

NAMED = 5


def not_decoded(faults: Sequence[str]) -> str:
    """Count the messages that could not be decoded, and name the first of them."""
    more = len(faults) - NAMED
    return f'{len(faults)} messages could not be decoded: {" ".join(faults[:NAMED])}' + (
        f' And {more} more.' if more > 0 else ''
    )
