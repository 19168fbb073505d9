# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0
"""The node and its probe as in test/nodes, with quicker reports, and what makes faults.

Every test makes one fault of docs/faults.md and sees three things: that the node goes on, what it
says, and that it recovers.
"""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / 'nodes'))
# The language model without weights, whose process does as it is told.
sys.path.append(str(Path(__file__).parents[1] / 'analyzer'))

from node_child import child  # noqa: F401
from node_fixtures import (  # noqa: F401
    WAIT_S,
    context,
    other_context,
    picture,
    probe,
    start,
)

from sageiq_ros.nodes import camera_report, sageiq_node

PERIOD_S = 0.1


@pytest.fixture(autouse=True)
def quick_reports(monkeypatch):
    """Report ten times as often, so that a fault's words need not be waited for.

    A camera is silent after as long as a wait takes: an image that is sent once stays news.
    """
    monkeypatch.setattr(sageiq_node, 'DIAGNOSTICS_PERIOD_S', PERIOD_S)
    monkeypatch.setattr(camera_report, 'SILENCE_S', WAIT_S)
