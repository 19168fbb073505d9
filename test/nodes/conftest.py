# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""Fixtures of nodes and a probe beside them, which test/faults shares."""

from node_child import child  # noqa: F401
from node_fixtures import (  # noqa: F401
    context,
    other_context,
    picture,
    probe,
    side,
    start,
    start_gate,
)
